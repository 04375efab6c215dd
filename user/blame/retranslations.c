// SPDX-License-Identifier: GPL-2.0-only
#include "blame/retranslations.h"

#include <stdlib.h>

struct renewals {
	struct renewal *items; /* a ring */
	size_t limit;
	size_t count;
	size_t next; /* where the next goes */
};

struct renewals *renewals_new(size_t limit)
{
	struct renewals *renewals = calloc(1, sizeof(*renewals));

	if (!renewals)
		return NULL;
	renewals->limit = limit;
	renewals->items = calloc(limit, sizeof(*renewals->items));
	if (!renewals->items) {
		free(renewals);
		return NULL;
	}
	return renewals;
}

void renewals_free(struct renewals *renewals)
{
	if (!renewals)
		return;
	free(renewals->items);
	free(renewals);
}

static struct renewal *newest(const struct renewals *renewals, size_t i)
{
	return &renewals->items[(renewals->next + renewals->limit - 1 - i) % renewals->limit];
}

static bool is_of(const struct renewal *r, uint32_t node, uint8_t family, const struct tuple *orig)
{
	return r->netns.node == node && r->flow.family == family &&
	       tuple_equal(&r->flow.orig, orig);
}

void renewals_add(struct renewals *renewals, const struct renewal *renewal, bool is_new_connection)
{
	const struct flow *flow = &renewal->flow;

	for (size_t i = 0; is_new_connection && i < renewals->count; i++) {
		struct renewal *r = newest(renewals, i);

		if (r->netns.inum == renewal->netns.inum &&
		    is_of(r, renewal->netns.node, flow->family, &flow->orig))
			r->flow.family = 0;
	}
	if (is_new_connection)
		return;
	renewals->items[renewals->next] = *renewal;
	renewals->next = (renewals->next + 1) % renewals->limit;
	if (renewals->count < renewals->limit)
		renewals->count++;
}

const struct renewal *renewals_find(const struct renewals *renewals, uint32_t node, uint8_t family,
				    const struct tuple *orig, uint64_t mono_ns)
{
	for (size_t i = 0; i < renewals->count; i++) {
		const struct renewal *r = newest(renewals, i);

		if (r->mono_ns <= mono_ns && is_of(r, node, family, orig))
			return r;
	}
	return NULL;
}
