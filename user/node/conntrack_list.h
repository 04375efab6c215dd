/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One walk of a namespace's conntrack table that answers for all resets that wait, where
 * one question each would take too long. What was made before the walk began is in it or
 * is not there. Of what came within a second after, it still knows what is alive: the end
 * of an entry would be seen.
 */
#ifndef RSTBLAME_NODE_CONNTRACK_LIST_H
#define RSTBLAME_NODE_CONNTRACK_LIST_H

#include "model/observation.h"

struct mnl_socket;

struct conntrack_list_row {
	struct tuple tuple; /* of either direction */
	uint32_t flow;
};

struct conntrack_list {
	uint32_t netns;
	uint8_t family;
	bool is_whole;     /* else the walk was cut short: what is not in it may be there */
	uint64_t begun_ns; /* CLOCK_MONOTONIC; 0: there was none */
	struct flow *flows;
	size_t flows_count, flows_size;
	struct conntrack_list_row *rows; /* sorted, once it is read */
	size_t rows_count, rows_size;
};

void conntrack_list_release(struct conntrack_list *list);

/* Reads the TCP entries of the family, those outside of any zone, by the socket `nl`
 * (NETLINK_NETFILTER, which stays the caller's, and is good for nothing else afterwards).
 * Stops at `until_ns`, or at 32,768 entries. Replaces what was in it. */
void conntrack_list_read(struct conntrack_list *list, struct mnl_socket *nl, uint32_t netns,
			 uint8_t family, uint64_t until_ns);

/* The same from /proc, of the namespace that the calling thread is in: where
 * nf_conntrack_netlink is not loaded. */
void conntrack_list_read_proc(struct conntrack_list *list, uint32_t netns, uint8_t family,
			      uint64_t until_ns);

/* What it knows of a tuple that a packet had at `seen_ns`: LOOKUP_NONE where it began
 * before that, but what it has is alive for a second. LOOKUP_ALIVE fills `entry`. */
enum lookup conntrack_list_find(const struct conntrack_list *list, uint32_t netns, uint8_t family,
				const struct tuple *tuple, uint64_t seen_ns, struct flow *entry);

/* ---- for the tests: how it is filled ---- */

void conntrack_list_begin(struct conntrack_list *list, uint32_t netns, uint8_t family,
			  uint64_t begun_ns);
bool conntrack_list_add(struct conntrack_list *list, const struct flow *flow); /* false: full */
void conntrack_list_end(struct conntrack_list *list, bool is_whole);

#endif
