// SPDX-License-Identifier: GPL-2.0-only
#include "cast/make.h"

#include <string.h>

#include "report/html/histogram.h"

static struct histogram histogram;

static uint64_t total(void)
{
	uint64_t count = 0;

	for (size_t i = 0; i < BINS_COUNT; i++)
		count += histogram.bin[i].count;
	return count;
}

static int clear(void **state)
{
	(void)state;
	memset(&histogram, 0, sizeof(histogram));
	return 0;
}

/* However far it goes on, nothing gets lost, and each is where it belongs. */
static void it_widens(void **state)
{
	uint64_t at_ns = MONO_BASE_NS;
	size_t last = 0;

	(void)state;
	for (unsigned int i = 0; i < 1000; i++, at_ns += SECONDS(i))
		histogram_add(&histogram, MONO_BASE_NS, at_ns, i + 1, 1);
	assert_int_equal(total(), 1000);
	for (size_t i = 0; i < BINS_COUNT; i++) {
		struct bin *bin = &histogram.bin[i];

		if (!bin->count)
			continue;
		assert_int_equal((bin->first_ns - MONO_BASE_NS) / histogram.width_ns, i);
		last = i;
	}
	assert_true(last >= BINS_COUNT / 2 - 1); /* no wider than it must be */
	assert_int_equal(histogram.bin[0].first, 1);
}

static void the_first_of_a_bin_is_kept(void **state)
{
	(void)state;
	histogram_add(&histogram, 0, MS(5), 7, 1);
	histogram_add(&histogram, 0, MS(5) - 1, 8, 1);
	histogram_add(&histogram, 0, HOURS(300), 9, 1);
	assert_int_equal(histogram.bin[0].count, 2);
	assert_int_equal(histogram.bin[0].first, 8);
	assert_int_equal(total(), 3);
}

static void what_is_before_the_first(void **state)
{
	(void)state;
	histogram_add(&histogram, SECONDS(10), SECONDS(10), 1, 1);
	histogram_add(&histogram, SECONDS(10), SECONDS(9), 2, 1);
	assert_int_equal(histogram.bin[0].count, 2);
	histogram_add(&histogram, SECONDS(10), UINT64_MAX, 3, 1);
	assert_int_equal(total(), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(it_widens, clear),
		cmocka_unit_test_setup(the_first_of_a_bin_is_kept, clear),
		cmocka_unit_test_setup(what_is_before_the_first, clear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
