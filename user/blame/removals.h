/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is remembered of removals, in two generations, half of the limit each:
 *
 *   recent  the latest, of whatever kind and namespace
 *   kept    of those that were pushed out of it the ones that a reset may be blamed on:
 *           live, translated entries. Ordinary closes never come here, so that no number of
 *           them pushes a flush out. An owner (budgets.h) that has more than its share, half
 *           of them or, of foreign namespaces, an eighth, makes room itself.
 *
 * All of `kept` is older than all of `recent`: a walk meets the newest first. Memory: what a
 * ledger of that limit takes (blame.h).
 */
#ifndef RSTBLAME_BLAME_REMOVALS_H
#define RSTBLAME_BLAME_REMOVALS_H

#include "blame/budgets.h"
#include "blame/ledger.h"

struct removals;

/* `limit` of both generations together, 2 at least. `strangers` must outlive it. NULL when out
 * of memory. */
struct removals *removals_new(size_t limit, const struct strangers *strangers);
void removals_free(struct removals *removals);

/* As ledger_add(). */
void removals_add(struct removals *removals, const struct ledger_removal *removal);

/* As ledger_find() and ledger_next(), through both generations. */
void removals_find(struct removals *removals, struct ledger_walk *walk, struct netns_id netns,
		   uint8_t family, const struct tuple *tuple);
bool removals_next(struct removals *removals, struct ledger_walk *walk);

/* Of the removal that the walk is at: see ledger.h. */
void removals_set_retranslated(struct removals *removals, struct ledger_walk *walk,
			       uint64_t mono_ns);
void removals_set_flush(struct removals *removals, struct ledger_walk *walk, uint32_t flush);
void removals_set_unfollowed(struct removals *removals, struct ledger_walk *walk);

/* A namespace turned out to be foreign: strangers_note() was called. */
void removals_note_stranger(struct removals *removals, struct netns_id netns);

/* When the newest removal of that namespace that is not remembered happened; 0: all are. Of
 * those that a reset may be blamed on; and of any, clean ends too. */
uint64_t removals_horizon(const struct removals *removals, struct netns_id netns);
uint64_t removals_ends_horizon(const struct removals *removals, struct netns_id netns);

/* How many are remembered, in both generations. */
size_t removals_count(const struct removals *removals);

#endif
