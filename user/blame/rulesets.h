/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hooks of conntrack and NAT that came and went with rulesets: who took away what
 * a packet lacks. Blame's own; bounded, the oldest of who has the most is forgotten first. Pure.
 */
#ifndef RSTBLAME_BLAME_RULESETS_H
#define RSTBLAME_BLAME_RULESETS_H

#include "blame/budgets.h"
#include "model/finding.h"

struct rulesets;

/* `strangers` must outlive it. NULL when out of memory. */
struct rulesets *rulesets_new(size_t limit, const struct strangers *strangers);
void rulesets_free(struct rulesets *rulesets);

void rulesets_note_stranger(struct rulesets *rulesets, struct netns_id netns);

/* When the newest happened in that namespace that is not remembered; 0: all are. */
uint64_t rulesets_horizon(const struct rulesets *rulesets, struct netns_id netns);

/* A process changed rules. */
void rulesets_note_commit(struct rulesets *rulesets, const struct observation *rules);

/* Hooks that a kernel thread takes away are what rules needed that were changed just before:
 * the process that did so becomes their actor, where there is one such. Where there were
 * several, that is noted, and nobody is named. Nor is anybody where the namespace goes.
 * (KERNEL: nf_tables_commit() queues nf_tables_trans_destroy_work().) */
void rulesets_attribute(struct rulesets *rulesets, struct observation *seen);

/* Remembers one. False when it says nothing new: a ruleset is taken down hook by
 * hook, and the kernel tells some of them twice. */
bool rulesets_add(struct rulesets *rulesets, const struct observation *seen, uint64_t id);

/* The newest removal before `mono_ns`, in that namespace and family, of one of the
 * hooks `missing` (enum hooks_flag) that has not come back since; rather one by a
 * process, for a kworker takes conntrack's away after nft has taken NAT's. NULL: none
 * was seen. Valid until the next rulesets_add(). */
const struct ruleset *rulesets_behind(const struct rulesets *rulesets, struct netns_id netns,
				      uint8_t family, uint8_t missing, uint64_t mono_ns);

#endif
