/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Netlink sockets of other network namespaces. A socket stays in the namespace that it
 * was made in, so a thread has to go there to make one: this has a thread of its own for
 * it, started when it is first needed, so that the thread that drains the rings never
 * leaves home. One that cannot come back ends, and nothing is opened any more.
 */
#ifndef RSTBLAME_NODE_NETNS_OPENER_H
#define RSTBLAME_NODE_NETNS_OPENER_H

#include <stdint.h>

struct mnl_socket;
struct netns_opener;

struct netns_opener *netns_opener_new(void); /* NULL when out of memory */
/* Waits 2 s at most for the thread to be done with what it is at; then it is left behind. */
void netns_opener_free(struct netns_opener *opener);

/* Opens a netlink socket of that bus in the namespace with that inode number, non-blocking;
 * the caller closes it soon: an open one keeps its namespace alive. Waits for `wait_ns` at
 * most. 0 and `out`; -ETIMEDOUT when that was not enough, -EBUSY while the thread is still
 * at what another call did not wait for, else -errno: -ESRCH where there is no such
 * namespace any more. Called by one thread only. */
int netns_opener_open(struct netns_opener *opener, uint32_t inum, int bus, uint64_t wait_ns,
		      struct mnl_socket **out);

#endif
