/* SPDX-License-Identifier: GPL-2.0-only */
/* Says what a namespace is called, before anything that happened in it is told. */
#ifndef RSTBLAME_NODE_NETNS_NAMER_H
#define RSTBLAME_NODE_NETNS_NAMER_H

#include "model/netns_names.h"

struct netns_namer {
	struct netns_names told;
};

void netns_namer_init(struct netns_namer *netns_namer, uint32_t own_inum);

/* Whether there is something to say before `seen`, of its namespace: fills `out`. It
 * looks into /run/netns, once a second for each namespace at most. */
bool netns_namer_tells(struct netns_namer *netns_namer, const struct observation *seen,
		       struct observation *out);

#endif
