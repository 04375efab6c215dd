// SPDX-License-Identifier: GPL-2.0-only
#include "attach/over_budget.h"

#include <string.h>

#include "base/clock.h"
#include "base/nsec.h"
#include "kernel/probes.h"

/* What was reported of that key; NULL: there is no room, which the map has no more of. */
static uint64_t *told_of(struct over_budget *over, const struct event_state_key *key)
{
	for (size_t i = 0; i < over->count; i++)
		if (!memcmp(&over->known[i].key, key, sizeof(*key)))
			return &over->known[i].told;
	if (over->count == EVENT_STATE_LOSSES_MAX)
		return NULL;
	over->known[over->count].key = *key;
	return &over->known[over->count++].told;
}

static int report(const struct event_state_key *key, uint64_t count, uint64_t wall_offset_ns,
		  source_take_fn take, void *ctx)
{
	struct observation seen = { .type = OBSERVATION_LOST, .netns.inum = key->netns };

	seen.mono_ns = clock_mono_ns();
	seen.wall_ns = seen.mono_ns + wall_offset_ns;
	seen.lost.sense = probes[key->probe].sense;
	strncpy(seen.lost.probe, sense_word(seen.lost.sense), sizeof(seen.lost.probe) - 1);
	seen.lost.count = count;
	seen.lost.is_foreign = key->is_foreign;
	/* Of namespaces that are not told apart it is everybody's. */
	seen.lost.is_of_netns = key->netns || key->is_foreign;
	return take(ctx, &seen);
}

int over_budget_report(struct over_budget *over, const struct loader *loader, bool is_end,
		       uint64_t wall_offset_ns, source_take_fn take, void *ctx)
{
	uint64_t total = loader_over_budget(loader), now_ns = clock_mono_ns();
	bool is_due = is_end || now_ns - over->told_ns >= NSEC_PER_SEC;
	struct event_state_key key, *last = NULL;
	uint64_t count;
	int err = 0;

	if (total == over->total && !(over->is_held && is_due))
		return 0;
	over->total = total;
	over->is_held = false;
	while (!err && loader_next_over_budget(loader, last, &key, &count)) {
		uint64_t *told = told_of(over, &key);

		last = &key;
		if (!told || *told == count || key.probe >= EVENT_PROBES)
			continue;
		if (key.is_foreign && !is_due) {
			over->is_held = true;
			continue;
		}
		err = report(&key, count - *told, wall_offset_ns, take, ctx);
		*told = count;
	}
	if (is_due)
		over->told_ns = now_ns;
	return err;
}
