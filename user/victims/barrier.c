// SPDX-License-Identifier: GPL-2.0-only
#include "victims/barrier.h"

#include <string.h>
#include <sys/socket.h>

static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

/* The family and address that it takes: an IPv6 socket may be bound to an IPv4 address. */
static uint8_t family_of(const struct socket_row *listener, struct address *bound)
{
	*bound = listener->tuple.src;
	if (listener->family != AF_INET6 || memcmp(bound->bytes, mapped, sizeof(mapped)) != 0)
		return listener->family;
	memmove(bound->bytes, bound->bytes + sizeof(mapped), 4);
	memset(bound->bytes + 4, 0, sizeof(mapped));
	return AF_INET;
}

static bool is_any(const struct address *a)
{
	static const struct address any;

	return address_equal(a, &any);
}

static bool is_loopback(uint8_t family, const struct address *a)
{
	static const struct address v6 = { { [15] = 1 } };

	return family == AF_INET ? a->bytes[0] == 127 : address_equal(a, &v6);
}

static enum barrier of_address(const struct socket_row *listener, const struct syn_arrival *syn)
{
	struct address bound;
	uint8_t family = family_of(listener, &bound);

	if (!is_any(&bound)) {
		if (family == syn->family && address_equal(&bound, &syn->to))
			return BARRIER_NONE;
		return is_loopback(family, &bound) && !is_loopback(syn->family, &syn->to) ?
			       BARRIER_LOOPBACK :
			       BARRIER_ADDRESS;
	}
	if (family == syn->family)
		return BARRIER_NONE;
	if (family == AF_INET)
		return BARRIER_V4ONLY;
	return listener->is_v6only ? BARRIER_V6ONLY : BARRIER_NONE;
}

static enum barrier of_device(const struct socket_row *listener, const struct syn_arrival *syn)
{
	uint32_t bound = listener->bound_ifindex;

	if (syn->is_blind || (bound && !syn->ifindex))
		return BARRIER_UNKNOWN;
	if (!bound)
		return syn->vrf_ifindex && !syn->is_free_of_vrf ? BARRIER_VRF : BARRIER_NONE;
	return bound == syn->ifindex || bound == syn->vrf_ifindex ? BARRIER_NONE : BARRIER_DEVICE;
}

static enum barrier barrier_of(const struct socket_row *listener, const struct syn_arrival *syn)
{
	enum barrier barrier = of_address(listener, syn);

	return barrier == BARRIER_NONE ? of_device(listener, syn) : barrier;
}

const struct socket_row *barrier_choose(const struct sockets *listeners,
					const struct syn_arrival *syn, enum barrier *barrier)
{
	const struct socket_row *best = NULL;

	*barrier = BARRIER_NONE;
	for (size_t i = 0; i < listeners->count; i++) {
		const struct socket_row *row = &listeners->rows[i];
		enum barrier its;

		if (row->tuple.sport != syn->port)
			continue;
		its = barrier_of(row, syn);
		if (best && (its > *barrier || (its == *barrier && row->family != syn->family)))
			continue;
		best = row;
		*barrier = its;
	}
	return best;
}
