// SPDX-License-Identifier: GPL-2.0-only
#include "cast/make.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"

static void clocks_agree(void **state)
{
	struct timespec real;
	uint64_t wall, now;

	(void)state;
	now = clock_mono_ns() + clock_wall_offset_ns();
	clock_gettime(CLOCK_REALTIME, &real);
	wall = SECONDS((uint64_t)real.tv_sec) + (uint64_t)real.tv_nsec;
	assert_true(wall - now < SECONDS(60) || now - wall < SECONDS(60));
}

/* ---- the clock's history, on a machine that is set, adjusted and put to sleep ---- */

struct machine {
	struct clock_history history;
	uint64_t mono_ns, offset_ns;
	uint64_t sampled_ns;
};

static uint64_t random_below(uint64_t limit)
{
	return (((uint64_t)rand() << 31) ^ (uint64_t)rand()) % limit;
}

static void sample(struct machine *m)
{
	clock_history_note(&m->history, m->mono_ns, m->offset_ns);
	m->sampled_ns = m->mono_ns;
}

/* Slower or faster by up to half a millisecond a second. */
static void pass_time(struct machine *m, uint64_t ns, int creep)
{
	m->mono_ns += ns;
	m->offset_ns += (uint64_t)((int64_t)(ns / 2000) * creep);
}

static void step_clock(struct machine *m, uint64_t least_ns)
{
	uint64_t by_ns = least_ns + random_below(7200 * NSEC_PER_SEC);

	m->offset_ns += rand() % 2 ? by_ns : -by_ns;
}

/* Writes between two samples, with a step before or after or between, and reads. How
 * far what it tells is off; UINT64_MAX: it does not tell. */
static uint64_t write_and_read(struct machine *m, uint64_t least_step_ns, int creep)
{
	uint64_t written_ns, stamp, told;
	int step_at = rand() % 4; /* 3: none */

	if (step_at == 0)
		step_clock(m, least_step_ns);
	pass_time(m, 1 + random_below(100 * NSEC_PER_MSEC), creep);
	if (step_at == 1)
		step_clock(m, least_step_ns);
	written_ns = m->mono_ns;
	stamp = m->mono_ns + m->offset_ns;
	pass_time(m, 1 + random_below(100 * NSEC_PER_MSEC), creep);
	if (step_at == 2)
		step_clock(m, least_step_ns);
	sample(m);
	if (!clock_history_mono(&m->history, stamp, 0, m->mono_ns, &told))
		return UINT64_MAX;
	return told < written_ns ? written_ns - told : told - written_ns;
}

static void steps_and_sleeps(void **state)
{
	struct machine m = { .mono_ns = SECONDS(5000), .offset_ns = WALL_BASE_NS };
	char why[64];

	(void)state;
	srand(1);
	sample(&m);
	for (int i = 0; i < 20000; i++) {
		uint64_t before_ns = m.sampled_ns;
		/* Steps of a quarter of a second and more are beyond what lies between. */
		bool is_large = rand() % 2;
		uint64_t off_ns =
			write_and_read(&m, is_large ? 250 * NSEC_PER_MSEC : 0, rand() % 3 - 1);

		snprintf(why, sizeof(why), "line %d is off by %llu ns", i,
			 (unsigned long long)off_ns);
		if (off_ns > m.sampled_ns - before_ns + 2 * NSEC_PER_MSEC ||
		    (is_large && off_ns > NSEC_PER_MSEC))
			fail_msg("%s", why);
	}
}

/* And back: what the wall clock showed then. */
static void shown_then(void **state)
{
	struct clock_history h = { .count = 0 };
	uint64_t told;

	(void)state;
	assert_false(clock_history_mono(&h, WALL_BASE_NS, 0, SECONDS(5), &told));
	assert_int_equal(clock_history_wall(&h, SECONDS(5)), 0);
	clock_history_note(&h, SECONDS(10), SECONDS(100));
	clock_history_note(&h, SECONDS(20), SECONDS(100) + 1000);
	assert_int_equal(h.count, 1);
	clock_history_note(&h, SECONDS(30), SECONDS(50));
	assert_int_equal(clock_history_wall(&h, SECONDS(5)), SECONDS(105) + 1000);
	assert_int_equal(clock_history_wall(&h, SECONDS(29)), SECONDS(129) + 1000);
	assert_int_equal(clock_history_wall(&h, SECONDS(30)), SECONDS(80));
	/* More steps than are remembered: the latest are. */
	for (uint64_t i = 0; i < 3 * CLOCK_STEPS_MAX; i++)
		clock_history_note(&h, SECONDS(100 + i), SECONDS(1000 * i));
	assert_int_equal(h.count, CLOCK_STEPS_MAX);
	assert_true(clock_history_mono(&h, SECONDS(47000 + 147), 0, SECONDS(150), &told));
	assert_int_equal(told, SECONDS(147));
	assert_false(clock_history_mono(&h, SECONDS(47000), 0, SECONDS(150), &told));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clocks_agree),
		cmocka_unit_test(steps_and_sleeps),
		cmocka_unit_test(shown_then),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
