// SPDX-License-Identifier: GPL-2.0-only
#include "blame/retranslations.h"

#include <stdlib.h>

struct retranslations {
	struct retranslation *items; /* in no order */
	size_t limit;
	size_t count;
	const struct strangers *strangers;
	struct budgets budgets;
};

struct retranslations *retranslations_new(size_t limit, const struct strangers *strangers)
{
	struct retranslations *retranslations = calloc(1, sizeof(*retranslations));

	if (!retranslations)
		return NULL;
	retranslations->limit = limit;
	retranslations->strangers = strangers;
	retranslations->items = calloc(limit, sizeof(*retranslations->items));
	if (!retranslations->items) {
		free(retranslations);
		return NULL;
	}
	return retranslations;
}

void retranslations_free(struct retranslations *retranslations)
{
	if (!retranslations)
		return;
	free(retranslations->items);
	free(retranslations);
}

static bool is_of(const struct retranslation *r, uint32_t node, uint8_t family,
		  const struct tuple *orig)
{
	return r->netns.node == node && r->flow.family == family &&
	       tuple_equal(&r->flow.orig, orig);
}

void retranslations_add(struct retranslations *retranslations,
			const struct retranslation *retranslation, bool is_new_connection)
{
	const struct flow *flow = &retranslation->flow;

	struct retranslation *place;

	for (size_t i = 0; is_new_connection && i < retranslations->count; i++) {
		struct retranslation *r = &retranslations->items[i];

		if (netns_equal(r->netns, retranslation->netns) &&
		    is_of(r, retranslation->netns.node, flow->family, &flow->orig))
			r->flow.family = 0;
	}
	if (is_new_connection)
		return;
	if (retranslations->count < retranslations->limit)
		place = &retranslations->items[retranslations->count++];
	else
		place = &retranslations->items[budgets_evict(
			&retranslations->budgets, retranslations->strangers, retranslations->items,
			sizeof(*place), retranslations->count)];
	*place = *retranslation;
	budgets_take(&retranslations->budgets,
		     strangers_owner(retranslations->strangers, retranslation->netns));
}

void retranslations_note_stranger(struct retranslations *retranslations, struct netns_id netns)
{
	budgets_move(&retranslations->budgets, netns,
		     strangers_owner(retranslations->strangers, netns));
}

uint64_t retranslations_horizon(const struct retranslations *retranslations, struct netns_id netns)
{
	return budgets_near_horizon(&retranslations->budgets,
				    strangers_owner(retranslations->strangers, netns));
}

/* Of two of one time the one that came later. */
static bool is_newer(const struct retranslation *r, const struct retranslation *than)
{
	return !than || r->mono_ns > than->mono_ns || (r->mono_ns == than->mono_ns && r > than);
}

const struct retranslation *retranslations_find(const struct retranslations *retranslations,
						uint32_t node, uint8_t family,
						const struct tuple *orig, uint64_t mono_ns)
{
	const struct retranslation *found = NULL;

	for (size_t i = 0; i < retranslations->count; i++) {
		const struct retranslation *r = &retranslations->items[i];

		if (r->mono_ns <= mono_ns && is_of(r, node, family, orig) && is_newer(r, found))
			found = r;
	}
	return found;
}

const struct retranslation *retranslations_find_packet(const struct retranslations *retranslations,
						       uint32_t node, uint8_t family,
						       const struct tuple *packet, uint64_t mono_ns)
{
	const struct tuple reply = tuple_inverse(packet);
	const struct retranslation *found = NULL;

	for (size_t i = 0; i < retranslations->count; i++) {
		const struct retranslation *r = &retranslations->items[i];

		if (r->mono_ns <= mono_ns && r->netns.node == node && r->flow.family == family &&
		    !r->is_bare && tuple_equal(&r->flow.reply, &reply) && is_newer(r, found))
			found = r;
	}
	return found;
}
