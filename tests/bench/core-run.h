/* SPDX-License-Identifier: GPL-2.0-only */
/* What make bench-core measures, each in a process of its own: fresh memory, and no
 * measure warms the cache for another. */
#ifndef RSTBLAME_BENCH_CORE_RUN_H
#define RSTBLAME_BENCH_CORE_RUN_H

#include <stddef.h>

/* What was not measured is 0. */
struct core_result {
	double ns;        /* of CPU time, for each event */
	double first_ns;  /* the same where memory is touched for the first time */
	double bytes;     /* resident, for each flow */
	double stall_us;  /* the longest that STALL_EVENTS took together, memory included */
	double looked_ns; /* for each look-up that finds */
	double missed_ns; /* for each that does not */
};

/* A clock that takes a microsecond must not be what is measured. */
enum { STALL_EVENTS = 64 };

/* All take the number of flows. They exit(1) when out of memory or when what they looked
 * for is not there. */
struct core_result run_bare(size_t flows);   /* both keys into an open hash table */
struct core_result run_fill(size_t flows);   /* the ledger, empty to `flows` */
struct core_result run_stalls(size_t flows); /* the same, looking at the clock */
struct core_result run_hot(size_t flows);    /* the same, of one tuple all the time */
struct core_result run_full(size_t flows);   /* each removal evicts one */
struct core_result run_blame(size_t flows);  /* decode_flush() to blame_observe() */
struct core_result run_resets(size_t flows); /* decode() to verdict, of removed flows */

#endif
