// SPDX-License-Identifier: GPL-2.0-only
#include "blame/removals.h"

#include <stdlib.h>

#include "blame/risk_rules.h"

/* How many of others' are moved out of the way for one removal at most: some 1 ms. */
enum { MOVES_MAX = 4096 };

enum { SHARE = 2, SHARE_FOREIGN = 8 };

struct removals {
	struct ledger *recent, *kept;
	const struct strangers *strangers;
	struct budgets budgets; /* of `kept` */
	struct budgets ends;    /* only the horizons: of what never came there */
};

struct removals *removals_new(size_t limit, const struct strangers *strangers)
{
	struct removals *m = calloc(1, sizeof(*m));

	if (!m)
		return NULL;
	m->strangers = strangers;
	m->recent = ledger_new(limit / 2);
	m->kept = ledger_new(limit / 2);
	if (m->recent && m->kept)
		return m;
	removals_free(m);
	return NULL;
}

void removals_free(struct removals *m)
{
	if (!m)
		return;
	ledger_free(m->recent);
	ledger_free(m->kept);
	free(m);
}

/* ---- what is kept ---- */

static struct netns_id owner_of(const struct removals *m, struct netns_id netns)
{
	return strangers_owner(m->strangers, netns);
}

static void forget(struct removals *m, const struct ledger_removal *r)
{
	budgets_forget(&m->budgets, owner_of(m, r->netns), r->mono_ns);
}

static bool is_over_share(const struct removals *m, struct netns_id owner)
{
	size_t share = owner.inum == OWNER_FOREIGN ? SHARE_FOREIGN : SHARE;

	return budgets_held(&m->budgets, owner) > ledger_limit(m->kept) / share;
}

/* A newer one of its tuple took its place: what blames looks at the newest first. */
static bool is_outdated(struct removals *m, const struct ledger_removal *r)
{
	struct ledger_walk walk;

	ledger_find(m->kept, &walk, r->netns, r->flow.family, &r->flow.orig);
	while (ledger_next(m->kept, &walk))
		if (walk.side == LEDGER_ORIG &&
		    walk.removal.zone[LEDGER_ORIG] == r->zone[LEDGER_ORIG])
			return true;
	return false;
}

/* Takes the oldest one of somebody who has more than a share, and moves what is older and is
 * another's to the newer end. False: there was none among the oldest. */
static bool take_from_largest(struct removals *m)
{
	const struct budget *largest = budgets_largest(&m->budgets);
	struct ledger_removal r;

	if (!largest || !is_over_share(m, largest->owner))
		return false;
	for (int moves = 0; moves < MOVES_MAX && ledger_take_oldest(m->kept, &r); moves++) {
		struct netns_id owner = owner_of(m, r.netns);
		bool is_largest = netns_equal(owner, largest->owner);

		if (is_largest || is_outdated(m, &r)) {
			budgets_give(&m->budgets, owner);
			if (is_largest)
				forget(m, &r);
			return true;
		}
		ledger_add_again(m->kept, &r);
	}
	return false;
}

static void take_oldest(struct removals *m)
{
	struct ledger_removal r;

	if (!ledger_take_oldest(m->kept, &r))
		return;
	budgets_give(&m->budgets, owner_of(m, r.netns));
	forget(m, &r);
}

static void keep(struct removals *m, const struct ledger_removal *r)
{
	struct netns_id owner = owner_of(m, r->netns);

	if (!removal_is_risky(r)) {
		budgets_forget(&m->ends, owner, r->mono_ns);
		return;
	}
	if (ledger_count(m->kept) == ledger_limit(m->kept) && !take_from_largest(m)) {
		if (is_over_share(m, owner)) {
			forget(m, r);
			return;
		}
		take_oldest(m);
	}
	budgets_take(&m->budgets, owner);
	ledger_add_again(m->kept, r);
}

void removals_add(struct removals *m, const struct ledger_removal *removal)
{
	struct ledger_removal oldest;

	if (ledger_count(m->recent) == ledger_limit(m->recent) &&
	    ledger_take_oldest(m->recent, &oldest))
		keep(m, &oldest);
	ledger_add(m->recent, removal);
}

void removals_note_stranger(struct removals *m, struct netns_id netns)
{
	budgets_move(&m->budgets, netns, owner_of(m, netns));
	budgets_move(&m->ends, netns, owner_of(m, netns));
}

/* ---- walks ---- */

void removals_find(struct removals *m, struct ledger_walk *walk, struct netns_id netns,
		   uint8_t family, const struct tuple *tuple)
{
	ledger_find(m->recent, walk, netns, family, tuple);
	walk->is_kept = false;
}

bool removals_next(struct removals *m, struct ledger_walk *walk)
{
	uint32_t steps;

	if (walk->is_kept)
		return ledger_next(m->kept, walk);
	if (ledger_next(m->recent, walk))
		return true;
	if (walk->is_cut || !ledger_count(m->kept))
		return false;
	steps = walk->steps;
	ledger_find(m->kept, walk, walk->netns, walk->family, &walk->tuple);
	walk->steps = steps;
	walk->is_kept = true;
	return ledger_next(m->kept, walk);
}

static struct ledger *ledger_of(struct removals *m, const struct ledger_walk *walk)
{
	return walk->is_kept ? m->kept : m->recent;
}

void removals_set_retranslated(struct removals *m, struct ledger_walk *walk, uint64_t mono_ns)
{
	ledger_set_retranslated(ledger_of(m, walk), walk, mono_ns);
}

void removals_set_flush(struct removals *m, struct ledger_walk *walk, uint32_t flush)
{
	ledger_set_flush(ledger_of(m, walk), walk, flush);
}

void removals_set_unfollowed(struct removals *m, struct ledger_walk *walk)
{
	ledger_set_unfollowed(ledger_of(m, walk), walk);
}

/* ---- how far back ---- */

uint64_t removals_horizon(const struct removals *m, struct netns_id netns)
{
	return budgets_horizon(&m->budgets, owner_of(m, netns));
}

uint64_t removals_ends_horizon(const struct removals *m, struct netns_id netns)
{
	uint64_t ends_ns = budgets_horizon(&m->ends, owner_of(m, netns));
	uint64_t live_ns = removals_horizon(m, netns);

	return ends_ns > live_ns ? ends_ns : live_ns;
}

size_t removals_count(const struct removals *m)
{
	return ledger_count(m->recent) + ledger_count(m->kept);
}
