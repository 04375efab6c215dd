/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Provokes in a private network namespace what the probes should see. A probe
 * that attached may still be blind: on some builds nf_ct_delete() is never
 * called by those who matter. Nothing outside that namespace changes, and no
 * module is loaded: conntrack and nftables are only asked for what is there.
 */
#ifndef RSTBLAME_SESSION_CANARY_H
#define RSTBLAME_SESSION_CANARY_H

#include <sys/types.h>

#include "kernel/proof.h"

struct canary {
	pid_t pid;
	int end_fd;   /* to be closed when the child may end */
	int netns_fd; /* keeps the namespace, and so its number, from being another's */
};
#define CANARY_NONE                                                                                \
	{                                                                                          \
		.pid = -1, .end_fd = -1, .netns_fd = -1                                            \
	}

/* Provokes all that can be, in a child that waits then; `provoked` says what, and why not. */
void canary_begin(struct canary *canary, struct provoked *provoked);

/* What was provoked has been looked at: the child ends. Its namespace stays, or its end would
 * be seen as events of a namespace whose number may be another's by then; canary_end() lets
 * it go. */
void canary_release(struct canary *canary);
void canary_end(struct canary *canary);

#endif
