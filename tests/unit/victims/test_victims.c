// SPDX-License-Identifier: GPL-2.0-only
/* The stage between blame and the report, with an inspector that answers when the test
 * says so. */
#include "cast/make.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "victims/hold_queue.h"
#include "victims/victims.h"

/* ---- the inspector: what was submitted, in order ---- */

enum { SUBMITTED_MAX = 4096 };

static struct inspection *submitted[SUBMITTED_MAX];
static size_t submitted_count;

struct inspection *inspection_new(enum inspection_kind kind, size_t rows)
{
	struct inspection *i = calloc(1, sizeof(*i));

	assert_non_null(i);
	i->kind = kind;
	i->sockets.rows = calloc(rows, sizeof(*i->sockets.rows));
	i->victims = calloc(rows, sizeof(*i->victims));
	return i;
}

void inspection_free(struct inspection *i)
{
	free(i->sockets.rows);
	free(i->victims);
	free(i);
}

void inspector_submit(struct inspector *inspector, struct inspection *i)
{
	(void)inspector;
	assert_true(submitted_count < SUBMITTED_MAX);
	submitted[submitted_count++] = i;
}

/* ---- the report: what reached it, in order ---- */

static uint64_t ids[2 * HELD_MAX];
static struct victim victims_of[2 * HELD_MAX];
static size_t reached;

static void take(void *ctx, const struct finding *f)
{
	(void)ctx;
	assert_true(reached < 2 * HELD_MAX);
	ids[reached] = f->id;
	memset(&victims_of[reached], 0, sizeof(victims_of[reached]));
	if (f->type == FINDING_RESET)
		victims_of[reached] = f->seen->reset.victim;
	reached++;
}

static struct victims *v;

static void begin(bool has_log)
{
	submitted_count = reached = 0;
	v = victims_new((struct inspector *)&submitted, has_log, take, NULL);
	assert_non_null(v);
}

static int end(void **state)
{
	(void)state;
	for (size_t i = 0; i < submitted_count; i++)
		if (submitted[i])
			inspection_free(submitted[i]);
	victims_free(v);
	return 0;
}

static void tell_one(struct reset_blame blame, uint64_t mono_ns, const struct wanted_socket *wanted)
{
	struct flow flow = masqueraded(1001);
	struct observation seen = make_reset(&flow, &flow.reply);
	struct finding f = { .type = FINDING_RESET,
			     .id = mono_ns,
			     .mono_ns = mono_ns,
			     .seen = &seen,
			     .reset = &blame,
			     .wanted = wanted };

	victims_take(v, &f);
}

static void tell(uint64_t id, enum finding_type type, const struct wanted_socket *wanted)
{
	struct flow flow = masqueraded(1001);
	struct observation seen = make_reset(&flow, &flow.reply);
	struct reset_blame blame = { .verdict = VERDICT_ENTRY_REMOVED };
	struct finding f = { .type = type, .id = id, .seen = &seen, .mono_ns = id };

	if (type == FINDING_RESET)
		f.reset = &blame;
	f.wanted = wanted;
	victims_take(v, &f);
}

static void answer(size_t at, const char *comm, bool is_cut)
{
	struct inspection *i = submitted[at];

	submitted[at] = NULL;
	i->is_cut = is_cut;
	if (comm) {
		i->victims[0].socket_state = SOCKET_ESTABLISHED;
		strcpy(i->victims[0].process.comm, comm);
	}
	victims_found(v, i);
	inspection_free(i);
}

static const struct wanted_socket somebody = { .inum = 7, .inode = 9, .tuple.sport = 1001 };

/* Nothing waits that nobody has to look for. */
static void nobody_is_wanted(void **state)
{
	(void)state;
	begin(false);
	tell(1, FINDING_RESET, NULL);
	tell(2, FINDING_REMOVAL, NULL);
	assert_int_equal(reached, 2);
	assert_int_equal(victims_due_ns(v), 0);
	assert_int_equal(victims_unlooked(v), 0);
}

static void in_their_order(void **state)
{
	(void)state;
	begin(false);
	tell(1, FINDING_RESET, &somebody);
	tell(2, FINDING_REMOVAL, NULL);
	tell(3, FINDING_RESET, &somebody);
	assert_int_equal(reached, 0);
	assert_int_equal(submitted_count, 2);
	assert_int_equal(submitted[0]->sockets.rows[0].netns, 7);
	assert_int_equal(submitted[0]->sockets.rows[0].inode, 9);
	assert_int_equal(submitted[0]->sockets.rows[0].tuple.sport, 1001);
	assert_int_equal(submitted[0]->sockets.rows[0].family, AF_INET);
	assert_true(submitted[0]->until_ns > 0);
	answer(1, "later", false); /* the second is found first */
	answer(0, "redis-cli", false);
	victims_turn(v);
	assert_int_equal(reached, 3);
	assert_int_equal(ids[0], 1);
	assert_int_equal(ids[1], 2);
	assert_string_equal(victims_of[0].process.comm, "redis-cli");
	assert_string_equal(victims_of[2].process.comm, "later");
	assert_int_equal(victims_of[2].looked_ago_ns, 0);
	assert_int_equal(victims_unlooked(v), 0);
}

/* The window ends: one was at risk, so that its socket was seen before; of the next
 * nothing is known. Answers that come then are nobody's any more. */
static void a_victim_that_never_comes(void **state)
{
	struct victim seen_before = { .process = { .pid = 201, .comm = "redis-cli" },
				      .socket_state = SOCKET_ESTABLISHED };
	struct wanted_socket at_risk = somebody;

	(void)state;
	at_risk.known = &seen_before;
	at_risk.known_ago_ns = MS(500);
	begin(false);
	tell(1, FINDING_RESET, &at_risk);
	tell(2, FINDING_RESET, &somebody);
	assert_true(victims_wait(v));
	victims_end(v);
	assert_false(victims_wait(v));
	assert_int_equal(reached, 2);
	assert_string_equal(victims_of[0].process.comm, "redis-cli");
	assert_int_equal(victims_of[0].looked_ago_ns, MS(500));
	assert_int_equal(victims_of[1].socket_state, SOCKET_NONE);
	assert_int_equal(victims_unlooked(v), 1);
	answer(0, "too late", false);
	answer(1, "too late", false);
	tell(3, FINDING_RESET, &somebody); /* at once, now */
	assert_int_equal(reached, 3);
}

/* The inspector had no time: what is known from before counts, else it is said. */
static void no_time_to_look(void **state)
{
	struct victim seen_before = { .process.pid = 201, .socket_state = SOCKET_ESTABLISHED };
	struct wanted_socket at_risk = somebody;

	(void)state;
	at_risk.known = &seen_before;
	at_risk.known_ago_ns = 5;
	begin(false);
	tell(1, FINDING_RESET, &at_risk);
	tell(2, FINDING_RESET, &somebody);
	tell(3, FINDING_RESET, &at_risk);
	answer(0, NULL, true);
	answer(1, NULL, true);
	answer(2, "", true); /* its socket, but not its process */
	victims_turn(v);
	assert_int_equal(reached, 3);
	assert_int_equal(victims_of[0].process.pid, 201);
	assert_int_equal(victims_of[0].looked_ago_ns, 5);
	assert_int_equal(victims_of[1].process.pid, 0);
	assert_int_equal(victims_of[2].looked_ago_ns, 0);
	assert_int_equal(victims_unlooked(v), 2);
}

/* 256 at once; the others as soon as these are answered, and none out of its order. */
static void a_storm(void **state)
{
	enum { MANY = 600 };

	(void)state;
	begin(false);
	for (uint64_t id = 0; id < MANY; id++)
		tell(id, FINDING_RESET, &somebody);
	assert_int_equal(submitted_count, 256);
	for (size_t at = 0; at < MANY; at++) {
		assert_true(at < submitted_count);
		answer(at, "redis-cli", false);
		victims_turn(v);
		assert_int_equal(reached, at + 1);
	}
	for (uint64_t id = 0; id < MANY; id++) {
		assert_int_equal(ids[id], id);
		assert_string_equal(victims_of[id].process.comm, "redis-cli");
	}
	assert_int_equal(victims_unlooked(v), 0);
}

/* More than it can hold, and nobody answers: the report goes on, in order, and says how
 * many were not looked up. */
static void more_than_it_holds(void **state)
{
	(void)state;
	begin(false);
	for (uint64_t id = 0; id < HELD_MAX + 100; id++)
		tell(id, FINDING_RESET, &somebody);
	assert_int_equal(reached, 100);
	victims_end(v);
	assert_int_equal(reached, HELD_MAX + 100);
	for (uint64_t id = 0; id < HELD_MAX + 100; id++)
		assert_int_equal(ids[id], id);
	assert_int_equal(victims_unlooked(v), HELD_MAX + 100);
}

/* Whose listener was out of a SYN's reach: of a scan some are looked at, and the rest waits for
 * nothing; it is no victim that nobody looked at. */
static void a_scan_of_ports(void **state)
{
	static const struct wanted_socket listener = { .role = VICTIM_LISTENER, .inum = 7 };
	uint64_t start_ns = clock_mono_ns(), spent_ns;

	(void)state;
	begin(false);
	for (uint64_t id = 0; id < 100; id++)
		tell(id, FINDING_RESET, &listener);
	spent_ns = clock_mono_ns() - start_ns;
	assert_true(submitted_count == 64 || spent_ns > SECONDS(1));
	assert_int_equal(submitted[0]->kind, INSPECT_LISTENER);
	assert_int_equal(submitted[0]->sockets.rows[0].netns, 7);
	answer(0, "nginx", false);
	answer(1, NULL, false);
	answer(2, NULL, true);
	tell(100, FINDING_RESET, &somebody); /* not at the cost of victims */
	assert_int_equal(submitted[submitted_count - 1]->kind, INSPECT_ONE);
	victims_end(v);
	assert_int_equal(reached, 101);
	assert_int_equal(victims_of[0].look, LOOK_FOUND);
	assert_int_equal(victims_of[0].role, VICTIM_LISTENER);
	assert_int_equal(victims_of[1].look, LOOK_ABSENT);
	assert_int_equal(victims_of[2].look, LOOK_LATE);
	assert_true(victims_of[99].look == LOOK_NONE || spent_ns > SECONDS(1));
	assert_int_equal(victims_unlooked(v), 1); /* the last one */
}

/* A start comes first and waits for nothing; a line that is late finds its place. */
static void a_log(void **state)
{
	(void)state;
	begin(true);
	tell(1, FINDING_START, NULL);
	assert_int_equal(reached, 1);
	tell(10, FINDING_ADDRESS, NULL);
	tell(30, FINDING_RESET, &somebody);
	tell(20, FINDING_LOG, NULL);
	assert_int_equal(reached, 1);
	assert_true(victims_due_ns(v) > clock_mono_ns() - SECONDS(1));
	answer(0, "redis-cli", false);
	assert_false(victims_wait(v));
	victims_end(v);
	assert_int_equal(reached, 4);
	assert_int_equal(ids[1], 10);
	assert_int_equal(ids[2], 20);
	assert_int_equal(ids[3], 30);
	assert_string_equal(victims_of[3].process.comm, "redis-cli");
}

/* The only connection that has ended since the packet's time. */
static size_t asked_for_ends;

static bool has_ended(void *ctx, uint8_t family, const struct tuple *packet, uint64_t since_ns)
{
	(void)ctx;
	asked_for_ends++;
	assert_int_equal(family, AF_INET);
	return packet->dport == 1001 && since_ns < 3;
}

/* Whom the reset hurt may be gone by the time that somebody looks, which is asked for where the
 * verdict depends on it. */
static void one_that_has_just_ended(void **state)
{
	static const struct wanted_socket another = { .tuple.sport = 1002 };

	(void)state;
	begin(false);
	victims_set_ended(v, has_ended, NULL);
	asked_for_ends = 0;
	tell_one((struct reset_blame){ .needs_socket = true }, 1, &somebody);
	tell_one((struct reset_blame){ .needs_socket = true }, 2, &another);
	tell_one((struct reset_blame){ .needs_socket = true }, 3, &somebody); /* it ended before */
	tell_one((struct reset_blame){ .needs_socket = false }, 4, &somebody);
	tell_one((struct reset_blame){ .needs_socket = true }, 5, &somebody);
	tell_one((struct reset_blame){ .doubted_cause = CAUSE_TIMEOUT }, 1, &somebody);
	for (size_t i = 0; i < 6; i++)
		answer(i, i == 4 ? "redis-cli" : NULL, false);
	victims_turn(v);
	assert_int_equal(reached, 6);
	assert_int_equal(victims_of[0].look, LOOK_ENDED);
	assert_int_equal(victims_of[1].look, LOOK_ABSENT);
	assert_int_equal(victims_of[2].look, LOOK_ABSENT);
	assert_int_equal(victims_of[3].look, LOOK_ABSENT);
	assert_int_equal(victims_of[4].look, LOOK_FOUND);
	assert_int_equal(victims_of[5].look, LOOK_ENDED);
	assert_int_equal(asked_for_ends, 4);
}

/* Going through them takes its time: a storm gets no more of them than a few. */
static void a_storm_of_ended_ones(void **state)
{
	(void)state;
	begin(false);
	victims_set_ended(v, has_ended, NULL);
	asked_for_ends = 0;
	for (size_t i = 0; i < 200; i++)
		tell_one((struct reset_blame){ .needs_socket = true }, 1, &somebody);
	for (size_t i = 0; i < 200; i++)
		answer(i, NULL, false);
	assert_in_range(asked_for_ends, 16, 32); /* a second may begin in between */
}

static void no_inspector(void **state)
{
	(void)state;
	submitted_count = reached = 0;
	v = victims_new(NULL, false, take, NULL);
	tell(1, FINDING_RESET, &somebody);
	victims_turn(v);
	assert_int_equal(reached, 1);
	assert_int_equal(victims_unlooked(v), 1);
}

#define story(name) cmocka_unit_test_teardown(name, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		story(nobody_is_wanted),
		story(in_their_order),
		story(a_victim_that_never_comes),
		story(no_time_to_look),
		story(a_storm),
		story(a_scan_of_ports),
		story(more_than_it_holds),
		story(a_log),
		story(no_inspector),
		story(one_that_has_just_ended),
		story(a_storm_of_ended_ones),
	};

	return cmocka_run_group_tests_name("victims", tests, NULL, NULL);
}
