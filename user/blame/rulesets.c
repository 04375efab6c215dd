// SPDX-License-Identifier: GPL-2.0-only
#include "blame/rulesets.h"

#include <stdlib.h>
#include <string.h>

/* One request of one process is over in less. */
#define SAME_REQUEST_NS (1000ULL * 1000 * 1000)
/* The work that a commit queues has run by then. */
#define COMMIT_WORKS_NS (10 * SAME_REQUEST_NS)

enum { COMMITS_MAX = 64 };

struct commit {
	struct dated when;
	uint64_t done_ns; /* when hooks went that it may have been behind; 0: not yet */
	struct actor actor;
};

struct rulesets {
	struct commit commits[COMMITS_MAX]; /* in no order */
	size_t commits_count;
	struct item {
		struct dated when;
		struct ruleset ruleset;
	} * items; /* by age */
	const struct strangers *strangers;
	struct budgets commits_budgets, budgets;
	size_t count;
	size_t limit;
};

struct rulesets *rulesets_new(size_t limit, const struct strangers *strangers)
{
	struct rulesets *rulesets = calloc(1, sizeof(*rulesets));

	if (!rulesets)
		return NULL;
	rulesets->limit = limit;
	rulesets->strangers = strangers;
	rulesets->items = calloc(limit, sizeof(*rulesets->items));
	if (!rulesets->items) {
		free(rulesets);
		return NULL;
	}
	return rulesets;
}

void rulesets_free(struct rulesets *rulesets)
{
	if (!rulesets)
		return;
	free(rulesets->items);
	free(rulesets);
}

/* ---- who committed ---- */

void rulesets_note_commit(struct rulesets *rulesets, const struct observation *rules)
{
	size_t at = rulesets->commits_count;

	if (at == COMMITS_MAX)
		at = budgets_evict(&rulesets->commits_budgets, rulesets->strangers,
				   rulesets->commits, sizeof(*rulesets->commits), at);
	else
		rulesets->commits_count++;
	budgets_take(&rulesets->commits_budgets,
		     strangers_owner(rulesets->strangers, rules->netns));
	rulesets->commits[at] = (struct commit){
		.when = { rules->netns, rules->mono_ns },
		.actor = rules->rules.actor,
	};
}

void rulesets_note_stranger(struct rulesets *rulesets, struct netns_id netns)
{
	struct netns_id owner = strangers_owner(rulesets->strangers, netns);

	budgets_move(&rulesets->commits_budgets, netns, owner);
	budgets_move(&rulesets->budgets, netns, owner);
}

uint64_t rulesets_horizon(const struct rulesets *rulesets, struct netns_id netns)
{
	struct netns_id owner = strangers_owner(rulesets->strangers, netns);
	uint64_t hooks_ns = budgets_horizon(&rulesets->budgets, owner);
	uint64_t commits_ns = budgets_horizon(&rulesets->commits_budgets, owner);

	return hooks_ns > commits_ns ? hooks_ns : commits_ns;
}

/* One work takes hooks away one after the other: the same commit is behind all of them. */
static bool may_be_behind(const struct commit *commit, const struct observation *seen)
{
	uint64_t now_ns = seen->mono_ns;

	return netns_equal(commit->when.netns, seen->netns) && commit->when.mono_ns <= now_ns &&
	       now_ns - commit->when.mono_ns < COMMIT_WORKS_NS &&
	       (!commit->done_ns || now_ns - commit->done_ns < SAME_REQUEST_NS);
}

void rulesets_attribute(struct rulesets *rulesets, struct observation *seen)
{
	struct ruleset_observation *removed = &seen->ruleset;
	const struct commit *newest = NULL;
	const struct actor *by = NULL;
	bool are_several = false;

	if (removed->op != RULESET_HOOKS_REMOVED || !removed->by_kernel || removed->is_exit)
		return;
	for (size_t i = 0; i < rulesets->commits_count; i++) {
		struct commit *commit = &rulesets->commits[i];

		if (!may_be_behind(commit, seen))
			continue;
		are_several |= by && !actor_equal(by, &commit->actor);
		if (!newest || commit->when.mono_ns >= newest->when.mono_ns)
			newest = commit;
		by = &newest->actor;
		if (!commit->done_ns)
			commit->done_ns = seen->mono_ns;
	}
	removed->is_ambiguous = are_several;
	if (!by || !by->pid || are_several)
		return;
	removed->actor = *by;
	removed->by_kernel = false;
}

/* ---- hooks ---- */

static bool is_told(const struct rulesets *rulesets, const struct observation *seen)
{
	const struct ruleset_observation *now = &seen->ruleset;

	for (size_t i = rulesets->count; i-- > 0;) {
		const struct ruleset *r = &rulesets->items[i].ruleset;

		if (seen->mono_ns - r->mono_ns > SAME_REQUEST_NS)
			return false;
		if (netns_equal(r->netns, seen->netns) && r->seen.family == now->family &&
		    r->seen.hooks == now->hooks) /* the newest of its kind */
			return r->seen.op == now->op && actor_equal(&r->seen.actor, &now->actor);
	}
	return false;
}

bool rulesets_add(struct rulesets *rulesets, const struct observation *seen, uint64_t id)
{
	if (is_told(rulesets, seen))
		return false;
	if (rulesets->count == rulesets->limit) {
		size_t at = budgets_evict(&rulesets->budgets, rulesets->strangers, rulesets->items,
					  sizeof(*rulesets->items), rulesets->count--);

		memmove(rulesets->items + at, rulesets->items + at + 1,
			(rulesets->count - at) * sizeof(*rulesets->items));
	}
	budgets_take(&rulesets->budgets, strangers_owner(rulesets->strangers, seen->netns));
	rulesets->items[rulesets->count++] = (struct item){
		.when = { seen->netns, seen->mono_ns },
		.ruleset = { .id = id,
			     .netns = seen->netns,
			     .mono_ns = seen->mono_ns,
			     .wall_ns = seen->wall_ns,
			     .seen = seen->ruleset },
	};
	return true;
}

const struct ruleset *rulesets_behind(const struct rulesets *rulesets, struct netns_id netns,
				      uint8_t family, uint8_t missing, uint64_t mono_ns)
{
	const struct ruleset *late = NULL;

	for (size_t i = rulesets->count; i-- > 0;) {
		const struct ruleset *r = &rulesets->items[i].ruleset;

		if (r->mono_ns > mono_ns || !netns_equal(r->netns, netns) ||
		    !(r->seen.hooks & missing) || (r->seen.family && r->seen.family != family))
			continue;
		if (r->seen.op == RULESET_HOOKS_REMOVED && !r->seen.by_kernel)
			return r;
		if (r->seen.op == RULESET_HOOKS_REMOVED)
			late = late ? late : r;
		else
			missing &= (uint8_t)~r->seen.hooks; /* what went before came back */
	}
	return late;
}
