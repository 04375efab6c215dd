// SPDX-License-Identifier: GPL-2.0-only
#include "cast/make.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void iso_round_trip(void **state)
{
	static const uint64_t times[] = { 0,
					  1,
					  999999999,
					  WALL_BASE_NS,
					  WALL_BASE_NS + 123456789,
					  4102444800000000000ULL /* 2100 */,
					  951782400000000000ULL };
	char buf[TIME_TEXT_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		assert_int_equal(time_parse_iso(time_format_iso(times[i], buf, sizeof(buf))),
				 times[i]);
	assert_string_equal(time_format_iso(WALL_BASE_NS + 1, buf, sizeof(buf)),
			    "2026-11-22T10:00:00.000000001Z");
	assert_string_equal(time_format_iso(951782400000000000ULL, buf, sizeof(buf)),
			    "2000-02-29T00:00:00.000000000Z");
}

static void iso_forms(void **state)
{
	static const struct {
		const char *text;
		uint64_t ns;
	} cases[] = {
		{ "2026-11-22T10:00:00Z", WALL_BASE_NS },
		{ "2026-11-22T10:00:00", WALL_BASE_NS },
		{ "2026-11-22T10:00:00.5Z", WALL_BASE_NS + 500000000 },
		{ "2026-11-22T10:00:00.000001Z", WALL_BASE_NS + 1000 },
		{ "2026-11-22T10:00:00.123456789123Z", WALL_BASE_NS + 123456789 }, /* cut */
		{ "2026-11-22T12:00:00+02:00", WALL_BASE_NS },
		{ "2026-11-22T04:30:00.25-05:30", WALL_BASE_NS + 250000000 },
		{ "2026-11-23T00:00:00+14:00", WALL_BASE_NS },
		{ "2026-11-22T10:00:00+00:00", WALL_BASE_NS },
		{ "", 0 },
		{ "yesterday", 0 },
		{ "2026-11-22", 0 },
		{ "2026-13-22T10:00:00Z", 0 },
		{ "10:00:00", 0 },
		{ "1969-12-31T23:59:59Z", 0 }, /* before the epoch */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (time_parse_iso(cases[i].text) != cases[i].ns)
			fail_msg("%s: %llu", cases[i].text,
				 (unsigned long long)time_parse_iso(cases[i].text));
}

static void clock_text(void **state)
{
	char buf[TIME_TEXT_BYTES];

	(void)state;
	setenv("TZ", "XYZ-2", 1); /* two hours east */
	tzset();
	assert_string_equal(
		time_format_clock(WALL_BASE_NS + 38123999999ULL, true, buf, sizeof(buf)),
		"10:00:38.123"); /* cut, not rounded into the future */
	assert_string_equal(time_format_clock(WALL_BASE_NS, false, buf, sizeof(buf)),
			    "12:00:00.000");
}

static void durations(void **state)
{
	static const struct {
		uint64_t ns;
		const char *text;
	} cases[] = {
		{ 0, "0 µs" },
		{ 999, "0 µs" },
		{ 850000, "850 µs" },
		{ 3200000, "3.2 ms" },
		{ 2410000000, "2.41 s" },
		{ SECONDS(60), "1 min" },
		{ SECONDS(423), "7 min 3 s" },
		{ SECONDS(3600), "1 h" },
		{ HOURS(2) + SECONDS(300), "2 h 5 min" },
		{ HOURS(100), "100 h" },
		{ UINT64_MAX, "5,124,095 h 34 min" },
	};
	char buf[DURATION_TEXT_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(duration_format(cases[i].ns, buf, sizeof(buf)), cases[i].text);
}

/* "1000.0 ms" and "60.00 s" are no such times. */
static void durations_at_the_edges(void **state)
{
	char buf[DURATION_TEXT_BYTES];

	(void)state;
	assert_string_equal(duration_format(999949999, buf, sizeof(buf)), "999.9 ms");
	assert_string_equal(duration_format(999999999, buf, sizeof(buf)), "1.00 s");
	assert_string_equal(duration_format(59994999999, buf, sizeof(buf)), "59.99 s");
	assert_string_equal(duration_format(59999999999, buf, sizeof(buf)), "1 min");
}

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
		cmocka_unit_test(iso_round_trip),
		cmocka_unit_test(iso_forms),
		cmocka_unit_test(clock_text),
		cmocka_unit_test(durations),
		cmocka_unit_test(durations_at_the_edges),
		cmocka_unit_test(clocks_agree),
		cmocka_unit_test(steps_and_sleeps),
		cmocka_unit_test(shown_then),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
