/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether a bridge shows its frames to netfilter, and with it to conntrack: only with
 * br_netfilter, by its sysctl of the namespace or by the bridge's own option. Read right
 * after a reset whose trigger was forwarded by a bridge; loads nothing.
 */
#ifndef RSTBLAME_NODE_BRIDGE_NETFILTER_H
#define RSTBLAME_NODE_BRIDGE_NETFILTER_H

#include "model/observation.h"

/* The last answer. All zero is the beginning; the caller's, without a destructor. */
struct bridge_netfilter_reader {
	uint32_t own_netns; /* 0: not asked yet */
	uint64_t read_ns;
	uint32_t netns, ifindex;
	uint8_t family;
	uint8_t answer; /* enum bridge_netfilter */
};

/* Sets `bridge_netfilter` of a reset that has a `bridge_netns`; reads a hundred times a
 * second at most. */
void bridge_netfilter_look(struct bridge_netfilter_reader *reader, struct observation *reset);

#endif
