/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Another rstblame on the node proves its probes as this one does (kernel/proof.h): in a
 * namespace of its own it brings a link up, is refused, flushes. That is no news of the node.
 * It is known by who does it: nothing else that rstblame does changes a namespace. Only
 * root's is believed, so nobody hides behind the name; and only for a moment after its last
 * change, since a namespace's number may be another's later. Pure.
 */
#ifndef RSTBLAME_KERNEL_CANARIES_H
#define RSTBLAME_KERNEL_CANARIES_H

#include "model/observation.h"

enum { CANARIES_MAX = 8 };

struct canaries {
	char exe[128]; /* this program's own file; "" knows none */
	struct canary_seen {
		uint32_t netns;
		uint64_t until_ns; /* CLOCK_MONOTONIC */
	} seen[CANARIES_MAX];
};

/* Of what is seen live, described. True: it is another instance's canary's. */
bool canaries_take(struct canaries *canaries, const struct observation *seen);

#endif
