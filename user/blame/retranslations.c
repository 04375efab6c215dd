// SPDX-License-Identifier: GPL-2.0-only
#include "blame/retranslations.h"

#include <stdlib.h>

struct retranslations {
	struct retranslation *items; /* a ring */
	size_t limit;
	size_t count;
	size_t next; /* where the next goes */
};

struct retranslations *retranslations_new(size_t limit)
{
	struct retranslations *retranslations = calloc(1, sizeof(*retranslations));

	if (!retranslations)
		return NULL;
	retranslations->limit = limit;
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

static struct retranslation *newest(const struct retranslations *retranslations, size_t i)
{
	return &retranslations->items[(retranslations->next + retranslations->limit - 1 - i) %
				      retranslations->limit];
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

	for (size_t i = 0; is_new_connection && i < retranslations->count; i++) {
		struct retranslation *r = newest(retranslations, i);

		if (netns_equal(r->netns, retranslation->netns) &&
		    is_of(r, retranslation->netns.node, flow->family, &flow->orig))
			r->flow.family = 0;
	}
	if (is_new_connection)
		return;
	retranslations->items[retranslations->next] = *retranslation;
	retranslations->next = (retranslations->next + 1) % retranslations->limit;
	if (retranslations->count < retranslations->limit)
		retranslations->count++;
}

const struct retranslation *retranslations_find(const struct retranslations *retranslations,
						uint32_t node, uint8_t family,
						const struct tuple *orig, uint64_t mono_ns)
{
	for (size_t i = 0; i < retranslations->count; i++) {
		const struct retranslation *r = newest(retranslations, i);

		if (r->mono_ns <= mono_ns && is_of(r, node, family, orig))
			return r;
	}
	return NULL;
}

const struct retranslation *retranslations_find_packet(const struct retranslations *retranslations,
						       uint32_t node, uint8_t family,
						       const struct tuple *packet, uint64_t mono_ns)
{
	const struct tuple reply = tuple_inverse(packet);

	for (size_t i = 0; i < retranslations->count; i++) {
		const struct retranslation *r = newest(retranslations, i);

		if (r->mono_ns <= mono_ns && r->netns.node == node && r->flow.family == family &&
		    !r->is_bare && tuple_equal(&r->flow.reply, &reply))
			return r;
	}
	return NULL;
}
