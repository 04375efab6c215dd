/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which process has a socket: by the links below /proc/PID/fd. Permission may be
 * denied and processes may go while one looks; then a socket stays without a
 * holder, and never gets a wrong one.
 */
#ifndef RSTBLAME_NODE_SOCKET_OWNERS_H
#define RSTBLAME_NODE_SOCKET_OWNERS_H

#include <stddef.h>
#include <stdint.h>

#include "model/observation.h"

struct socket_owner {
	uint32_t inode; /* of the socket */
	uint32_t netns; /* where it is: processes there are looked at first */
	uint32_t pid;   /* 0: none was found */
	uint32_t fd;    /* of that process */
	uint64_t start_ticks;
	void *owner; /* the caller's own */
};

/* Where sockets were found before, to be looked at first; bounded. */
struct socket_owner_memory;

struct socket_owner_memory *socket_owner_memory_new(void); /* NULL when out of memory */
void socket_owner_memory_free(struct socket_owner_memory *memory);

/* Finds the holders of all of them in one pass over /proc (it sorts them by inode).
 * Of several that share a socket, the one that began first. Ends at `deadline_ns`
 * (CLOCK_MONOTONIC) with what it has. `memory` may be NULL. */
void socket_owners_find(struct socket_owner_memory *memory, struct socket_owner *socket_owners,
			size_t count, uint64_t deadline_ns);

/* Fills process and command line of a victim from what /proc says of the holder.
 * Nothing, if the process is not the one any more. */
void socket_owner_describe(const struct socket_owner *socket_owner, struct victim *out);

#endif
