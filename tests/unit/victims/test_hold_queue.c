// SPDX-License-Identifier: GPL-2.0-only
/* What waits on its way to the report, and for how long. The time is the test's own. */
#include "cast/make.h"

#include <stdlib.h>
#include <string.h>

#include "victims/hold_queue.h"

static struct hold_queue queue;

static struct held *put(uint64_t id, uint64_t mono_ns, uint64_t due_ns, enum finding_type type)
{
	struct observation seen = { .type = OBSERVATION_LOG, .mono_ns = mono_ns };
	struct finding f = { .type = type, .id = id, .mono_ns = mono_ns, .seen = &seen };

	return hold_queue_put(&queue, &f, due_ns, type == FINDING_LOG);
}

static void assert_taken(uint64_t id)
{
	struct held held = hold_queue_take(&queue);

	assert_int_equal(held.finding->id, id);
	finding_free(held.finding);
}

static int empty(void **state)
{
	(void)state;
	hold_queue_release(&queue);
	assert_int_equal(queue.count, 0);
	return 0;
}

/* What came after one that waits goes after it, however long it has been ready. */
static void order(void **state)
{
	struct held *held;

	(void)state;
	assert_null(hold_queue_first(&queue));
	assert_false(hold_queue_is_ready(&queue, 1000));
	assert_int_equal(hold_queue_due_ns(&queue), 0);
	held = put(1, 10, 0, FINDING_RESET);
	held->ticket = 7;
	held->until_ns = 400;
	put(2, 11, 0, FINDING_REMOVAL);
	put(3, 5, 0, FINDING_RULESET); /* as old as it may be: only lines go by time */
	assert_false(hold_queue_is_ready(&queue, 399));
	assert_true(hold_queue_waits(&queue));
	assert_int_equal(hold_queue_due_ns(&queue), 400);
	assert_ptr_equal(hold_queue_find(&queue, 7), hold_queue_first(&queue));
	hold_queue_find(&queue, 7)->ticket = 0; /* its victim is there */
	assert_true(hold_queue_is_ready(&queue, 20));
	assert_false(hold_queue_waits(&queue));
	for (uint64_t id = 1; id <= 3; id++)
		assert_taken(id);
}

/* It goes on when it has waited for long enough, and is not found any more. */
static void a_victim_that_never_comes(void **state)
{
	struct held *held = put(1, 10, 0, FINDING_RESET);

	(void)state;
	held->ticket = 7;
	held->until_ns = 400;
	assert_false(hold_queue_is_ready(&queue, 399));
	assert_true(hold_queue_is_ready(&queue, 400));
	assert_taken(1);
	assert_null(hold_queue_find(&queue, 7));
}

/* Both at once, whichever takes longer. */
static void a_victim_and_a_log(void **state)
{
	struct held *held = put(1, 10, 500, FINDING_RESET);

	(void)state;
	held->ticket = 7;
	held->until_ns = 400;
	assert_int_equal(hold_queue_due_ns(&queue), 500);
	assert_false(hold_queue_is_ready(&queue, 499));
	assert_true(hold_queue_is_ready(&queue, 500));
	held->until_ns = 600;
	assert_int_equal(hold_queue_due_ns(&queue), 600);
	assert_false(hold_queue_is_ready(&queue, 599));
}

/* A line goes behind the last that is not younger, and holds up none that is due. */
static void log_lines(void **state)
{
	static const struct {
		uint64_t id, mono_ns, due_ns;
		enum finding_type type;
	} puts[] = {
		{ 1, 10, 100, FINDING_ADDRESS }, { 2, 20, 101, FINDING_RULESET },
		{ 3, 30, 102, FINDING_RESET },   { 4, 25, 103, FINDING_LOG }, /* late */
		{ 5, 31, 104, FINDING_LOG },     { 6, 10, 105, FINDING_LOG }, /* of equal age */
		{ 7, 1, 106, FINDING_LOG }, /* later than all that is still there */
	};
	static const uint64_t order[] = { 7, 1, 6, 2, 4, 3, 5 };

	(void)state;
	for (size_t i = 0; i < 7; i++)
		assert_non_null(put(puts[i].id, puts[i].mono_ns, puts[i].due_ns, puts[i].type));
	assert_false(hold_queue_is_ready(&queue, 99));
	for (size_t i = 0; i < 7; i++) {
		assert_true(hold_queue_is_ready(&queue, 104));
		assert_taken(order[i]);
	}
}

/* In a ring that has turned, too. */
static void a_line_across_the_end(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < HELD_MAX - 2; i++) {
		put(i, i, 0, FINDING_REMOVAL);
		assert_taken(i);
	}
	for (uint64_t id = 1; id <= 4; id++)
		put(id, 10 * id, 0, FINDING_REMOVAL);
	put(9, 15, 0, FINDING_LOG);
	assert_taken(1);
	assert_taken(9);
	for (uint64_t id = 2; id <= 4; id++)
		assert_taken(id);
}

static void full(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < HELD_MAX; i++)
		assert_non_null(put(i, i, 0, FINDING_REMOVAL));
	assert_null(put(HELD_MAX, 0, 0, FINDING_REMOVAL));
	assert_null(put(HELD_MAX, 0, 0, FINDING_LOG));
	assert_taken(0); /* make room */
	assert_non_null(put(HELD_MAX, HELD_MAX, 0, FINDING_REMOVAL));
	for (uint64_t i = 1; i <= HELD_MAX; i++)
		assert_taken(i);
}

/* What it was made of is gone by the time it goes on. */
static void owned_memory(void **state)
{
	struct observation *seen = calloc(1, sizeof(*seen));
	char *stack = strdup("nf_ct_delete < something");
	struct finding f = { .type = FINDING_REMOVAL, .seen = seen };

	(void)state;
	seen->type = OBSERVATION_REMOVAL;
	seen->removal.stack = stack;
	assert_non_null(hold_queue_put(&queue, &f, 0, false));
	free(stack);
	free(seen);
	assert_string_equal(hold_queue_first(&queue)->finding->seen->removal.stack,
			    "nf_ct_delete < something");
}

static void unasked(void **state)
{
	(void)state;
	put(1, 1, 0, FINDING_RESET);
	put(2, 2, 0, FINDING_RESET)->is_unasked = true;
	put(3, 3, 0, FINDING_RESET)->is_unasked = true;
	assert_int_equal(hold_queue_unasked(&queue)->finding->id, 2);
	hold_queue_unasked(&queue)->is_unasked = false;
	assert_int_equal(hold_queue_unasked(&queue)->finding->id, 3);
	assert_true(hold_queue_waits(&queue));
	hold_queue_unasked(&queue)->is_unasked = false;
	assert_null(hold_queue_unasked(&queue));
	assert_false(hold_queue_waits(&queue));
}

#define story(name) cmocka_unit_test_teardown(name, empty)

int main(void)
{
	const struct CMUnitTest tests[] = {
		story(order),
		story(a_victim_that_never_comes),
		story(a_victim_and_a_log),
		story(log_lines),
		story(a_line_across_the_end),
		story(full),
		story(owned_memory),
		story(unasked),
	};

	return cmocka_run_group_tests_name("hold_queue", tests, NULL, NULL);
}
