// SPDX-License-Identifier: GPL-2.0-only
/*
 * refuse CALL[=ERRNO] [CALL...] -- COMMAND [ARG...]
 *
 * Runs COMMAND under a seccomp filter that refuses those system calls, as a container's
 * profile does: with EPERM, or with the number given (38: ENOSYS, "this kernel has none").
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { CALLS_MAX = 16 };

static const struct {
	const char *name;
	uint32_t number;
} calls[] = {
	{ "bpf", __NR_bpf },
	{ "fsopen", __NR_fsopen },
	{ "membarrier", __NR_membarrier },
	{ "memfd_create", __NR_memfd_create },
	{ "perf_event_open", __NR_perf_event_open },
	{ "setns", __NR_setns },
	{ "unshare", __NR_unshare },
};

static int number_of(const char *name)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (!strcmp(calls[i].name, name))
			return (int)calls[i].number;
	fprintf(stderr, "refuse: unknown call %s\n", name);
	exit(2);
}

int main(int argc, char **argv)
{
	struct sock_filter filter[2 * CALLS_MAX + 2] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	};
	struct sock_fprog program = { .len = 1, .filter = filter };
	int i;

	for (i = 1; i < argc && i <= CALLS_MAX && strcmp(argv[i], "--") != 0; i++) {
		char *err = strchr(argv[i], '=');
		uint32_t answer = SECCOMP_RET_ERRNO | 1; /* EPERM */

		if (err) {
			*err++ = '\0';
			answer = SECCOMP_RET_ERRNO | (uint32_t)atoi(err);
		}
		filter[program.len++] = (struct sock_filter)BPF_JUMP(
			BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)number_of(argv[i]), 0, 1);
		filter[program.len++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, answer);
	}
	filter[program.len++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	if (i + 1 >= argc || strcmp(argv[i], "--") != 0)
		return 2;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) {
		perror("refuse: no filter");
		return 2;
	}
	execvp(argv[i + 1], argv + i + 1);
	perror("refuse: cannot run it");
	return 127;
}
