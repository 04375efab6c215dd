/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Listening sockets that were closed: who comes to their port a little later may have been
 * in a handshake with them (who waited for accept() was reset as they closed). Only those
 * closed over handshakes are remembered. Blame's own; bounded, the oldest of who has the most
 * is forgotten first. All zero is empty. Pure.
 */
#ifndef RSTBLAME_BLAME_LISTENERS_H
#define RSTBLAME_BLAME_LISTENERS_H

#include "blame/budgets.h"
#include "model/observation.h"

enum { LISTENERS_MAX = 128 };

struct closed_listener {
	struct dated when;
	struct listener_observation seen;
};

struct listeners {
	struct closed_listener items[LISTENERS_MAX]; /* in no order */
	size_t count;
	struct budgets budgets;
};

/* `seen`: an OBSERVATION_LISTENER. */
void listeners_add(struct listeners *listeners, const struct strangers *strangers,
		   const struct observation *seen);

/* The newest one closed over handshakes on that port within two minutes before `mono_ns` (as long as a SYN
 * or a SYN-ACK is sent again by default), which could have taken the packet. NULL: none.
 * Valid until the next listeners_add(). */
const struct closed_listener *listeners_find(const struct listeners *listeners,
					     struct netns_id netns, uint8_t family,
					     const struct tuple *packet, uint64_t mono_ns);

#endif
