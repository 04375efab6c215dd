// SPDX-License-Identifier: GPL-2.0-only
#include "node/privilege.h"

#include <cap-ng.h>
#include <errno.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

/* PROC_PID_INIT_INO, include/linux/proc_ns.h */
#define FIRST_PID_NAMESPACE 0xEFFFFFFCU

static const struct {
	unsigned int capability;
	const char *name;
} needed[] = {
	{ CAP_BPF, "CAP_BPF" },
	{ CAP_PERFMON, "CAP_PERFMON" },
	/* The kernel hands out module BTF only to it. */
	{ CAP_SYS_ADMIN, "CAP_SYS_ADMIN" },
};

enum { NEEDED = sizeof(needed) / sizeof(needed[0]) };

const char *privilege_name(size_t index)
{
	return index < NEEDED ? needed[index].name : NULL;
}

bool privilege_has(size_t index)
{
	capng_get_caps_process();
	return index < NEEDED && capng_have_capability(CAPNG_EFFECTIVE, needed[index].capability);
}

/* A container may have none, or an empty folder. */
static bool has_sysfs(void)
{
	struct statfs fs;

	return !statfs("/sys", &fs) && fs.f_type == SYSFS_MAGIC;
}

int privilege_check(char *why, size_t size)
{
	char missing[96] = "";
	size_t used = 0;

	for (size_t i = 0; i < NEEDED; i++)
		if (!privilege_has(i))
			used += (size_t)snprintf(missing + used, sizeof(missing) - used, "%s%s",
						 used ? ", " : "", needed[i].name);
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

/* What /proc tells of another's process needs the first, to read it the second. Where
 * it is mounted with hidepid, the others do not even show. */
bool privilege_sees_processes(char *why, size_t size)
{
	static const char consequence[] =
		"the processes of victims stay unknown, and sockets in namespaces without a name "
		"may be missed";
	const char *missing = NULL;
	struct stat st;

	capng_get_caps_process();
	if (!capng_have_capability(CAPNG_EFFECTIVE, CAP_SYS_PTRACE))
		missing = "CAP_SYS_PTRACE";
	else if (!capng_have_capability(CAPNG_EFFECTIVE, CAP_DAC_READ_SEARCH) &&
		 !capng_have_capability(CAPNG_EFFECTIVE, CAP_DAC_OVERRIDE))
		missing = "CAP_DAC_READ_SEARCH";
	if (missing)
		snprintf(why, size, "missing %s: %s; run it as root", missing, consequence);
	else if (!stat("/proc/self/ns/pid", &st) && (__u32)st.st_ino != FIRST_PID_NAMESPACE)
		snprintf(why, size,
			 "running in a separate pid namespace: %s; use the host's (docker run "
			 "--pid=host)",
			 consequence);
	else
		return true;
	return false;
}

const char *privilege_lockdown(void)
{
	static const char *const modes[] = { "none", "integrity", "confidentiality" };
	FILE *file = fopen("/sys/kernel/security/lockdown", "re");
	char line[128] = "";
	char marked[32];

	if (!file)
		return "unknown";
	if (!fgets(line, sizeof(line), file))
		line[0] = '\0';
	fclose(file);
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
