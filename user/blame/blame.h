/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The join: which removal a reset was due to, which change was behind the
 * removal, and who made the change; and how much of that was seen. Pure: no
 * clock, no I/O, no globals. Observations go in by time; findings come out.
 */
#ifndef RSTBLAME_BLAME_BLAME_H
#define RSTBLAME_BLAME_BLAME_H

#include "model/finding.h"

/* What blame may hold; 0 stands for the default. */
struct blame_limits {
	size_t removals; /* default 2,097,152: 134 MB if that many are remembered (IPv6: 268) */
	size_t changes;  /* default 4,096 address and link events */
	size_t flushes;  /* default 16,384 */
	size_t risks;    /* default 262,144 flows at risk: 45 MB if there are that many */
};

/* Takes each finding; `finding` is valid during the call. */
typedef void (*blame_sink_fn)(void *ctx, const struct finding *finding);

struct blame;

/* NULL when out of memory. The caller frees it with blame_free(). */
struct blame *blame_new(const struct blame_limits *limits, blame_sink_fn sink, void *sink_ctx);
void blame_free(struct blame *blame);

/* Takes one observation (copied as far as needed). Those of one node come in
 * the order of their time, save for microseconds between CPUs. 0, or -ENOMEM. */
int blame_observe(struct blame *blame, const struct observation *seen);

/* ---- what the edges ask, to know which sockets to look at ---- */

/* When a live, translated flow last lost its entry on that node: sockets listed
 * before have to be listed again. 0: none did. */
uint64_t blame_risky_ns(const struct blame *blame, uint32_t node);

/* Whether an open socket of the namespace `inum` that sends `tuple`, seen at
 * `looked_ns`, is of a flow that lost its entry and is not known to be at risk yet.
 * Fills the flow and the namespace of the entry. */
bool blame_forgot(struct blame *blame, struct netns_id netns, uint8_t family,
		  const struct tuple *tuple, uint64_t looked_ns, struct flow *flow,
		  struct netns_id *entry_netns);

/* The flows that are at risk, one by one; `cursor` begins at 0. NULL at the end. No
 * observation may come between. */
const struct risk *blame_risk(const struct blame *blame, size_t *cursor);

/* Delivers the flushes that have been quiet for a while before `mono_ns` of
 * that node. Live, call it when idle; a replay needs no call. */
void blame_advance(struct blame *blame, uint32_t node, uint64_t mono_ns);

/* Delivers what is still open. Call it once, after the last observation. */
void blame_finish(struct blame *blame);

#endif
