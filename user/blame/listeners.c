// SPDX-License-Identifier: GPL-2.0-only
#include "blame/listeners.h"

#include <sys/socket.h>

#define REMEMBERED_NS (120ULL * 1000 * 1000 * 1000)

void listeners_add(struct listeners *listeners, const struct observation *seen)
{
	listeners->items[listeners->next] = (struct closed_listener){ .mono_ns = seen->mono_ns,
								      .netns = seen->netns,
								      .seen = seen->listener };
	listeners->next = (listeners->next + 1) % LISTENERS_MAX;
}

static bool is_any(const struct address *a)
{
	static const struct address any;

	return address_equal(a, &any);
}

static bool takes(const struct listener_state *l, uint8_t family, const struct tuple *packet)
{
	if (l->port != packet->dport)
		return false;
	if (l->family != family)
		return l->family == AF_INET6 && !l->is_v6only && is_any(&l->address);
	return is_any(&l->address) || address_equal(&l->address, &packet->dst);
}

const struct closed_listener *listeners_find(const struct listeners *listeners,
					     struct netns_id netns, uint8_t family,
					     const struct tuple *packet, uint64_t mono_ns)
{
	for (size_t i = 0; i < LISTENERS_MAX; i++) {
		const struct closed_listener *l =
			&listeners
				 ->items[(listeners->next + LISTENERS_MAX - 1 - i) % LISTENERS_MAX];

		if (l->mono_ns && l->seen.listener.syn_queue && l->mono_ns <= mono_ns &&
		    mono_ns - l->mono_ns < REMEMBERED_NS && netns_equal(l->netns, netns) &&
		    takes(&l->seen.listener, family, packet))
			return l;
	}
	return NULL;
}
