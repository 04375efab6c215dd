// SPDX-License-Identifier: GPL-2.0-only
/*
 * recycle COMMAND [ARG...] [-- COMMAND [ARG...]]...
 *
 * Runs the commands one after the other, each in a process of its own, all of which
 * have the same pid: for the test that a pid that is reused at once tells nobody who
 * it was. Prints the pid; fails if it was another's meanwhile.
 */
#define _GNU_SOURCE
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t fork_as(pid_t *pid)
{
	struct clone_args args = { .exit_signal = SIGCHLD };

	if (*pid) {
		args.set_tid = (uintptr_t)pid;
		args.set_tid_size = 1;
	}
	return (pid_t)syscall(SYS_clone3, &args, sizeof(args));
}

static int run(pid_t *pid, char **command)
{
	pid_t child = fork_as(pid);
	int status;

	if (!child) {
		execvp(command[0], command);
		_exit(127);
	}
	if (child < 0)
		perror("recycle: clone3");
	if (child < 0 || waitpid(child, &status, 0) != child || status)
		return 1;
	*pid = child;
	return 0;
}

int main(int argc, char **argv)
{
	pid_t pid = 0;
	int first = 1;

	for (int i = 1; i <= argc; i++) {
		if (i < argc && strcmp(argv[i], "--"))
			continue;
		argv[i] = NULL;
		if (i == first || run(&pid, argv + first))
			return 1;
		first = i + 1;
	}
	printf("%d\n", pid);
	return 0;
}
