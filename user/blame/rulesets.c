// SPDX-License-Identifier: GPL-2.0-only
#include "blame/rulesets.h"

#include <stdlib.h>
#include <string.h>

/* One request of one process is over in less. */
#define SAME_REQUEST_NS (1000ULL * 1000 * 1000)

struct rulesets {
	struct ruleset *items; /* by age */
	size_t count;
	size_t limit;
};

struct rulesets *rulesets_new(size_t limit)
{
	struct rulesets *rulesets = calloc(1, sizeof(*rulesets));

	if (!rulesets)
		return NULL;
	rulesets->limit = limit;
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

static bool is_told(const struct rulesets *rulesets, const struct observation *seen)
{
	const struct ruleset_observation *now = &seen->ruleset;

	for (size_t i = rulesets->count; i-- > 0;) {
		const struct ruleset *r = &rulesets->items[i];

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
		rulesets->count--;
		memmove(rulesets->items, rulesets->items + 1,
			rulesets->count * sizeof(*rulesets->items));
	}
	rulesets->items[rulesets->count++] = (struct ruleset){
		.id = id,
		.netns = seen->netns,
		.mono_ns = seen->mono_ns,
		.wall_ns = seen->wall_ns,
		.seen = seen->ruleset,
	};
	return true;
}

const struct ruleset *rulesets_behind(const struct rulesets *rulesets, struct netns_id netns,
				      uint8_t family, uint8_t missing, uint64_t mono_ns)
{
	const struct ruleset *late = NULL;

	for (size_t i = rulesets->count; i-- > 0;) {
		const struct ruleset *r = &rulesets->items[i];

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
