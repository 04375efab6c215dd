/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How well a socket is placed to be the one that a packet was meant for. Anybody can make a
 * socket with any addresses and ports in a network namespace of his own; what he cannot make is
 * an owner that is the initial user namespace, and a link from there to where the packet came.
 */
#ifndef RSTBLAME_VICTIMS_STANDING_H
#define RSTBLAME_VICTIMS_STANDING_H

#include "node/sockets.h"

/* Bits, the weightier the higher. */
enum standing {
	STANDING_OWNED = 1,  /* the initial user namespace owns the socket's; or nobody could ask */
	STANDING_LINKED = 2, /* interfaces lead from there to where the packet came */
	STANDING_ROUTED = 4, /* and that is how packets to its address are routed there */
};

/* Past that they are just several. */
enum { RIVALS_MAX = 255 };

/* Of the open ones among `rows` keeps, for each tag, the one with the best standing; it sorts
 * them by tag. Where several have the same, one_of of the one that is kept says how many, and
 * rivals[tag] (may be NULL) is another. Pure. */
void standing_choose(struct sockets *rows, struct socket_row *rivals);

/* Whether such a socket, alone, is somebody's own thing for all that is known. */
bool standing_is_doubtful(uint8_t standing);

struct inspector;

/* Sets `standing` of each open row, for a packet of `places[tag]` (a namespace; 0: not known).
 * In the inspector's thread. Until `until_ns` it looks at links: past that none is found. */
void standing_find(struct inspector *ins, struct sockets *rows, const uint32_t *places,
		   uint64_t until_ns);

#endif
