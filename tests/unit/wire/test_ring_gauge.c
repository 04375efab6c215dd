// SPDX-License-Identifier: GPL-2.0-only
#include "cast/make.h"

#include "wire/ring_gauge.h"

static uint64_t read_bytes, written_bytes;
static struct ring_gauge gauge;

static int begin(void **state)
{
	(void)state;
	read_bytes = written_bytes = 0;
	gauge = (struct ring_gauge){ .read = &read_bytes, .written = &written_bytes };
	return 0;
}

/* The reader runs and comes as far as `to`; meanwhile more may be written. */
static uint64_t look(uint64_t to, uint64_t meanwhile, bool is_full, uint64_t now_ns,
		     uint64_t until_ns)
{
	ring_gauge_note(&gauge);
	read_bytes = to;
	written_bytes += meanwhile;
	return ring_gauge_until_ns(&gauge, !is_full && ring_gauge_is_behind(&gauge), is_full,
				   now_ns, until_ns);
}

static void what_came_meanwhile_is_no_block(void **state)
{
	(void)state;
	written_bytes = 100;
	assert_int_equal(look(100, 50, false, MS(20), MS(10)), MS(10));
	assert_int_equal(gauge.blocked_ns, 0);
	assert_int_equal(gauge.clear_ns, MS(20));
}

/* Only what happened before the last look at a clear ring is known for sure. */
static void a_blocked_ring_holds_what_came_after_it_was_clear(void **state)
{
	(void)state;
	written_bytes = 100;
	look(100, 0, false, MS(20), MS(10));
	written_bytes = 300;
	assert_int_equal(look(200, 0, false, MS(40), MS(30)), MS(20));
	assert_int_equal(look(200, 0, false, MS(50), MS(40)), MS(20));
	assert_int_equal(look(200, 0, false, MS(50), MS(15)), MS(15));
	/* Submitted at last. */
	assert_int_equal(look(300, 0, false, MS(60), MS(50)), MS(50));
	assert_int_equal(gauge.clear_ns, MS(60));
}

static void a_full_lookahead_is_neither(void **state)
{
	(void)state;
	look(0, 0, false, MS(20), MS(10));
	written_bytes = 300;
	assert_int_equal(look(100, 0, true, MS(40), MS(30)), MS(30));
	assert_int_equal(gauge.clear_ns, MS(20));
	assert_int_equal(look(200, 0, false, MS(50), MS(40)), MS(20));
}

static void patience_ends(void **state)
{
	(void)state;
	look(0, 0, false, MS(20), MS(10));
	written_bytes = 100;
	assert_int_equal(look(0, 0, false, MS(40), MS(30)), MS(20));
	assert_int_equal(look(0, 0, false, MS(40) + RING_PATIENCE_NS, SECONDS(1)), MS(20));
	assert_false(gauge.is_given_up);
	assert_int_equal(look(0, 0, false, MS(41) + RING_PATIENCE_NS, SECONDS(1)), SECONDS(1));
	assert_true(gauge.is_given_up);
	look(100, 0, false, MS(42) + RING_PATIENCE_NS, SECONDS(1));
	assert_false(gauge.is_given_up);
}

#define story(test) cmocka_unit_test_setup(test, begin)

int main(void)
{
	const struct CMUnitTest tests[] = {
		story(what_came_meanwhile_is_no_block),
		story(a_blocked_ring_holds_what_came_after_it_was_clear),
		story(a_full_lookahead_is_neither),
		story(patience_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
