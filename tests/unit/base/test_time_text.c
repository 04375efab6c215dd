// SPDX-License-Identifier: GPL-2.0-only
#include "cast/make.h"

#include <stdlib.h>
#include <time.h>

#include "base/time_text.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(iso_round_trip),
		cmocka_unit_test(iso_forms),
		cmocka_unit_test(clock_text),
		cmocka_unit_test(durations),
		cmocka_unit_test(durations_at_the_edges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
