// SPDX-License-Identifier: GPL-2.0-only
#include "blame/sent_resets.h"

/* How long a RST may be under way between two sockets of one node. */
#define SAME_RST_NS (1000ULL * 1000 * 1000)

void sent_resets_add(struct sent_resets *sent, const struct strangers *strangers,
		     const struct observation *reset, uint64_t id)
{
	size_t at = sent->count;

	if (at == SENT_MAX)
		at = budgets_evict(&sent->budgets, strangers, sent->items, sizeof(*sent->items),
				   at);
	else
		sent->count++;
	budgets_take(&sent->budgets, strangers_owner(strangers, reset->netns));
	sent->items[at] = (struct sent){ .when = { reset->netns, reset->mono_ns },
					 .id = id,
					 .packet = reset->reset.packet };
}

void sent_resets_count(struct sent_resets *sent, const struct strangers *strangers,
		       struct netns_id netns, uint64_t until_ns)
{
	budgets_forget(&sent->budgets, strangers_owner(strangers, netns), until_ns);
}

/* One RST is received once: the next with these addresses and ports is another, whose
 * sending may have been counted only. */
uint64_t sent_resets_take(struct sent_resets *sent, const struct observation *received,
			  const struct tuple *trigger)
{
	for (size_t i = 0; i < sent->count; i++) {
		struct sent *s = &sent->items[i];
		uint64_t id = s->id;

		if (id && s->when.netns.node == received->netns.node &&
		    tuple_equal(&s->packet, trigger) && received->mono_ns >= s->when.mono_ns &&
		    received->mono_ns - s->when.mono_ns < SAME_RST_NS) {
			s->id = 0;
			return id;
		}
	}
	return 0;
}

uint64_t sent_resets_horizon(const struct sent_resets *sent, const struct strangers *strangers,
			     const struct observation *received)
{
	uint64_t ns =
		budgets_near_horizon(&sent->budgets, strangers_owner(strangers, received->netns));

	return ns + SAME_RST_NS > received->mono_ns ? ns : 0;
}
