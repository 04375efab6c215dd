/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Listening sockets that were closed: who comes to their port a little later may have been
 * in a handshake with them (who waited for accept() was reset as they closed). Blame's own; bounded, the oldest is
 * forgotten first. All zero is empty. Pure.
 */
#ifndef RSTBLAME_BLAME_LISTENERS_H
#define RSTBLAME_BLAME_LISTENERS_H

#include "model/observation.h"

enum { LISTENERS_MAX = 128 };

struct closed_listener {
	uint64_t mono_ns; /* 0: none */
	struct netns_id netns;
	struct listener_observation seen;
};

struct listeners {
	struct closed_listener items[LISTENERS_MAX]; /* a ring */
	size_t next;
};

/* `seen`: an OBSERVATION_LISTENER. */
void listeners_add(struct listeners *listeners, const struct observation *seen);

/* The newest one closed over handshakes on that port within two minutes before `mono_ns` (as long as a SYN
 * or a SYN-ACK is sent again by default), which could have taken the packet. NULL: none.
 * Valid until the next listeners_add(). */
const struct closed_listener *listeners_find(const struct listeners *listeners,
					     struct netns_id netns, uint8_t family,
					     const struct tuple *packet, uint64_t mono_ns);

#endif
