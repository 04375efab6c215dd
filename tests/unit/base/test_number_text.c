// SPDX-License-Identifier: GPL-2.0-only
#include "cast/make.h"

#include "base/number_text.h"

static void numbers_have_separators(void **state)
{
	(void)state;
	assert_string_equal(NUMBER(0), "0");
	assert_string_equal(NUMBER(999), "999");
	assert_string_equal(NUMBER(1000), "1,000");
	assert_string_equal(NUMBER(25336), "25,336");
	assert_string_equal(NUMBER(1234567), "1,234,567");
	assert_string_equal(NUMBER(UINT64_MAX), "18,446,744,073,709,551,615");
}

static void one_is_singular(void **state)
{
	(void)state;
	assert_string_equal(COUNTED(0, "flow is", "flows are"), "0 flows are");
	assert_string_equal(COUNTED(1, "flow is", "flows are"), "1 flow is");
	assert_string_equal(COUNTED(1001, "flow is", "flows are"), "1,001 flows are");
}

static void spans_in_the_unit_that_one_would_say(void **state)
{
	(void)state;
	assert_string_equal(SPAN(0), "0 s");
	assert_string_equal(SPAN(59), "59 s");
	assert_string_equal(SPAN(60), "1 min");
	assert_string_equal(SPAN(90), "1 min 30 s");
	assert_string_equal(SPAN(1800), "30 min");
	assert_string_equal(SPAN(3599), "59 min 59 s");
	assert_string_equal(SPAN(3600), "1 h");
	assert_string_equal(SPAN(5459), "1 h 30 min");
	assert_string_equal(SPAN(3600 * 1000), "1,000 h");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_have_separators),
		cmocka_unit_test(one_is_singular),
		cmocka_unit_test(spans_in_the_unit_that_one_would_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
