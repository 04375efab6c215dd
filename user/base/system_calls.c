// SPDX-License-Identifier: GPL-2.0-only
#include "base/system_calls.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef __x86_64__
#define ARCH AUDIT_ARCH_X86_64
#else
#define ARCH AUDIT_ARCH_AARCH64
#endif

/* x32's calls have numbers from here on. */
#define X32_FIRST 0x40000000

static const struct row {
	int number;
	unsigned int kind;
} rows[] = {
	{ __NR_init_module, CALLS_NEVER },
	{ __NR_finit_module, CALLS_NEVER },
	{ __NR_delete_module, CALLS_NEVER },
	{ __NR_kexec_load, CALLS_NEVER },
	{ __NR_kexec_file_load, CALLS_NEVER },
	{ __NR_reboot, CALLS_NEVER },
	{ __NR_mount, CALLS_NEVER },
	{ __NR_umount2, CALLS_NEVER },
	{ __NR_move_mount, CALLS_NEVER },
	{ __NR_open_tree, CALLS_NEVER },
	{ __NR_fspick, CALLS_NEVER },
#ifdef __NR_mount_setattr
	{ __NR_mount_setattr, CALLS_NEVER },
#endif
	{ __NR_pivot_root, CALLS_NEVER },
	{ __NR_chroot, CALLS_NEVER },
	{ __NR_swapon, CALLS_NEVER },
	{ __NR_swapoff, CALLS_NEVER },
	{ __NR_acct, CALLS_NEVER },
	{ __NR_quotactl, CALLS_NEVER },
#ifdef __NR_quotactl_fd
	{ __NR_quotactl_fd, CALLS_NEVER },
#endif
/* The leak checker of a build that has one stops the other threads by it. */
#ifndef __SANITIZE_ADDRESS__
	{ __NR_ptrace, CALLS_NEVER },
#endif
	{ __NR_process_vm_readv, CALLS_NEVER },
	{ __NR_process_vm_writev, CALLS_NEVER },
	{ __NR_kcmp, CALLS_NEVER },
	{ __NR_pidfd_getfd, CALLS_NEVER },
	{ __NR_settimeofday, CALLS_NEVER },
	{ __NR_clock_settime, CALLS_NEVER },
	{ __NR_clock_adjtime, CALLS_NEVER },
	{ __NR_adjtimex, CALLS_NEVER },
	{ __NR_sethostname, CALLS_NEVER },
	{ __NR_setdomainname, CALLS_NEVER },
	{ __NR_syslog, CALLS_NEVER },
	{ __NR_vhangup, CALLS_NEVER },
	{ __NR_add_key, CALLS_NEVER },
	{ __NR_request_key, CALLS_NEVER },
	{ __NR_keyctl, CALLS_NEVER },
	{ __NR_userfaultfd, CALLS_NEVER },
	{ __NR_io_uring_setup, CALLS_NEVER },
	{ __NR_open_by_handle_at, CALLS_NEVER },
	{ __NR_mknodat, CALLS_NEVER },
	{ __NR_fchown, CALLS_NEVER },
	{ __NR_fchownat, CALLS_NEVER },
	{ __NR_setuid, CALLS_NEVER },
	{ __NR_setgid, CALLS_NEVER },
	{ __NR_setreuid, CALLS_NEVER },
	{ __NR_setregid, CALLS_NEVER },
	{ __NR_setresuid, CALLS_NEVER },
	{ __NR_setresgid, CALLS_NEVER },
	{ __NR_setfsuid, CALLS_NEVER },
	{ __NR_setfsgid, CALLS_NEVER },
	{ __NR_setgroups, CALLS_NEVER },
#ifdef __x86_64__
	{ __NR_mknod, CALLS_NEVER },
	{ __NR_chown, CALLS_NEVER },
	{ __NR_lchown, CALLS_NEVER },
	{ __NR_iopl, CALLS_NEVER },
	{ __NR_ioperm, CALLS_NEVER },
	{ __NR_modify_ldt, CALLS_NEVER },
#endif
	{ __NR_unshare, CALLS_AT_START },
	{ __NR_fsopen, CALLS_AT_START },
	{ __NR_fsconfig, CALLS_AT_START },
	{ __NR_fsmount, CALLS_AT_START },
	{ __NR_perf_event_open, CALLS_TO_TRACE },
	{ __NR_execve, CALLS_TO_EXECUTE },
	{ __NR_execveat, CALLS_TO_EXECUTE },
	{ __NR_socket, CALLS_TO_LOOK },
	{ __NR_setns, CALLS_TO_LOOK },
	{ __NR_bpf, CALLS_TO_LOOK },
};

/* Only with these values of an argument. */
static const struct limit {
	int number;
	unsigned int kind;
	unsigned int argument;
	int allowed[7];
	size_t allowed_count;
} limits[] = {
	{ __NR_setns, CALLS_NEVER, 1, { CLONE_NEWNET }, 1 },
	{ __NR_bpf,
	  CALLS_TO_TRACE,
	  0,
	  { BPF_MAP_LOOKUP_ELEM, BPF_MAP_DELETE_ELEM, BPF_MAP_GET_NEXT_KEY, BPF_MAP_LOOKUP_BATCH,
	    BPF_MAP_DELETE_BATCH, BPF_OBJ_GET_INFO_BY_FD, BPF_ITER_CREATE },
	  7 },
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]), LIMITS = sizeof(limits) / sizeof(limits[0]) };

/* Two for each row, seventeen at most for each limit, and what surrounds them. */
struct program {
	struct sock_filter code[ROWS * 2 + LIMITS * 17 + 8];
	unsigned short len;
};

static void put(struct program *p, unsigned short code, unsigned int k, unsigned char if_true,
		unsigned char if_false)
{
	p->code[p->len++] = (struct sock_filter){ code, if_true, if_false, k };
}

static void load(struct program *p, size_t offset)
{
	put(p, BPF_LD | BPF_W | BPF_ABS, (unsigned int)offset, 0, 0);
}

static void answer(struct program *p, unsigned int what)
{
	put(p, BPF_RET | BPF_K, what, 0, 0);
}

static void refuse_row(struct program *p, const struct row *row)
{
	put(p, BPF_JMP | BPF_JEQ | BPF_K, (unsigned int)row->number, 0, 1);
	answer(p, SECCOMP_RET_ERRNO | EPERM);
}

/* The arguments' lower halves, which is all that the kernel takes of these; both machines
 * have them first. */
static void refuse_others(struct program *p, const struct limit *l)
{
	unsigned char len = (unsigned char)(2 + l->allowed_count * 2);

	put(p, BPF_JMP | BPF_JEQ | BPF_K, (unsigned int)l->number, 0, len);
	load(p, offsetof(struct seccomp_data, args) + l->argument * sizeof(uint64_t));
	for (size_t i = 0; i < l->allowed_count; i++) {
		put(p, BPF_JMP | BPF_JEQ | BPF_K, (unsigned int)l->allowed[i], 0, 1);
		answer(p, SECCOMP_RET_ALLOW);
	}
	answer(p, SECCOMP_RET_ERRNO | EPERM);
}

static void compose(struct program *p, unsigned int kinds)
{
	load(p, offsetof(struct seccomp_data, arch));
	put(p, BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0);
	answer(p, SECCOMP_RET_ERRNO | EPERM);
	load(p, offsetof(struct seccomp_data, nr));
	put(p, BPF_JMP | BPF_JGE | BPF_K, X32_FIRST, 0, 1);
	answer(p, SECCOMP_RET_ERRNO | ENOSYS);
	for (size_t i = 0; i < ROWS; i++)
		if (rows[i].kind & kinds)
			refuse_row(p, &rows[i]);
	for (size_t i = 0; i < LIMITS; i++)
		if (limits[i].kind & kinds)
			refuse_others(p, &limits[i]);
	answer(p, SECCOMP_RET_ALLOW);
}

/* Before the first of ours. */
static enum { UNASKED, UNFILTERED, FILTERED } others = UNASKED;

bool system_calls_are_filtered(void)
{
	if (others != UNASKED)
		return others == FILTERED;
	return prctl(PR_GET_SECCOMP, 0, 0, 0, 0) == SECCOMP_MODE_FILTER;
}

int system_calls_refuse(unsigned int kinds)
{
	struct program p = { .len = 0 };
	struct sock_fprog filter;
	long other;

	others = system_calls_are_filtered() ? FILTERED : UNFILTERED;
	compose(&p, kinds);
	filter = (struct sock_fprog){ .len = p.len, .filter = p.code };
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -errno;
	/* In all threads at once, no_new_privs too. */
	other = syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &filter);
	return other < 0 ? -errno : other ? -EBUSY : 0;
}
