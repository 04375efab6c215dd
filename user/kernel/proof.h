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
	bool has_abort;       /* a connection was aborted, and its peer told */
	bool has_conntrack;   /* an entry was made and flushed */
	bool has_insert;      /* and put in again by netlink */
	uint16_t insert_port; /* of its packets, had it any: no other entry has it */
	bool has_listener;    /* a listening socket was closed */
	bool has_rules;       /* rules that need conntrack and NAT came and went */
	bool has_entry;       /* a packet made an entry in a removed one's place */
	bool has_masquerade;  /* the address of a masqueraded flow was removed */
	bool has_reject;      /* a rule answered a packet by a RST */
	/* Why the rest was not provoked; "" where it was. */
	char why[112];        /* any of it: the canary could not run */
	char entries_why[64]; /* conntrack's entries, by netlink */
	char rules_why[112];  /* what needs rules */
};

/* Of EVENT_PROBES results, those that are attached and saw this are proven. What happened
 * in other namespaces proves nothing. */
void proof_observe(const struct provoked *provoked, const struct observation *seen,
		   struct probe_result *results);

/* Whether something that was provoked was not seen yet. */
bool proof_waits(const struct provoked *provoked, const struct probe_result *results);

/* Which probes saw nothing of what was provoked though each of the others did, so that it is
 * not a matter of time: `silent` has EVENT_PROBES. False: there is none, or more is missing
 * than probes with another function to be tried. */
bool proof_finds_silent(const struct provoked *provoked, const struct probe_result *results,
			bool *silent);

/* After the last: what was provoked and not seen is blind. What could not be provoked stays
 * attached, not proven, and `why` says why. `was_patient`: on the
 * slowest machine all would have been seen; else that is no proof of blindness. */
void proof_end(const struct provoked *provoked, bool was_patient, struct probe_result *results);

#endif
