// SPDX-License-Identifier: GPL-2.0-only
#include "base/clock_history.h"

#include <string.h>

#include "base/nsec.h"

/* Adjusted, a clock creeps by half a millisecond a second; samples are read to some
 * microseconds. */
#define STEP_NS NSEC_PER_MSEC

void clock_history_note(struct clock_history *h, uint64_t mono_ns, uint64_t offset_ns)
{
	struct clock_step *last = h->count ? &h->steps[h->count - 1] : NULL;

	if (last && offset_ns - last->offset_ns + STEP_NS <= 2 * STEP_NS) {
		last->offset_ns = offset_ns;
		h->seen_ns = mono_ns;
		return;
	}
	if (h->count == CLOCK_STEPS_MAX) {
		memmove(&h->steps[0], &h->steps[1], sizeof(h->steps) - sizeof(h->steps[0]));
		h->count--;
	}
	/* The first holds for all that was before it. */
	h->steps[h->count++] = (struct clock_step){ .from_ns = last ? h->seen_ns : 0,
						    .by_ns = last ? mono_ns : 0,
						    .offset_ns = offset_ns };
	h->seen_ns = mono_ns;
}

/* The moments between `low` and `high` when the i-th held; signed, for a time may be
 * before the boot. False: none. */
static bool clip(const struct clock_history *h, size_t i, int64_t *low, int64_t *high)
{
	int64_t slack = (int64_t)STEP_NS; /* as much as offset_ns may be off */
	int64_t from = (int64_t)h->steps[i].from_ns - slack;
	int64_t until = i + 1 < h->count ? (int64_t)h->steps[i + 1].by_ns + slack : INT64_MAX;

	if (i && *low < from)
		*low = from;
	if (*high > until)
		*high = until;
	return *low <= *high;
}

static uint64_t distance(int64_t a, int64_t b)
{
	return a < b ? (uint64_t)b - (uint64_t)a : (uint64_t)a - (uint64_t)b;
}

bool clock_history_mono(const struct clock_history *h, uint64_t wall_ns, uint64_t span_ns,
			uint64_t now_ns, uint64_t *mono_ns)
{
	int64_t now = (int64_t)now_ns, best = 0;
	bool is_found = false;

	for (size_t i = 0; i < h->count; i++) {
		int64_t low = (int64_t)(wall_ns - h->steps[i].offset_ns);
		int64_t high = low + (int64_t)span_ns, at;

		if (!clip(h, i, &low, &high))
			continue;
		at = high < now ? high : low > now ? low : now;
		/* The wall clock may have been there twice. What was is closer than what
		 * is to come. */
		if (!is_found || (at <= now) > (best <= now) ||
		    ((at <= now) == (best <= now) && distance(at, now) <= distance(best, now)))
			best = at;
		is_found = true;
	}
	*mono_ns = (uint64_t)best;
	return is_found;
}

uint64_t clock_history_wall(const struct clock_history *h, uint64_t mono_ns)
{
	size_t i = h->count;

	while (i > 1 && mono_ns < h->steps[i - 1].by_ns)
		i--;
	return i ? mono_ns + h->steps[i - 1].offset_ns : 0;
}
