/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The order of time over three rings: two BPF ring buffers, of state (addresses, links, acts,
 * single removals, new entries) and of resets, and the array of what flushes remove
 * (wire/flush_ring.h). Whether a reset finds the removal that explains it, or is one of which
 * nothing is known, is decided here. What holds:
 *
 * 1. A reset comes after all state and all removals of its time and before.
 * 2. Of one time, state comes first, as an act's beginning comes before what it removes; then
 *    what a flush removed, then the reset.
 * 3. Within a ring the order is that of time, not of the records (wire/reorder.h).
 * 4. A record that is reserved and not submitted hides all behind it. While there is one in
 *    either ring, nothing is handed on but what happened before both rings were last seen
 *    clear (wire/ring_gauge.h): it might have come before.
 * 5. That ends after RING_PATIENCE_NS: no ring holds up the others for good. An empty one
 *    never does. What was given up on is reported before anything that goes without it.
 * 6. Nothing that happened after `until_ns` is handed on.
 * 7. What was only counted (wire/syn_storm.h) comes when all that happened before it was
 *    looked at has been handed on.
 * 8. A reset waits for the record of its fate, FATE_PATIENCE_NS at most, and what comes after
 *    it does, too.
 *
 * The array needs no gauge: a removal is written before the entry goes, so one that is not
 * there yet has not happened.
 *
 * Pure: now is passed in, and what reads the rings and takes the records are functions.
 */
#ifndef RSTBLAME_WIRE_MERGE_H
#define RSTBLAME_WIRE_MERGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/flush_ring.h"
#include "wire/reorder.h"
#include "wire/ring_gauge.h"

struct event_flush_slot;

enum merge_ring { MERGE_STATE, MERGE_RESETS, MERGE_RINGS };

struct merge_ends {
	/* Reads that ring from where it was left into merge_put(): to its end, to a record
	 * that is not submitted, or until that returns false. */
	void (*read)(void *ctx, enum merge_ring ring);
	/* The next in the order of time, of either ring, or of what a flush removed: `slots`
	 * are its two next, of which *used says how many it takes. 0, or -errno to stop. */
	int (*take)(void *ctx, const void *record, size_t size);
	int (*take_removed)(void *ctx, const struct event_flush_slot *slots, size_t *used);
	/* Whether all that belongs to that reset is there. */
	bool (*is_whole)(void *ctx, const void *record, size_t size);
	/* That ring is blocked for too long: what it hides, one record at least, is not there
	 * for what comes next. Once for each time. */
	int (*give_up)(void *ctx, enum merge_ring ring);
	/* What was only counted; *counts_ns is 0 then. */
	int (*take_counts)(void *ctx);
	void *ctx;
};

/* It follows within microseconds, but for a CPU that is kept from running in between. */
#define FATE_PATIENCE_NS (200ULL * 1000 * 1000)

/* One ring, and what was taken from it ahead of time. */
struct merge_lane {
	struct ring_gauge gauge;
	struct reorder ahead;
};

/* All zero, then the ends and counts_ns set, and the gauges and the flush ring opened. */
struct merge {
	struct merge_ends ends;
	struct merge_lane lanes[MERGE_RINGS];
	struct flush_ring flush;
	const uint64_t *counts_ns; /* when what waits was looked at; 0: none does */
	uint64_t first_ns;         /* of what the last run handed on; UINT64_MAX: nothing was due */
	bool is_held;              /* the last run left something that was due: rules 4, 8 */
	uint64_t now_ns;
	int err;
};

/* A record of that ring, which is copied. False: no more may be put now. */
bool merge_put(struct merge *m, enum merge_ring ring, const void *record, size_t size);

/* Hands on what happened up to `until_ns`. `now_ns`: CLOCK_MONOTONIC, from before this call;
 * never less than at the call before. 0, or what `take` returned. */
int merge_run(struct merge *m, uint64_t now_ns, uint64_t until_ns);

/* Nothing is left to be handed on, now or when its time has come, and no flush is under
 * way. */
bool merge_is_idle(const struct merge *m);

/* Nothing but a flush under way is there to be read, and it can wait: what else waits has
 * smaller rings, which must not fill up meanwhile. */
bool merge_may_wait(struct merge *m, uint64_t now_ns);

#endif
