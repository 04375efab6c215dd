/* SPDX-License-Identifier: GPL-2.0-only */
/* What the routing of a namespace does with a flow: one question at a time. The same question
 * is asked once: the answer holds as long as what it was asked by is open. */
#ifndef RSTBLAME_NODE_ROUTES_H
#define RSTBLAME_NODE_ROUTES_H

#include <stdint.h>

#include "model/flow.h"

struct route {
	uint8_t type;     /* RTN_UNICAST, RTN_LOCAL, … */
	uint32_t oif;     /* 0: none */
	bool has_gateway; /* else the destination is on the link */
	uint8_t gateway_family;
	struct address gateway;
};

struct routes; /* a netlink socket of the namespace that it was opened in, and its answers */

struct routes *routes_open(void); /* NULL and errno */
void routes_close(struct routes *routes);

/* How the namespace routes a packet to `dst`: one of its own, or, with `iif`, one from
 * `src` that comes in there. 0, or -errno (-ENETUNREACH: there is no route). */
int routes_ask(struct routes *routes, uint8_t family, const struct address *dst,
	       const struct address *src, uint32_t iif, struct route *out);

#endif
