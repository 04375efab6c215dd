/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Questions to the conntrack of the namespace that the calling thread is in: a few are
 * asked one by one; where they are many, one walk of its table answers them. Nothing is
 * loaded for it: without nf_conntrack_netlink its table is read from /proc.
 */
#ifndef RSTBLAME_NODE_CONNTRACK_HERE_H
#define RSTBLAME_NODE_CONNTRACK_HERE_H

#include "model/observation.h"

struct conntrack_here;

/* Of the namespace `netns`, in which the thread is whenever it asks. NULL when out of
 * memory or of files. The caller closes it. */
struct conntrack_here *conntrack_here_open(uint32_t netns, uint64_t until_ns);
void conntrack_here_close(struct conntrack_here *here); /* NULL is fine */

/* The entry one direction of which is `tuple`. LOOKUP_ALIVE fills `entry`; LOOKUP_NONE: it
 * could not be asked; LOOKUP_SKIPPED: `until_ns` has come. */
enum lookup conntrack_here_ask(struct conntrack_here *here, uint8_t family,
			       const struct tuple *tuple, struct flow *entry);

/* How many entries it has, of all protocols. */
uint64_t conntrack_here_count(void);

#endif
