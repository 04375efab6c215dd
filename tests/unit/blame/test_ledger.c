// SPDX-License-Identifier: GPL-2.0-only
/* The ledger of removals, against a naive list of the same. */
#include "cast/removals.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

static void found_by_either_tuple(void **state)
{
	struct ledger *l = ledger_new(10);
	struct flow flow = masqueraded(40112);
	struct ledger_removal r = removal(1, &flow);
	struct tuple inverse = tuple_inverse(&flow.orig);
	enum ledger_side side;

	(void)state;
	assert_int_equal(nth(l, here, &flow.orig, 0, &side), 0); /* while it is empty */
	ledger_add(l, &r);
	assert_int_equal(nth(l, here, &flow.orig, 0, &side), 1);
	assert_int_equal(side, LEDGER_ORIG);
	assert_int_equal(nth(l, here, &flow.orig, 1, &side), 0);
	assert_int_equal(nth(l, here, &flow.reply, 0, &side), 1);
	assert_int_equal(side, LEDGER_REPLY);
	assert_int_equal(nth(l, here, &inverse, 0, &side), 0);
	assert_int_equal(ledger_count(l), 1);
	ledger_free(l);
}

static void newest_comes_first(void **state)
{
	struct ledger *l = ledger_new(5000);
	struct flow flow = masqueraded(40112);
	enum ledger_side side;

	(void)state;
	for (uint64_t id = 1; id <= 3000; id++) { /* over two growths */
		struct flow other = masqueraded((uint16_t)id);
		struct ledger_removal r = removal(id, id % 1000 ? &other : &flow);

		ledger_add(l, &r);
	}
	assert_int_equal(nth(l, here, &flow.reply, 0, &side), 3000);
	assert_int_equal(nth(l, here, &flow.reply, 1, &side), 2000);
	assert_int_equal(nth(l, here, &flow.reply, 2, &side), 1000);
	assert_int_equal(nth(l, here, &flow.reply, 3, &side), 0);
	ledger_free(l);
}

/* An entry whose two tuples are the same one (a packet to itself). */
static void both_sides_alike(void **state)
{
	struct ledger *l = ledger_new(4);
	struct flow flow = { .family = AF_INET,
			     .orig = make_tuple("127.0.0.1", 5, "127.0.0.1", 5),
			     .reply = make_tuple("127.0.0.1", 5, "127.0.0.1", 5) };
	enum ledger_side side;

	(void)state;
	for (uint64_t id = 1; id <= 9; id++) {
		struct ledger_removal r = removal(id, &flow);

		ledger_add(l, &r);
	}
	assert_int_equal(nth(l, here, &flow.orig, 0, &side), 9);
	assert_int_equal(nth(l, here, &flow.orig, 7, &side), 6);
	assert_int_equal(nth(l, here, &flow.orig, 8, &side), 0);
	ledger_free(l);
}

static void kept_apart(void **state)
{
	static const struct netns_id ledger_shared[] = { { 0, NODE_NETNS },
							 { 0, OTHER_NETNS },
							 { 1, NODE_NETNS } };
	struct ledger *l = ledger_new(10);
	struct flow flow = masqueraded(40112);
	struct ledger_walk walk;
	enum ledger_side side;

	(void)state;
	for (uint64_t i = 0; i < 3; i++) {
		struct ledger_removal r = removal(i + 1, &flow);

		r.netns = ledger_shared[i];
		ledger_add(l, &r);
	}
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(nth(l, ledger_shared[i], &flow.reply, 0, &side), i + 1);
		assert_int_equal(nth(l, ledger_shared[i], &flow.reply, 1, &side), 0);
	}
	ledger_find(l, &walk, here, AF_INET6, &flow.reply);
	assert_false(ledger_next(l, &walk));
	ledger_free(l);
}

static void zones_are_both_kept(void **state)
{
	struct ledger *l = ledger_new(10);
	struct flow flow = masqueraded(40112);
	struct ledger_removal first = removal(1, &flow), second = removal(2, &flow);
	struct ledger_walk walk;

	(void)state;
	first.zone[LEDGER_ORIG] = 1;
	second.zone[LEDGER_ORIG] = 2;
	ledger_add(l, &first);
	ledger_add(l, &second);
	ledger_find(l, &walk, here, AF_INET, &flow.orig);
	assert_true(ledger_next(l, &walk));
	assert_int_equal(walk.removal.zone[LEDGER_ORIG], 2);
	assert_true(ledger_next(l, &walk));
	assert_int_equal(walk.removal.zone[LEDGER_ORIG], 1);
	ledger_free(l);
}

static void limit_of_one(void **state)
{
	struct ledger *l = ledger_new(0); /* at least one */
	enum ledger_side side;

	(void)state;
	for (uint64_t id = 1; id <= 5; id++) {
		struct flow flow = masqueraded((uint16_t)id);
		struct ledger_removal r = removal(id, &flow);

		ledger_add(l, &r);
		assert_int_equal(ledger_count(l), 1);
		assert_int_equal(nth(l, here, &flow.orig, 0, &side), id);
	}
	assert_int_equal(ledger_evicted(l), 4);
	ledger_free(l);
}

static void grows_to_a_hundred_thousand_and_wraps(void **state)
{
	enum { LIMIT = 100000, ADDED = 250000 };
	struct ledger *l = ledger_new(LIMIT);
	enum ledger_side side;

	(void)state;
	for (uint64_t id = 1; id <= ADDED; id++) {
		struct flow flow = masqueraded((uint16_t)id);
		struct ledger_removal r;

		flow.orig.src.bytes[2] = (uint8_t)(id >> 16);
		flow.reply.dst.bytes[2] = (uint8_t)(id >> 16);
		r = removal(id, &flow);
		ledger_add(l, &r);
	}
	assert_int_equal(ledger_count(l), LIMIT);
	assert_int_equal(ledger_evicted(l), ADDED - LIMIT);
	for (uint64_t id = 1; id <= ADDED; id += 97) {
		struct flow flow = masqueraded((uint16_t)id);

		flow.reply.dst.bytes[2] = (uint8_t)(id >> 16);
		assert_int_equal(nth(l, here, &flow.reply, 0, &side), id > ADDED - LIMIT ? id : 0);
	}
	ledger_free(l);
}

/* Who opens connections from one port all the time must not slow each look-up down. */
static void a_walk_is_bounded_and_says_so(void **state)
{
	enum { SAME = 20000 };
	struct ledger *l = ledger_new(SAME + 1);
	struct flow flow = masqueraded(40112), other = masqueraded(40113);
	struct ledger_removal r = removal(1, &other);
	struct ledger_walk walk;
	size_t found = 0;

	(void)state;
	ledger_add(l, &r);
	for (uint64_t id = 2; id < SAME + 2; id++) {
		r = removal(id, &flow);
		ledger_add(l, &r);
	}
	ledger_find(l, &walk, here, AF_INET, &flow.reply);
	for (; ledger_next(l, &walk); found++)
		assert_int_equal(walk.removal.id, SAME + 1 - found);
	assert_int_equal(found, LEDGER_WALK_MAX);
	assert_true(walk.is_cut);
	assert_false(ledger_next(l, &walk));
	ledger_find(l, &walk, here, AF_INET, &other.reply);
	assert_true(ledger_next(l, &walk));
	assert_false(ledger_next(l, &walk));
	assert_false(walk.is_cut);
	ledger_free(l);
}

/* Neither RLIMIT_AS nor a machine without overcommit keeps it from working with less. */
static void less_address_space_is_a_smaller_ledger(void **state)
{
	enum { LIMIT = 1 << 21, LEFT_BYTES = 100 << 20 };
	struct flow flow = masqueraded(40112);
	struct ledger_removal r = removal(1, &flow);
	struct rlimit before, tight;
	unsigned long pages;
	struct ledger *l;
	FILE *statm = fopen("/proc/self/statm", "r");
	enum ledger_side side;

	(void)state;
	assert_non_null(statm);
	assert_int_equal(fscanf(statm, "%lu", &pages), 1);
	fclose(statm);
	assert_int_equal(getrlimit(RLIMIT_AS, &before), 0);
	tight = before;
	tight.rlim_cur = pages * (rlim_t)sysconf(_SC_PAGESIZE) + LEFT_BYTES;
	assert_int_equal(setrlimit(RLIMIT_AS, &tight), 0);
	l = ledger_new(LIMIT);
	assert_int_equal(setrlimit(RLIMIT_AS, &before), 0);
	assert_non_null(l);
	assert_true(ledger_limit(l) < LIMIT);
	assert_true(ledger_limit(l) >= LIMIT / 16);
	ledger_add(l, &r);
	assert_int_equal(nth(l, here, &flow.reply, 0, &side), 1);
	ledger_free(l);
}

/* ---- what a record holds ---- */

/* Nothing is lost by packing, at the ends of each field's range. */
static void comes_back_whole(void **state)
{
	static const uint64_t times[] = {
		0, 1, 1ULL << 47, 1ULL << 48, 1795341600000000000ULL, UINT64_MAX / 2, 5
	};
	static const uint64_t ids[] = { 1, UINT32_MAX, 1ULL << 33, 1ULL << 48, UINT64_MAX, 7, 8 };
	struct ledger *l = ledger_new(16);

	(void)state;
	for (size_t i = 0; i < 14; i++) {
		struct flow flow = i % 2 ? masqueraded_v6((uint16_t)i) : masqueraded((uint16_t)i);
		struct ledger_removal r = removal(ids[i / 2], &flow);
		struct ledger_walk walk;

		r.mono_ns = times[i / 2];
		r.netns = (struct netns_id){ .node = UINT32_MAX, .inum = (uint32_t)i };
		r.flush = i % 3 ? LEDGER_NO_FLUSH : (uint32_t)i;
		r.zone[LEDGER_ORIG] = UINT16_MAX;
		r.zone[LEDGER_REPLY] = (uint16_t)i;
		r.cause = (uint8_t)(CAUSES - 1 - i);
		r.tcp_state = (uint8_t)(i % TRACKER_STATES);
		r.is_translated = i % 4 > 1;
		r.has_seen_reply = i % 2;
		ledger_add(l, &r);
		for (enum ledger_side side = 0; side < LEDGER_SIDES; side++) {
			find_first(l, &walk, &r, side);
			assert_removal_equal(&walk.removal, &r);
		}
	}
	ledger_free(l);
}

/* A state of a tracker that is newer than this. */
static void an_unknown_state_is_none(void **state)
{
	struct ledger *l = ledger_new(16);
	struct flow flow = masqueraded(40112);
	struct ledger_removal r = removal(1, &flow);
	struct ledger_walk walk;

	(void)state;
	r.tcp_state = TRACKER_STATES;
	ledger_add(l, &r);
	find_first(l, &walk, &r, LEDGER_ORIG);
	assert_int_equal(walk.removal.tcp_state, TRACKER_NONE);
	ledger_free(l);
}

/* From which address the rest is zero or not, the tuple is what it is. */
static void odd_addresses(void **state)
{
	struct ledger *l = ledger_new(16);
	struct flow flow = masqueraded(40112);
	struct ledger_removal r;
	struct ledger_walk walk;

	(void)state;
	flow.reply.src.bytes[9] = 1; /* no IPv4 address */
	r = removal(1, &flow);
	ledger_add(l, &r);
	find_first(l, &walk, &r, LEDGER_ORIG);
	find_first(l, &walk, &r, LEDGER_REPLY);
	flow.reply.src.bytes[9] = 0;
	ledger_find(l, &walk, here, AF_INET, &flow.reply);
	assert_false(ledger_next(l, &walk));
	ledger_free(l);
}

static void is_retranslated_on_one_side(void **state)
{
	static const uint64_t spans[] = { 0, 1, 16, MS(1), SECONDS(1), HOURS(1), HOURS(24 * 365) };
	struct ledger *l = ledger_new(16);

	(void)state;
	for (size_t i = 0; i < sizeof(spans) / sizeof(spans[0]); i++) {
		struct flow flow = masqueraded((uint16_t)(100 + i));
		struct ledger_removal r = removal(i + 1, &flow);
		struct ledger_walk walk;
		uint64_t retranslated_ns;

		ledger_add(l, &r);
		find_first(l, &walk, &r, LEDGER_REPLY);
		assert_int_equal(walk.removal.retranslated_ns[LEDGER_REPLY], 0);
		ledger_set_retranslated(l, &walk, r.mono_ns + spans[i]);
		find_first(l, &walk, &r, LEDGER_REPLY);
		retranslated_ns = walk.removal.retranslated_ns[LEDGER_REPLY];
		assert_int_equal(walk.removal.retranslated_ns[LEDGER_ORIG], 0);
		assert_true(retranslated_ns <=
			    r.mono_ns + spans[i]); /* never later: no accusation */
		assert_true(r.mono_ns + spans[i] - retranslated_ns <= spans[i] >> 25);
		assert_int_equal(walk.removal.id, i + 1);
	}
	ledger_free(l);
}

static void flush_is_given_later(void **state)
{
	struct ledger *l = ledger_new(16);
	struct flow flow = masqueraded(40112);
	struct ledger_removal r = removal(1, &flow);
	struct ledger_walk walk;

	(void)state;
	ledger_add(l, &r);
	find_first(l, &walk, &r, LEDGER_ORIG);
	ledger_set_flush(l, &walk, 12345);
	find_first(l, &walk, &r, LEDGER_REPLY);
	assert_int_equal(walk.removal.flush, 12345);
	assert_false(walk.removal.is_unfollowed);
	ledger_set_unfollowed(l, &walk);
	find_first(l, &walk, &r, LEDGER_ORIG);
	assert_true(walk.removal.is_unfollowed);
	assert_int_equal(walk.removal.cause, r.cause);
	assert_int_equal(walk.removal.flush, 12345);
	assert_int_equal(walk.removal.mono_ns, r.mono_ns);
	ledger_free(l);
}

/* ---- property: as a naive list would have it ---- */

enum { STEPS = 20000 };

static uint32_t next_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

/* Few of everything, so that tuples meet again; one of them half of the time, if asked. */
static struct ledger_removal random_removal(uint64_t id, uint32_t *state, bool has_hot)
{
	bool is_hot = has_hot && next_random(state) % 2;
	uint16_t port = (uint16_t)(is_hot ? 1 : next_random(state) % (has_hot ? 4000 : 40));
	struct flow flow = next_random(state) % 4 ? masqueraded(port) : masqueraded_v6(port);
	struct ledger_removal r;

	if (next_random(state) % 3 == 0)
		flow.reply = tuple_inverse(&flow.orig);
	if (next_random(state) % 16 == 0)
		flow.reply = flow.orig;
	r = removal(id, &flow);
	r.netns.inum += next_random(state) % 2;
	r.netns.node = next_random(state) % 2;
	r.zone[LEDGER_ORIG] = (uint16_t)(next_random(state) % 2);
	r.cause = (uint8_t)(next_random(state) % CAUSES);
	if (r.cause == CAUSE_TIMEOUT)
		r.expiry = (uint8_t)(next_random(state) % EXPIRIES);
	r.tcp_state = (uint8_t)(next_random(state) % TRACKER_STATES);
	r.has_seen_reply = next_random(state) % 2;
	return r;
}

static bool is_like(const struct ledger_removal *a, const struct ledger_removal *like,
		    enum ledger_side side, const struct tuple *tuple)
{
	return a->netns.inum == like->netns.inum && a->netns.node == like->netns.node &&
	       a->flow.family == like->flow.family &&
	       tuple_equal(side == LEDGER_ORIG ? &a->flow.orig : &a->flow.reply, tuple);
}

/* The walk and the list, step by step: the newest first, its reply before its
 * original tuple; and whether each was marked as reborn. Marks some. */
static void check_against_list(struct ledger *l, struct ledger_removal *list, size_t oldest,
			       size_t count, const struct ledger_removal *like,
			       enum ledger_side which, bool marks)
{
	const struct tuple *tuple = which == LEDGER_ORIG ? &like->flow.orig : &like->flow.reply;
	struct ledger_walk walk;

	ledger_find(l, &walk, like->netns, like->flow.family, tuple);
	for (size_t i = count; i-- > oldest;)
		for (int side = LEDGER_REPLY; side >= LEDGER_ORIG; side--) {
			if (!is_like(&list[i], like, (enum ledger_side)side, tuple))
				continue;
			assert_true(ledger_next(l, &walk));
			assert_int_equal(walk.side, side);
			assert_int_equal(walk.removal.id, list[i].id);
			assert_removal_equal(&walk.removal, &list[i]);
			assert_int_equal(!walk.removal.retranslated_ns[side],
					 !list[i].retranslated_ns[side]);
			if (!marks)
				continue;
			ledger_set_retranslated(l, &walk, list[i].mono_ns + i);
			list[i].retranslated_ns[side] = list[i].mono_ns + i;
		}
	assert_false(ledger_next(l, &walk));
}

static void behaves_like_a_list_of(size_t limit, uint32_t random, bool has_hot)
{
	static struct ledger_removal list[STEPS];
	struct ledger *l = ledger_new(limit);

	for (size_t count = 0; count < STEPS;) {
		size_t oldest;

		list[count] = random_removal(count + 1, &random, has_hot);
		ledger_add(l, &list[count]);
		count++;
		oldest = count > limit ? count - limit : 0;
		assert_int_equal(ledger_count(l), count - oldest);
		assert_int_equal(ledger_evicted(l), oldest);
		if (next_random(&random) % 23 == 0) {
			struct ledger_removal like = random_removal(0, &random, has_hot);
			bool marks = next_random(&random) % 4 == 0;

			check_against_list(l, list, oldest, count, &like, LEDGER_ORIG, marks);
			check_against_list(l, list, oldest, count, &like, LEDGER_REPLY, false);
		}
	}
	ledger_free(l);
}

static void behaves_like_a_list(void **state)
{
	static const size_t limits[] = { 1, 2, 15, 16, 17, 300, 3001, STEPS };

	(void)state;
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		behaves_like_a_list_of(limits[i], (uint32_t)(20261122 + i), false);
}

static void behaves_like_a_list_with_a_hot_tuple(void **state)
{
	static const size_t limits[] = { 2, 17, 300, 3001, STEPS };

	(void)state;
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		behaves_like_a_list_of(limits[i], (uint32_t)(20261126 + i), true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(found_by_either_tuple),
		cmocka_unit_test(newest_comes_first),
		cmocka_unit_test(both_sides_alike),
		cmocka_unit_test(kept_apart),
		cmocka_unit_test(zones_are_both_kept),
		cmocka_unit_test(limit_of_one),
		cmocka_unit_test(grows_to_a_hundred_thousand_and_wraps),
		cmocka_unit_test(a_walk_is_bounded_and_says_so),
		cmocka_unit_test(less_address_space_is_a_smaller_ledger),
		cmocka_unit_test(comes_back_whole),
		cmocka_unit_test(an_unknown_state_is_none),
		cmocka_unit_test(odd_addresses),
		cmocka_unit_test(is_retranslated_on_one_side),
		cmocka_unit_test(flush_is_given_later),
		cmocka_unit_test(behaves_like_a_list),
		cmocka_unit_test(behaves_like_a_list_with_a_hot_tuple),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
