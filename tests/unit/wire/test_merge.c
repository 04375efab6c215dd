// SPDX-License-Identifier: GPL-2.0-only
/* The order of time over the rings: what was handed on, as a sentence, when the probes did what
 * the story says. */
#include "cast/make.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cast/rings_player.h"

/* ---- stories: nobody is held up ---- */

/* Whatever the order in which they are read: a reset after all state that could explain it. */
static void a_reset_comes_after_its_removal(void **s)
{
	(void)s;
	reset(30, "reset");
	removed(21, "flushed");
	state(20, "address");
	state(29, "removal");
	state(31, "entry");
	assert_told(100, "address flushed removal reset entry");
	assert_false(merge.is_held);
	assert_true(merge_is_idle(&merge));
}

/* What a flush removed and what has records of its own take turns by time. */
static void a_flush_between_the_records(void **s)
{
	(void)s;
	state(10, "begin");
	removed(11, "first");
	removed(20, "second");
	state(15, "address");
	state(22, "entry");
	removed(23, "third");
	state(25, "end");
	removed(30, "other");
	reset(12, "early");
	reset(26, "late");
	assert_told(100, "begin first early address second entry third end late other");
}

/* The act's beginning, what it removed, the reset that this made: all in one nanosecond. A
 * removal of that time is before the reset: its entry was gone before the packet was judged. */
static void at_one_time_causes_come_first(void **s)
{
	(void)s;
	reset(10, "reset");
	removed(9, "other's");
	removed(10, "flushed");
	removed(10, "flushed");
	state(10, "begin");
	state(10, "removal");
	assert_told(100, "other's begin removal flushed flushed reset");
}

/* A CPU took its time after others had reserved behind it: the elder comes first, and what
 * other rings have of the time between goes between. */
static void time_runs_backwards_in_a_ring(void **s)
{
	(void)s;
	state(30, "c");
	state(10, "a");
	state(20, "b");
	reset(25, "late");
	reset(15, "early");
	removed(22, "flushed");
	assert_told(100, "a early b flushed late c");
}

static void what_is_young_waits(void **s)
{
	(void)s;
	state(10, "old");
	state(91, "young");
	removed(90, "flushed");
	reset(90, "reset");
	reset(91, "late");
	assert_told(100, "old flushed reset"); /* up to 90 ms, and that is in it */
	assert_false(merge.is_held);           /* nothing was due that could not be seen */
	assert_false(merge_is_idle(&merge));
	assert_told(101, "young late");
	assert_true(merge_is_idle(&merge));
}

/* A ring in which nothing comes, or nothing any more, holds up nobody. */
static void a_quiet_ring_holds_up_nobody(void **s)
{
	(void)s;
	reset(10, "alone");
	assert_told(100, "alone");
	state(110, "address");
	removed(111, "flushed");
	assert_told(200, "address flushed");
	removed(210, "last");
	assert_told(300, "last");
	assert_told(400, "");
	assert_true(merge_is_idle(&merge));
}

/* ---- stories: a CPU holds back a record ---- */

/* Reserved at 60 ms by a CPU that then stood still; the removal behind it cannot be seen. The
 * resets go on up to when the ring was last seen clear, and not a step further: the next one
 * may well be the removal's. */
static void held_back_state_holds_its_resets(void **s)
{
	size_t held;

	(void)s;
	assert_told(50, "");
	reset(45, "before");
	held = reserve(MERGE_STATE);
	state(55, "removal");
	reset(56, "its reset");
	removed(57, "flushed");
	assert_told(100, "before");
	assert_true(merge.is_held);
	assert_false(merge_is_idle(&merge));
	assert_told(110, "");
	submit(MERGE_STATE, held, 60, "entry");
	assert_told(120, "removal its reset flushed entry");
	assert_false(merge.is_held);
	assert_true(merge_is_idle(&merge));
}

/* The same in the ring of resets: state does not run ahead, for the reset that is hidden
 * comes before what happened after it. */
static void held_back_resets_hold_state(void **s)
{
	size_t held;

	(void)s;
	assert_told(50, "");
	held = reserve(MERGE_RESETS);
	reset(60, "hidden");
	state(70, "new entry");
	removed(71, "flushed");
	state(49, "address");
	assert_told(100, "address");
	assert_true(merge.is_held);
	submit(MERGE_RESETS, held, 55, "held");
	assert_told(110, "held hidden new entry flushed");
}

/* What lies before the held one is seen, but that does not make it due: what is hidden may be
 * elder, as each CPU takes its time after it reserved. */
static void what_lies_before_the_held_one_waits_too(void **s)
{
	size_t held;

	(void)s;
	assert_told(50, "");
	state(60, "b");
	held = reserve(MERGE_STATE);
	state(55, "a");
	assert_told(100, "");
	submit(MERGE_STATE, held, 70, "c");
	assert_told(110, "a b c");
}

/* Both rings are blocked: the elder clear one counts. */
static void the_ring_that_is_further_behind_counts(void **s)
{
	size_t in_state, in_resets;

	(void)s;
	assert_told(50, "");
	in_resets = reserve(MERGE_RESETS);
	assert_told(80, "");
	in_state = reserve(MERGE_STATE);
	reset(52, "r1");
	state(60, "s1");
	submit(MERGE_RESETS, in_resets, 51, "r0");
	assert_told(100, "r0 r1"); /* state was clear at 80 */
	assert_true(merge.is_held);
	reset(81, "r2");
	assert_told(110, "");
	submit(MERGE_STATE, in_state, 85, "s2");
	assert_told(120, "s1 r2 s2");
}

/* There is nothing to hand on, and yet it is not the time to sleep on the rings. */
static void a_held_one_alone(void **s)
{
	size_t held;

	(void)s;
	assert_told(50, "");
	held = reserve(MERGE_STATE);
	assert_told(100, "");
	assert_true(merge.is_held);
	assert_false(merge_is_idle(&merge));
	submit(MERGE_STATE, held, 60, "address");
	assert_told(110, "address");
	assert_true(merge_is_idle(&merge));
}

static void hold_back_an_entry(void)
{
	reserve(MERGE_STATE);
	state(40, "hidden");
}

/* It was not blocked when the run began, and is when what lay before was handed on: the run
 * ends there, for what is hidden is of about that time. */
static void found_blocked_on_the_way(void **s)
{
	(void)s;
	state(20, "address");
	state(45, "entry");
	reset(41, "reset");
	removed(40, "flushed");
	on_take = hold_back_an_entry;
	assert_told(100, "address");
	assert_true(merge.is_held);
	submit(MERGE_STATE, 2, 39, "held");
	assert_told(110, "held hidden flushed reset entry");
}

static void hold_back_a_reset(void)
{
	reserve(MERGE_RESETS);
	reset(30, "hidden");
}

static void found_blocked_among_the_resets(void **s)
{
	(void)s;
	reset(20, "first");
	reset(40, "second");
	state(35, "address");
	on_take = hold_back_a_reset;
	assert_told(100, "first");
	assert_true(merge.is_held);
	submit(MERGE_RESETS, 2, 31, "held");
	assert_told(110, "hidden held address second");
}

/* ---- stories: patience ---- */

/* The CPU does not come back. After a second the others go on, to the end of the window and
 * with all that can be seen; what was hidden is handed on when it comes, late and once. */
static void a_cpu_that_is_gone_is_given_up(void **s)
{
	size_t held;

	(void)s;
	assert_told(50, "");
	held = reserve(MERGE_STATE);
	state(60, "hidden");
	reset(61, "reset");
	assert_told(100, "");
	assert_told(1100, ""); /* a second, and not more */
	assert_true(merge.is_held);
	assert_told(1101, "(state given up) reset");
	assert_false(merge.is_held);
	removed(1150, "flushed");
	reset(1151, "next");
	assert_told(1200, "flushed next"); /* it goes on so: a second is waited once */
	submit(MERGE_STATE, held, 70, "held");
	assert_told(1300, "hidden held");
	/* And the next one that is held back is waited for again. */
	reserve(MERGE_STATE);
	reset(1301, "r");
	assert_told(1400, "");
	assert_true(merge.is_held);
	assert_told(2401, "(state given up) r");
}

/* In the ring of resets: state goes on, and it is said what may be missing. */
static void a_reset_that_is_given_up(void **s)
{
	size_t held;

	(void)s;
	assert_told(50, "");
	held = reserve(MERGE_RESETS);
	state(60, "address");
	assert_told(100, "");
	assert_told(1101, "(resets given up) address");
	assert_told(1200, "");
	submit(MERGE_RESETS, held, 61, "held");
	assert_told(1300, "held");
	held = reserve(MERGE_RESETS);
	state(1350, "link");
	assert_told(1400, "");
	stops_with = -ECANCELED;
	assert_int_equal(run(2401), -ECANCELED);        /* who is told has had enough */
	assert_string_equal(told, "(resets given up)"); /* and nothing goes on */
}

/* An act's beginning that is held back: what it removes waits for it, as long as that. */
static void a_late_beginning_of_a_flush(void **s)
{
	size_t held;

	(void)s;
	assert_told(50, "");
	held = reserve(MERGE_STATE);
	removed(61, "first");
	removed(62, "second");
	reset(70, "reset");
	assert_told(100, "");
	submit(MERGE_STATE, held, 60, "begin");
	state(63, "end");
	assert_told(110, "begin first second end reset");
	/* Of the second one the beginning comes too late. */
	held = reserve(MERGE_STATE);
	removed(121, "third");
	state(122, "end");
	reset(130, "reset");
	assert_told(200, "");
	assert_told(1201, "(state given up) third reset");
	submit(MERGE_STATE, held, 120, "begin");
	assert_told(1300, "begin end");
}

/* The end of the window, as the session drains it: as long as something is held, and then
 * nothing that happened before is left. */
static void the_end_of_the_window(void **s)
{
	size_t held;

	(void)s;
	assert_told(50, "");
	held = reserve(MERGE_RESETS);
	removed(70, "flushed");
	reset(80, "last");
	reset(101, "after");
	merge_run(&merge, MS(110), MS(100));
	assert_true(merge.is_held);
	submit(MERGE_RESETS, held, 75, "held");
	merge_run(&merge, MS(120), MS(100));
	assert_false(merge.is_held);
	assert_string_equal(told, "flushed held last");
}

/* ---- stories: no room, no will ---- */

/* As many as are looked ahead over, and more: that is no block, the rings are the queue. */
static void more_than_is_looked_ahead_over(void **s)
{
	char expected[sizeof(told)] = "";

	(void)s;
	for (unsigned int i = 0; i < 3 * LOOKAHEAD_RECORDS; i++) {
		char word[16];

		snprintf(word, sizeof(word), "%s%u", i % 2 ? "r" : "s", i);
		(i % 2 ? reset : state)(10 + i, word);
		snprintf(expected + strlen(expected), sizeof(expected) - strlen(expected), "%s%s",
			 i ? " " : "", word);
	}
	assert_told(1000, expected);
	assert_false(merge.is_held);
	assert_true(merge_is_idle(&merge));
}

/* The lookahead is full of what is not due yet: it is not read on, and nothing is lost. */
static void full_of_what_is_young(void **s)
{
	(void)s;
	for (unsigned int i = 0; i < LOOKAHEAD_RECORDS; i++)
		state(200, "y");
	state(201, "z");
	reset(20, "reset");
	assert_told(100, "reset");
	assert_false(merge.is_held);
	assert_int_equal(records_read(MERGE_STATE), LOOKAHEAD_RECORDS);
	assert_int_equal(run(300), 0);
	assert_string_equal(told + strlen(told) - 5, "y y z");
	assert_int_equal(strlen(told), 2 * LOOKAHEAD_RECORDS + 1);
}

/* A held one behind a full lookahead is met when that was handed on, and then it holds. */
static void held_back_behind_a_full_lookahead(void **s)
{
	(void)s;
	assert_told(50, "");
	for (unsigned int i = 0; i < LOOKAHEAD_RECORDS; i++)
		state(60 + i / 32, "s");
	reserve(MERGE_STATE);
	reset(65, "reset");
	assert_int_equal(run(100), 0);
	assert_null(strstr(told, "reset"));
	assert_true(merge.is_held);
}

/* A run that stops at a full lookahead has not seen the rest: the ring was not clear then, and
 * what is hidden behind may be of before that run. */
static void a_full_lookahead_is_not_a_clear_ring(void **s)
{
	size_t held;

	(void)s;
	assert_told(50, "");
	for (unsigned int i = 0; i < LOOKAHEAD_RECORDS; i++)
		state(91, "s");
	held = reserve(MERGE_STATE);
	state(96, "removal");
	reset(97, "reset");
	assert_told(100, "");  /* full, and nothing is due */
	assert_told(105, "s"); /* there is room now, and the held one is met */
	assert_true(merge.is_held);
	assert_told(130, "");
	submit(MERGE_STATE, held, 98, "entry");
	assert_int_equal(run(131), 0);
	assert_non_null(strstr(told, "s s removal reset entry"));
}

static void a_scrap_of_a_record(void **s)
{
	uint64_t *scrap = malloc(sizeof(*scrap));

	(void)s;
	*scrap = 1;
	assert_true(merge_put(&merge, MERGE_STATE, scrap, sizeof(*scrap)));
	free(scrap);
	assert_told(100, "");
	assert_true(merge_is_idle(&merge));
}

/* -c: whoever takes has had enough. What was told is told, the rest stays where it is. */
static void stopped_by_who_takes(void **s)
{
	(void)s;
	state(10, "address");
	removed(11, "flushed");
	removed(12, "more");
	reset(20, "first");
	reset(30, "second");
	counts_ns = MS(40);
	stops_with = -ECANCELED;
	assert_int_equal(run(100), -ECANCELED);
	assert_string_equal(told, "address");
	assert_int_equal(run(100), -ECANCELED);
	assert_string_equal(told, "address flushed");
	stops_with = 0;
	told[0] = '\0';
	assert_told(110, "more first second counts");
}

/* ---- stories: counts, rest ---- */

/* What was looked at when it was 40 ms: after all that was before, also where that is held. */
static void a_count_between(void **s)
{
	size_t held;

	(void)s;
	reset(30, "before");
	counts_ns = MS(40);
	assert_told(45, "before"); /* up to 35: not yet its turn */
	assert_false(merge_is_idle(&merge));
	held = reserve(MERGE_RESETS);
	assert_told(60, "");
	submit(MERGE_RESETS, held, 39, "held");
	state(38, "address");
	assert_told(70, "address held counts");
	assert_true(merge_is_idle(&merge));
	reset(75, "after");
	assert_told(100, "after");
	counts_ns = MS(100);
	assert_told(110, "counts"); /* up to 100, and that is in it */
}

static void tells_the_first_that_waited(void **s)
{
	(void)s;
	assert_told(50, "");
	assert_true(merge.first_ns == UINT64_MAX);
	reset(80, "reset");
	removed(72, "flushed");
	state(71, "address");
	assert_told(80, "");
	assert_true(merge.first_ns == UINT64_MAX); /* it was not due */
	assert_told(100, "address flushed reset");
	assert_int_equal(merge.first_ns, MS(71));
	removed(110, "flushed");
	assert_told(200, "flushed");
	assert_int_equal(merge.first_ns, MS(110));
}

/* Its fate comes with the function's return: until then, neither it nor what follows. */
static void a_reset_waits_for_its_fate(void **s)
{
	(void)s;
	unfinished = "reset";
	state(20, "before");
	reset(30, "reset");
	state(31, "entry");
	reset(32, "next");
	assert_told(100, "before");
	assert_true(merge.is_held);
	unfinished = "";
	assert_told(110, "reset entry next");
	assert_false(merge.is_held);
}

static void a_fate_that_does_not_come(void **s)
{
	(void)s;
	unfinished = "reset";
	reset(30, "reset");
	assert_told(230, "");
	assert_told(231, "reset");
	for (int i = 0; i < LOOKAHEAD_RECORDS; i++) /* it may be behind them */
		reset(300, i ? "next" : "reset");
	assert_int_equal(run(320), 0);
	assert_string_not_equal(told, "");
}

/* A flush under way may be left alone as long as nothing else is there. */
static void a_flush_alone_may_wait(void **s)
{
	(void)s;
	state(80, "address");
	assert_false(merge_may_wait(&merge, MS(100)));  /* there is none */
	assert_int_equal(records_read(MERGE_STATE), 0); /* and no need to look for more */
	assert_told(100, "address");
	flush.task = 1;
	removed(90, "flushed");
	assert_false(merge_is_idle(&merge));
	assert_true(merge_may_wait(&merge, MS(100)));
	reset(95, "reset");
	assert_false(merge_may_wait(&merge, MS(100)));
	assert_told(110, "flushed reset");
	removed(120, "flushed");
	assert_true(merge_may_wait(&merge, MS(125)));
	state(121, "address");
	assert_false(merge_may_wait(&merge, MS(125)));
	assert_told(200, "flushed address");
	assert_int_equal(flush.limit, flush.head + FLUSH_WRITER_SLOTS); /* given back */
	removed(210, "flushed");
	flush.task = 0;
	assert_false(merge_may_wait(&merge, MS(215))); /* it is over */
	assert_told(300, "flushed");
	assert_true(merge_is_idle(&merge));
}

#define story(name) cmocka_unit_test_setup_teardown(name, rings_player_begin, rings_player_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		story(a_reset_comes_after_its_removal),
		story(a_flush_between_the_records),
		story(at_one_time_causes_come_first),
		story(time_runs_backwards_in_a_ring),
		story(what_is_young_waits),
		story(a_quiet_ring_holds_up_nobody),
		story(held_back_state_holds_its_resets),
		story(held_back_resets_hold_state),
		story(what_lies_before_the_held_one_waits_too),
		story(the_ring_that_is_further_behind_counts),
		story(a_held_one_alone),
		story(found_blocked_on_the_way),
		story(found_blocked_among_the_resets),
		story(a_cpu_that_is_gone_is_given_up),
		story(a_reset_that_is_given_up),
		story(a_late_beginning_of_a_flush),
		story(the_end_of_the_window),
		story(more_than_is_looked_ahead_over),
		story(full_of_what_is_young),
		story(held_back_behind_a_full_lookahead),
		story(a_full_lookahead_is_not_a_clear_ring),
		story(a_scrap_of_a_record),
		story(stopped_by_who_takes),
		story(a_count_between),
		story(tells_the_first_that_waited),
		story(a_reset_waits_for_its_fate),
		story(a_fate_that_does_not_come),
		story(a_flush_alone_may_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
