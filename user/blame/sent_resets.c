// SPDX-License-Identifier: GPL-2.0-only
#include "blame/sent_resets.h"

/* How long a RST may be under way between two sockets of one node. */
#define SAME_RST_NS (1000ULL * 1000 * 1000)

void sent_resets_add(struct sent_resets *sent, const struct observation *reset, uint64_t id)
{
	sent->items[sent->next] = (struct sent){ .id = id,
						 .mono_ns = reset->mono_ns,
						 .netns = reset->netns,
						 .packet = reset->reset.packet };
	sent->next = (sent->next + 1) % SENT_MAX;
}

/* One RST is received once: the next with these addresses and ports is another, whose
 * sending may have been counted only. */
uint64_t sent_resets_take(struct sent_resets *sent, const struct observation *received,
			  const struct tuple *trigger)
{
	for (size_t i = 0; i < SENT_MAX; i++) {
		struct sent *s = &sent->items[i];
		uint64_t id = s->id;

		if (id && s->netns.node == received->netns.node &&
		    tuple_equal(&s->packet, trigger) && received->mono_ns >= s->mono_ns &&
		    received->mono_ns - s->mono_ns < SAME_RST_NS) {
			s->id = 0;
			return id;
		}
	}
	return 0;
}
