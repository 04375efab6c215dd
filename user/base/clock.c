// SPDX-License-Identifier: GPL-2.0-only
#include "base/clock.h"

#include <time.h>

static uint64_t read_clock(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (uint64_t)ts.tv_sec * NSEC_PER_SEC + (uint64_t)ts.tv_nsec;
}

uint64_t clock_mono_ns(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

uint64_t clock_thread_ns(void)
{
	return read_clock(CLOCK_THREAD_CPUTIME_ID);
}

/* A reading that was interrupted is off by as much as half of that: then again. */
enum { READINGS_MAX = 8, GOOD_READING_NS = 20000 };

uint64_t clock_wall_offset_ns(void)
{
	uint64_t offset = 0, best_ns = UINT64_MAX;

	for (int i = 0; i < READINGS_MAX && best_ns > GOOD_READING_NS; i++) {
		uint64_t before = clock_mono_ns();
		uint64_t wall = read_clock(CLOCK_REALTIME);
		uint64_t spent = clock_mono_ns() - before;

		if (spent >= best_ns)
			continue;
		best_ns = spent;
		offset = wall - (before + spent / 2);
	}
	return offset;
}

/* The sample's time comes last: a step that is not in it was later. */
uint64_t clock_sample(struct clock_history *history)
{
	uint64_t offset_ns = clock_wall_offset_ns(), now_ns = clock_mono_ns();

	clock_history_note(history, now_ns, offset_ns);
	return now_ns;
}
