// SPDX-License-Identifier: GPL-2.0-only
/* The reader's end of the flush ring, with the probes' end played by the test. */
#include "cast/make.h"

#include <arpa/inet.h>
#include <string.h>

#include "cast/flush_writer.h"

static struct event_removed4 entry4(uint32_t i)
{
	return (struct event_removed4){ .head = { .ts_ns = i, .family = AF_INET },
					.addresses = { i, 2, 2, 9 },
					.tail = { .ports = { 1, 2, 3, 4 } } };
}

static void push(struct flush_writer *w, uint32_t i)
{
	struct event_removed4 e = entry4(i);

	flush_writer_push(w, &e);
}

static void waits_for_a_flush_under_way(void **state)
{
	const uint64_t second_ns = 1000000000;
	struct flush_ring ring = { 0 };
	struct flush_writer w;

	(void)state;
	flush_writer_open(&w, &ring);
	w.task = 1;
	flush_ring_look(&ring);
	assert_false(flush_ring_may_wait(&ring, 0)); /* there is nothing yet */
	for (uint32_t i = 1; i < FLUSH_WRITER_SLOTS / 2; i++)
		push(&w, i);
	flush_ring_look(&ring);
	assert_true(flush_ring_may_wait(&ring, second_ns));
	assert_true(flush_ring_may_wait(&ring, 2 * second_ns));
	assert_false(flush_ring_may_wait(&ring, 2 * second_ns + 1)); /* it is old */
	w.task = 0;
	assert_false(flush_ring_may_wait(&ring, second_ns)); /* it is over */
	w.task = 1;
	push(&w, FLUSH_WRITER_SLOTS / 2);
	assert_true(flush_ring_may_wait(&ring, second_ns)); /* as of the last look */
	flush_ring_look(&ring);
	assert_false(flush_ring_may_wait(&ring, second_ns)); /* the ring is half full */
	flush_ring_skip(&ring, 1);
	assert_true(flush_ring_may_wait(&ring, second_ns));
	flush_writer_close(&w, &ring);
}

static void in_order_and_given_back(void **state)
{
	struct flush_ring ring = { 0 };
	struct event_flush_slot two[2];
	struct flush_writer w;

	(void)state;
	flush_writer_open(&w, &ring);
	assert_true(flush_ring_is_idle(&ring));
	assert_true(flush_ring_next_ns(&ring) == UINT64_MAX);
	/* Some laps, with another number in the ring each time. */
	for (uint32_t i = 1, read = 1; i < FLUSH_WRITER_SLOTS * 7; i++) {
		push(&w, i);
		if (i % 37)
			continue;
		assert_false(flush_ring_is_idle(&ring));
		flush_ring_look(&ring);
		for (; read <= i; read++) {
			assert_int_equal(flush_ring_next_ns(&ring), read);
			flush_ring_peek(&ring, two);
			assert_int_equal(((struct event_removed4 *)two)->addresses[0], read);
			flush_ring_skip(&ring, 1);
		}
		flush_ring_commit(&ring);
		assert_true(flush_ring_is_idle(&ring));
		assert_int_equal(w.limit, w.head + FLUSH_WRITER_SLOTS);
	}
	flush_writer_close(&w, &ring);
}

/* A writer is at work, though nothing is there to read: not the time to sleep. */
static void not_idle_while_one_writes(void **state)
{
	struct flush_ring ring = { 0 };
	struct flush_writer w;

	(void)state;
	flush_writer_open(&w, &ring);
	w.task = 1;
	assert_false(flush_ring_is_idle(&ring));
	w.task = 0;
	assert_true(flush_ring_is_idle(&ring));
	flush_writer_close(&w, &ring);
}

/* Each look makes the writer read its clock anew. */
static void a_look_advances_the_epoch(void **state)
{
	struct flush_ring ring = { 0 };
	struct flush_writer w;

	(void)state;
	flush_writer_open(&w, &ring);
	flush_ring_look(&ring);
	flush_ring_look(&ring);
	assert_int_equal(w.epoch, 2);
	flush_writer_close(&w, &ring);
}

/* Two slots may lie at both ends of the array. */
static void a_wide_entry_wraps(void **state)
{
	struct flush_ring ring = { 0 };
	struct event_flush_slot two[2];
	struct flush_writer w;

	(void)state;
	flush_writer_open(&w, &ring);
	for (uint32_t i = 0; i < FLUSH_WRITER_SLOTS - 1; i++)
		push(&w, i);
	flush_ring_look(&ring);
	flush_ring_skip(&ring, FLUSH_WRITER_SLOTS - 1);
	flush_ring_commit(&ring);
	push(&w, 1000);
	push(&w, 1001);
	flush_ring_look(&ring);
	flush_ring_peek(&ring, two);
	assert_int_equal(two[0].words[0], 1000);
	assert_int_equal(two[1].words[0], 1001);
	flush_writer_close(&w, &ring);
}

static void marks_both_tuples(void **state)
{
	struct flush_ring ring = { 0 };
	struct event_removed4 v4 = entry4(7);
	struct event_removed6 v6 = { .head.family = AF_INET6,
				     .addresses = { { 1, 2, 3, 4 }, { 5 }, { 6 }, { 7, 0, 0, 8 } },
				     .tail.ports = { 1, 2, 3, 4 } };
	struct flush_writer w;
	size_t marks = 0;

	(void)state;
	flush_writer_open(&w, &ring);
	flush_ring_mark(&ring, &v4);
	assert_int_equal(w.marks_made, 0);
	flush_ring_mark_single(&ring, &v6);
	assert_int_equal(w.marks_made, 1);
	assert_true(w.marks[event_hash(&v4.addresses[0], &v4.addresses[1], 1, 1, 2)]);
	assert_true(w.marks[event_hash(&v4.addresses[2], &v4.addresses[3], 1, 3, 4)]);
	assert_true(w.marks[event_hash(v6.addresses[0], v6.addresses[1], 4, 1, 2)]);
	assert_true(w.marks[event_hash(v6.addresses[2], v6.addresses[3], 4, 3, 4)]);
	for (size_t i = 0; i < 1 << EVENT_REMOVED_BITS; i++)
		marks += w.marks[i];
	assert_int_equal(marks, 4);
	flush_writer_close(&w, &ring);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_order_and_given_back),
		cmocka_unit_test(waits_for_a_flush_under_way),
		cmocka_unit_test(not_idle_while_one_writes),
		cmocka_unit_test(a_look_advances_the_epoch),
		cmocka_unit_test(a_wide_entry_wraps),
		cmocka_unit_test(marks_both_tuples),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
