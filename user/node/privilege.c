// SPDX-License-Identifier: GPL-2.0-only
#include "node/privilege.h"

#include <cap-ng.h>
#include <errno.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/system_calls.h"
#include "node/holdings.h"
#include "node/kernel_file.h"

/* PROC_PID_INIT_INO, include/linux/proc_ns.h */
#define FIRST_PID_NAMESPACE 0xEFFFFFFCU

/* PROC_USER_INIT_INO, the same */
#define FIRST_USER_NAMESPACE 0xEFFFFFFDU

static bool has(unsigned int capability)
{
	capng_get_caps_process();
	return capng_have_capability(CAPNG_EFFECTIVE, capability);
}

/* ---- what else is set, on which it depends what a capability is needed for ---- */

/* From 5.11 on maps are charged to the cgroup (d5299b67dd59 ("bpf: Memcg-based memory
 * accounting for bpf maps"), and its neighbours); libbpf lifts the limit where it may. */
static bool is_short_of_memlock(void)
{
	struct utsname machine;
	struct rlimit limit;
	int major = 0, minor = 0;

	uname(&machine);
	if (sscanf(machine.release, "%d.%d", &major, &minor) != 2 || major > 5 ||
	    (major == 5 && minor >= 11))
		return false;
	return !getrlimit(RLIMIT_MEMLOCK, &limit) && limit.rlim_cur != RLIM_INFINITY &&
	       !has(CAP_SYS_RESOURCE);
}

/* Until c8644cd0efe7 ("bpf: refine kernel.unprivileged_bpf_disabled behaviour", 6.0). */
bool privilege_asks_for_bpf(void)
{
	struct utsname machine;
	int major = 0;

	uname(&machine);
	return sscanf(machine.release, "%d", &major) != 1 || major < 6;
}

/* Debian's own level of it: perf_event_open(), and so kprobes, for CAP_SYS_ADMIN only. */
static bool is_perf_paranoid(void)
{
	FILE *file = fopen("/proc/sys/kernel/perf_event_paranoid", "re");
	int level = 0;

	if (!file)
		return false;
	if (fscanf(file, "%d", &level) != 1)
		level = 0;
	fclose(file);
	return level > 2 && !has(CAP_SYS_ADMIN);
}

/* ---- what comes of the absence of each (node/holdings.h) ---- */

static const char *without_admin(void)
{
	return is_perf_paranoid() ?
		       "functions of modules, conntrack's among them, are not probed "
		       "(kernel.perf_event_paranoid is above 2), probes are not proven, and sockets "
		       "in other network namespaces are not looked up" :
		       "functions of modules are probed by kprobe, probes are not proven, and "
		       "sockets in other network namespaces are not looked up";
}

static const char *without_net_admin(void)
{
	return "conntrack cannot be asked for its entries, and probes are not proven";
}

static const char *without_processes(void)
{
	return "the processes of victims stay unknown, and sockets in namespaces without a name may "
	       "be missed";
}

static const char *without_reading(void)
{
	return has(CAP_SYS_PTRACE) ? without_processes() : ""; /* it is said already */
}

static const char *without_symbols(void)
{
	return privilege_sees_symbols() ?
		       "" :
		       "functions in kernel stacks have no names, so causes that "
		       "only a stack tells stay unknown";
}

static const char *without_memlock(void)
{
	return is_short_of_memlock() ?
		       "kernels before 5.11 count BPF maps against the memlock limit, which may be "
		       "too low" :
		       "";
}

/* "" for nothing, here. NULL: nothing can be traced. */
static const char *(*const without[ABSENCES])(void) = {
	[ABSENCE_ADMIN] = without_admin,         [ABSENCE_NET_ADMIN] = without_net_admin,
	[ABSENCE_PROCESSES] = without_processes, [ABSENCE_READING] = without_reading,
	[ABSENCE_SYMBOLS] = without_symbols,     [ABSENCE_MEMLOCK] = without_memlock,
};

/* Those whose absence is of note come first. */
static const struct holding *needed(size_t index)
{
	const struct holding *row = holding_row(index);

	return row && row->absence != ABSENCE_OF_NOTE ? row : NULL;
}

const char *privilege_name(size_t index)
{
	const struct holding *row = needed(index);

	return row ? row->name : NULL;
}

bool privilege_has(size_t index)
{
	const struct holding *row = needed(index);

	return row && has(row->capability);
}

/* NULL: nothing can be traced. "": it is there, or nothing comes of its absence. */
static const char *consequence(size_t index)
{
	const struct holding *row = needed(index);

	if (!row || has(row->capability) || has(row->or_else))
		return "";
	return without[row->absence] ? without[row->absence]() : NULL;
}

bool privilege_is_missing(size_t index)
{
	const char *what = consequence(index);

	return !what || *what;
}

bool privilege_sees_modules(void)
{
	return has(CAP_SYS_ADMIN);
}

/* Its root has all capabilities, and none of them counts for tracing. */
static bool is_in_user_namespace(void)
{
	struct stat st;

	return !stat("/proc/self/ns/user", &st) && (__u32)st.st_ino != FIRST_USER_NAMESPACE;
}

/* A container may have none, or an empty folder. */
static bool has_sysfs(void)
{
	struct statfs fs;

	return !statfs("/sys", &fs) && fs.f_type == SYSFS_MAGIC;
}

int privilege_check(char *why, size_t size)
{
	const struct holding *row;
	char missing[96] = "";
	size_t used = 0;

	if (is_in_user_namespace()) {
		snprintf(why, size,
			 "cannot trace: running in a user namespace, whose root may not trace the "
			 "kernel; run it as root of the host (a rootful container with "
			 "--userns=host)");
		return -EPERM;
	}
	for (size_t i = 0; (row = needed(i)); i++)
		if (!consequence(i))
			used += (size_t)snprintf(missing + used, sizeof(missing) - used, "%s%s",
						 used ? ", " : "", row->name);
	if (!used && has_sysfs())
		return 0;
	if (!used) {
		snprintf(why, size,
			 "cannot trace: /sys is not mounted here, as in some containers; mount it "
			 "(mount -t sysfs sysfs /sys, or docker run -v /sys:/sys:ro …)");
		return -ENOENT;
	}
	snprintf(why, size, "cannot trace: missing %s; run it as root (sudo rstblame …)", missing);
	return -EPERM;
}

const char *privilege_gap(size_t index, char *why, size_t size)
{
	const struct holding *row = needed(index);
	const char *what = consequence(index);

	why[0] = '\0';
	if (row && what && *what)
		snprintf(why, size, "missing %s: %s; run it as root", row->name, what);
	return why;
}

/* ---- why the kernel refused, though the capabilities are there ---- */

/* Programs, maps and rings are some hundred. */
static bool is_short_of_files(void)
{
	enum { FILES_NEEDED = 128 };
	struct rlimit limit;

	return !getrlimit(RLIMIT_NOFILE, &limit) && limit.rlim_cur < FILES_NEEDED;
}

void privilege_look(struct privilege_facts *out)
{
	*out = (struct privilege_facts){
		.is_locked_down = !strcmp(privilege_lockdown(), "confidentiality"),
		.has_seccomp = system_calls_are_filtered(),
		.is_short_of_memlock = is_short_of_memlock(),
		.is_perf_paranoid = is_perf_paranoid(),
		.is_short_of_files = is_short_of_files(),
	};
}

static const char refused_by_filter[] =
	"a seccomp filter of this container or service refuses it: run it outside, or with docker "
	"run --security-opt seccomp=unconfined";

const char *privilege_cure(int err, const struct privilege_facts *facts)
{
	/* A program whose maps could not be made is refused as invalid. */
	if (err == -EMFILE || (err == -EINVAL && facts->is_short_of_files))
		return "too few files may be open: ulimit -n 1024 (LimitNOFILE= of a unit)";
	/* Of a cgroup, mostly, to which maps are charged from 5.11 on. */
	if (err == -ENOMEM)
		return "it has too little memory, of which maps and rings are a part: give it 64 MB "
		       "(MemoryMax= of a unit, docker run --memory, a pod's limits)";
	/* A filter may say that there is no such call. */
	if (err == -ENOSYS && facts->has_seccomp)
		return refused_by_filter;
	if (err != -EPERM && err != -EACCES)
		return NULL;
	if (facts->is_locked_down)
		return "the kernel is locked down (confidentiality): boot without lockdown";
	if (facts->is_short_of_memlock)
		return "kernels before 5.11 count BPF maps against the memlock limit: ulimit -l "
		       "unlimited, or add CAP_SYS_RESOURCE";
	if (facts->is_perf_paranoid)
		return "kernel.perf_event_paranoid is above 2, which leaves kprobes to CAP_SYS_ADMIN: add it, "
		       "or sysctl kernel.perf_event_paranoid=2";
	if (facts->has_seccomp)
		return refused_by_filter;
	return "the capabilities are there, so a security module (SELinux, AppArmor) refuses it: "
	       "see the audit log (journalctl -k, ausearch -m avc)";
}

/* Where /proc is mounted with hidepid, the others do not even show. */
bool privilege_is_in_first_pid_namespace(void)
{
	struct stat st;

	return stat("/proc/self/ns/pid", &st) || (__u32)st.st_ino == FIRST_PID_NAMESPACE;
}

bool privilege_sees_processes(char *why, size_t size)
{
	const struct holding *row;

	for (size_t i = 0; (row = needed(i)); i++)
		if ((row->absence == ABSENCE_PROCESSES || row->absence == ABSENCE_READING) &&
		    *privilege_gap(i, why, size))
			return false;
	if (privilege_is_in_first_pid_namespace())
		return true;
	snprintf(why, size,
		 "running in a separate pid namespace: %s; use the host's (docker run --pid=host)",
		 without_processes());
	return false;
}

const char *privilege_lockdown(void)
{
	static const char *const modes[] = { "none", "integrity", "confidentiality" };
	int fd = kernel_file_open("securityfs", "/sys/kernel/security", "lockdown");
	char line[128], marked[32];
	ssize_t len = fd < 0 ? 0 : read(fd, line, sizeof(line) - 1);

	if (fd >= 0)
		close(fd);
	line[len > 0 ? len : 0] = '\0';
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		snprintf(marked, sizeof(marked), "[%s]", modes[i]);
		if (strstr(line, marked))
			return modes[i];
	}
	return "unknown";
}

/* Hidden ones read as zero. The first symbol of x86 has the address 0 (a per-CPU
 * variable), so one line does not tell. */
bool privilege_sees_symbols(void)
{
	FILE *file = fopen("/proc/kallsyms", "re");
	unsigned long long address = 0;

	if (!file)
		return false;
	for (int i = 0; i < 1000 && !address; i++)
		if (fscanf(file, "%llx%*[^\n]", &address) != 1)
			break;
	fclose(file);
	return address != 0;
}
