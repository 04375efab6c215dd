/* SPDX-License-Identifier: GPL-2.0-only */
/* Removals for a ledger, and what it says of them. */
#ifndef RSTBLAME_TESTS_REMOVALS_H
#define RSTBLAME_TESTS_REMOVALS_H

#include "cast/make.h"

#include "blame/ledger.h"

extern const struct netns_id here;

struct ledger_removal removal(uint64_t id, const struct flow *flow);

/* The nth removal of a tuple, 0 the newest; its id, 0 for none. */
uint64_t nth(struct ledger *l, struct netns_id netns, const struct tuple *t, size_t n,
	     enum ledger_side *side);

void assert_removal_equal(const struct ledger_removal *got, const struct ledger_removal *expected);

/* Leads `walk` to the newest of that tuple, which must be there, on that side. */
void find_first(struct ledger *l, struct ledger_walk *walk, const struct ledger_removal *like,
		enum ledger_side side);

#endif
