/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A program that is run beside this one, in a process group of its own. Its process is made
 * early, before anything is opened or given up: it has none of our descriptors, and the
 * privileges that we were started with, or those of another user. It waits to be told to
 * execute the program, and ends with us.
 */
#ifndef RSTBLAME_BASE_JOB_H
#define RSTBLAME_BASE_JOB_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/nsec.h"

enum { JOB_WHY_BYTES = 256 };

/* What is still there after its SIGTERM is killed. */
#define JOB_GRACE_NS (2 * NSEC_PER_SEC)

struct job {
	pid_t group;   /* its first process's too; 0: there is none, or all of it has ended */
	pid_t pid;     /* the first process; 0: it has ended */
	int go_fd;     /* negative: it was told to go */
	int answer_fd; /* what became of that */
	uint64_t ending_ns;
	bool has_terminal;
};

/* Makes the process, as `user` unless that is NULL. 0, or -1 and in `why` one line with the
 * cure. */
int job_prepare(struct job *job, char *const *argv, const char *user, char why[JOB_WHY_BYTES]);

/* Its program is executed: argv[0] is looked for in PATH, its stdout is our stderr, no signal
 * is blocked or ignored. 0, or -errno. */
int job_go(struct job *job);

/* After SIGCHLD. True once the first process has ended, with `status` as waitpid() has it.
 * One that was stopped because it uses the terminal gets it, if it is ours to give. */
bool job_has_ended(struct job *job, int *status);

/* Asks all that is left of its group to end. Does not wait. */
void job_begin_end(struct job *job);

/* The same, and waits until none is left; what is there JOB_GRACE_NS after it was asked, or
 * with *hurry not 0 (may be NULL), is killed. */
void job_end(struct job *job, const volatile sig_atomic_t *hurry);

#endif
