/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What keeps a SYN from a listener on its port, by the rules of the kernel's look-up
 * (compute_score() of net/ipv4/inet_hashtables.c and net/ipv6/inet6_hashtables.c,
 * inet_bound_dev_eq() of include/net/inet_sock.h; 5.10 to 7.3). Pure.
 */
#ifndef RSTBLAME_VICTIMS_BARRIER_H
#define RSTBLAME_VICTIMS_BARRIER_H

#include "node/sockets.h"

/* A SYN as it came to TCP, after all translations. */
struct syn_arrival {
	uint8_t family;
	uint16_t port;
	struct address to;
	uint32_t ifindex;     /* that it came in by; 0: not known */
	uint32_t vrf_ifindex; /* of the VRF that this is, or is in; 0: none */
	bool is_free_of_vrf;  /* net.ipv4.tcp_l3mdev_accept: a socket in no VRF takes it, too */
	/* /proc says neither what listeners are bound to nor whether they take IPv4. */
	bool is_blind;
};

/* Of the listeners those on that port; of several the one that the least is in the way of.
 * NULL: nobody listens there. */
const struct socket_row *barrier_choose(const struct sockets *listeners,
					const struct syn_arrival *syn, enum barrier *barrier);

#endif
