// SPDX-License-Identifier: GPL-2.0-only
#include "blame/listeners.h"

#include <sys/socket.h>

#define REMEMBERED_NS (120ULL * 1000 * 1000 * 1000)

void listeners_add(struct listeners *listeners, const struct strangers *strangers,
		   const struct observation *seen)
{
	size_t at = listeners->count;

	if (!seen->listener.listener.syn_queue)
		return;
	if (at == LISTENERS_MAX)
		at = budgets_evict(&listeners->budgets, strangers, listeners->items,
				   sizeof(*listeners->items), at);
	else
		listeners->count++;
	budgets_take(&listeners->budgets, strangers_owner(strangers, seen->netns));
	listeners->items[at] = (struct closed_listener){ .when = { seen->netns, seen->mono_ns },
							 .seen = seen->listener };
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
	const struct closed_listener *found = NULL;

	for (size_t i = 0; i < listeners->count; i++) {
		const struct closed_listener *l = &listeners->items[i];

		if (l->when.mono_ns <= mono_ns && mono_ns - l->when.mono_ns < REMEMBERED_NS &&
		    netns_equal(l->when.netns, netns) && takes(&l->seen.listener, family, packet) &&
		    (!found || l->when.mono_ns >= found->when.mono_ns))
			found = l;
	}
	return found;
}
