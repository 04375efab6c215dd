/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether a probe that attached sees (truth rule 7). On some builds nf_ct_delete() is never
 * called by those who matter, kprobes can be disarmed and ftrace switched off: all of that
 * attaches without an error. So `--check` provokes events in a network namespace of its
 * own (session/canary.h), and each probe is judged by what came of them. Pure.
 */
#ifndef RSTBLAME_KERNEL_PROOF_H
#define RSTBLAME_KERNEL_PROOF_H

#include "kernel/probes.h"
#include "model/observation.h"

/* What was really provoked, as those who did it could tell without the probes. */
struct provoked {
	uint32_t netns; /* of the provoked events */
	bool has_ipv6;
	bool has_abort;     /* a connection was aborted, and its peer told */
	bool has_conntrack; /* an entry was made and flushed */
	bool has_insert;    /* and put in again by netlink */
};

/* Of EVENT_PROBES results, those that are attached and saw this are proven. What happened
 * in other namespaces proves nothing. */
void proof_observe(const struct provoked *provoked, const struct observation *seen,
		   struct probe_result *results);

/* After the last: what was provoked and not seen is blind. What could not be provoked stays
 * attached, not proven. */
void proof_end(const struct provoked *provoked, struct probe_result *results);

#endif
