// SPDX-License-Identifier: GPL-2.0-only
#include "cast/make.h"

#include <stdlib.h>
#include <string.h>

#include "wire/reorder.h"

static int make(void **state)
{
	*state = calloc(1, sizeof(struct reorder));
	return *state ? 0 : -1;
}

static int drop(void **state)
{
	free(*state);
	return 0;
}

static void put(struct reorder *l, uint64_t time_ns, int value)
{
	assert_true(reorder_put(l, time_ns, &value, sizeof(value)));
}

static void assert_next(struct reorder *l, uint64_t time_ns, int value)
{
	size_t size;
	int got;

	assert_int_equal(reorder_next_ns(l), time_ns);
	memcpy(&got, reorder_take(l, &size), sizeof(got));
	assert_int_equal(size, sizeof(got));
	assert_int_equal(got, value);
}

static void test_gives_the_eldest_first(void **state)
{
	struct reorder *l = *state;

	assert_true(reorder_next_ns(l) == UINT64_MAX);
	put(l, 30, 3);
	put(l, 10, 1);
	put(l, 20, 2);
	assert_next(l, 10, 1);
	put(l, 5, 0);
	assert_next(l, 5, 0);
	assert_next(l, 20, 2);
	assert_next(l, 30, 3);
	assert_true(reorder_next_ns(l) == UINT64_MAX);
}

static void test_keeps_the_rings_order_at_one_time(void **state)
{
	struct reorder *l = *state;

	for (int i = 0; i < 5; i++)
		put(l, 7, i);
	for (int i = 0; i < 5; i++)
		assert_next(l, 7, i);
}

static void test_refuses_when_full_and_what_is_too_large(void **state)
{
	static const uint8_t large[LOOKAHEAD_RECORD_BYTES + 1];
	struct reorder *l = *state;
	int one = 1;

	assert_false(reorder_put(l, 1, large, sizeof(large)));
	assert_true(reorder_put(l, 1, large, sizeof(large) - 1));
	for (int i = 1; i < LOOKAHEAD_RECORDS; i++)
		put(l, 2, i);
	assert_true(reorder_is_full(l));
	assert_false(reorder_put(l, 0, &one, sizeof(one)));
	assert_int_equal(reorder_next_ns(l), 1);
}

/* A CPU was kept from running while it held a record: all that came behind it for as long
 * as that took, many more than are looked ahead over, are elder. */
static void test_one_stalled_record_waits_for_all_behind_it(void **state)
{
	struct reorder *l = *state;
	int behind = 100 * LOOKAHEAD_RECORDS, taken = 0;

	put(l, 1000000, -1);
	for (int i = 0; i < behind; i++) {
		put(l, (uint64_t)i, i);
		if (reorder_is_full(l)) {
			assert_next(l, (uint64_t)taken, taken);
			taken++;
		}
	}
	for (; taken < behind; taken++)
		assert_next(l, (uint64_t)taken, taken);
	assert_next(l, 1000000, -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_gives_the_eldest_first, make, drop),
		cmocka_unit_test_setup_teardown(test_keeps_the_rings_order_at_one_time, make, drop),
		cmocka_unit_test_setup_teardown(test_refuses_when_full_and_what_is_too_large, make,
						drop),
		cmocka_unit_test_setup_teardown(test_one_stalled_record_waits_for_all_behind_it,
						make, drop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
