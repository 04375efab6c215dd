/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Provokes in a private network namespace what the probes should see. A probe
 * that attached may still be blind: on some builds nf_ct_delete() is never
 * called by those who matter. Nothing outside that namespace changes, and no
 * module is loaded: conntrack is only asked where nf_conntrack_netlink is there.
 */
#ifndef RSTBLAME_SESSION_CANARY_H
#define RSTBLAME_SESSION_CANARY_H

#include <stdbool.h>
#include <stdint.h>

struct canary {
	uint32_t netns; /* of the provoked events */
	bool has_ipv6;
	bool has_abort;     /* a connection was aborted, and its peer told */
	bool has_conntrack; /* an entry was made and flushed */
	bool has_insert;    /* and put in again by netlink */
};

/* Runs it to its end, in a child. 0, or -errno. */
int canary_run(struct canary *canary);

#endif
