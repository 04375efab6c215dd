/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the wall clock was, by CLOCK_MONOTONIC: where it was set, and where the machine
 * slept (CLOCK_MONOTONIC stands still then), their distance makes a step. A time of the
 * wall clock from before a step is told by what held before it. Pure.
 */
#ifndef RSTBLAME_BASE_CLOCK_HISTORY_H
#define RSTBLAME_BASE_CLOCK_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CLOCK_STEPS_MAX = 16 };

/* From one step to the next. */
struct clock_step {
	uint64_t from_ns;   /* the step was after this sample of CLOCK_MONOTONIC … */
	uint64_t by_ns;     /* … and before this one */
	uint64_t offset_ns; /* wall clock less CLOCK_MONOTONIC, modulo 2^64; as last seen */
};

struct clock_history {
	size_t count;
	struct clock_step steps[CLOCK_STEPS_MAX]; /* by time; the oldest are forgotten */
	uint64_t seen_ns;                         /* the latest sample */
};

/* Takes a sample: both clocks at one moment. A distance that creeps is a clock that is
 * adjusted; one that jumps is a step. Two steps between samples are one to it: take one
 * as soon as the clock is set. */
void clock_history_note(struct clock_history *history, uint64_t mono_ns, uint64_t offset_ns);

/* When (CLOCK_MONOTONIC) the wall clock was between `wall_ns` and `span_ns` later: the
 * latest such moment up to `now_ns`; where there is none, the first after it. False: at
 * no moment that is remembered, as of a time that was skipped. So the time of a stamp
 * that was written since the last sample but one, and is told with the last as `now_ns`,
 * is off by less than lies between the two; and by nothing where the clock was not set
 * back in between by less than that. */
bool clock_history_mono(const struct clock_history *history, uint64_t wall_ns, uint64_t span_ns,
			uint64_t now_ns, uint64_t *mono_ns);

/* What the wall clock was then. */
uint64_t clock_history_wall(const struct clock_history *history, uint64_t mono_ns);

#endif
