/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The join: which removal a reset was due to, which change was behind the
 * removal, and who made the change; and how much of that was seen. Pure: no
 * clock, no I/O, no globals. Observations go in by time; findings come out.
 */
#ifndef RSTBLAME_BLAME_H
#define RSTBLAME_BLAME_H

#include "finding.h"

/* What blame may hold; 0 stands for the default. */
struct blame_limits {
	size_t removals; /* default 1,000,000: 150 MB if that many are remembered */
	size_t changes;  /* default 4,096 address and link events */
	size_t flushes;  /* default 16,384 */
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

/* Delivers the flushes that have been quiet for a while before `mono_ns` of
 * that node. Live, call it when idle; a replay needs no call. */
void blame_advance(struct blame *blame, uint32_t node, uint64_t mono_ns);

/* Delivers what is still open. Call it once, after the last observation. */
void blame_finish(struct blame *blame);

#endif
