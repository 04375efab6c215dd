// SPDX-License-Identifier: GPL-2.0-only
/* The ledger of removals, against a naive list of the same. The module itself is
 * opened here, to look at its chains. */
#include "make.h"

#include "../../user/ledger.c"

#include <sys/socket.h>

static struct ledger_removal removal(uint64_t id, const struct flow *flow)
{
	return (struct ledger_removal){ .flow = *flow,
					.netns.inum = NODE_NETNS,
					.id = id,
					.mono_ns = id * 10,
					.flush = LEDGER_NO_FLUSH,
					.is_translated = true };
}

/* The nth removal of a tuple, 0 the newest; its id, 0 for none. */
static uint64_t nth(struct ledger *l, struct netns_id netns, const struct tuple *t, size_t n,
		    enum ledger_side *side)
{
	struct ledger_removal *r = NULL;

	do
		r = ledger_next(l, netns, AF_INET, t, r, side);
	while (r && n-- > 0);
	return r ? r->id : 0;
}

static const struct netns_id here = { .node = 0, .inum = NODE_NETNS };

static void found_by_either_tuple(void **state)
{
	struct ledger *l = ledger_new(10);
	struct flow flow = masqueraded(40112);
	struct ledger_removal r = removal(1, &flow);
	struct tuple inverse = tuple_inverse(&flow.orig);
	enum ledger_side side;

	(void)state;
	assert_int_equal(nth(l, here, &flow.orig, 0, &side), 0); /* while it is empty */
	assert_int_equal(ledger_add(l, &r), 0);
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

		assert_int_equal(ledger_add(l, &r), 0);
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

		assert_int_equal(ledger_add(l, &r), 0);
	}
	assert_int_equal(nth(l, here, &flow.orig, 0, &side), 9);
	assert_int_equal(nth(l, here, &flow.orig, 7, &side), 6);
	assert_int_equal(nth(l, here, &flow.orig, 8, &side), 0);
	ledger_free(l);
}

static void kept_apart(void **state)
{
	static const struct netns_id places[] = { { 0, NODE_NETNS },
						  { 0, OTHER_NETNS },
						  { 1, NODE_NETNS } };
	struct ledger *l = ledger_new(10);
	struct flow flow = masqueraded(40112);
	enum ledger_side side;

	(void)state;
	for (uint64_t i = 0; i < 3; i++) {
		struct ledger_removal r = removal(i + 1, &flow);

		r.netns = places[i];
		assert_int_equal(ledger_add(l, &r), 0);
	}
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(nth(l, places[i], &flow.reply, 0, &side), i + 1);
		assert_int_equal(nth(l, places[i], &flow.reply, 1, &side), 0);
	}
	assert_null(ledger_next(l, here, AF_INET6, &flow.reply, NULL, &side));
	ledger_free(l);
}

static void zones_are_both_kept(void **state)
{
	struct ledger *l = ledger_new(10);
	struct flow flow = masqueraded(40112);
	struct ledger_removal *r = NULL, first = removal(1, &flow), second = removal(2, &flow);
	enum ledger_side side;

	(void)state;
	first.zone[LEDGER_ORIG] = 1;
	second.zone[LEDGER_ORIG] = 2;
	ledger_add(l, &first);
	ledger_add(l, &second);
	r = ledger_next(l, here, AF_INET, &flow.orig, NULL, &side);
	assert_int_equal(r->zone[LEDGER_ORIG], 2);
	r = ledger_next(l, here, AF_INET, &flow.orig, r, &side);
	assert_int_equal(r->zone[LEDGER_ORIG], 1);
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

		assert_int_equal(ledger_add(l, &r), 0);
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
		assert_int_equal(ledger_add(l, &r), 0);
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

/* Chains stay short whatever the limit: a look-up is done for each reset, and an
 * eviction walks one to its end. */
static void chains_are_short(void **state)
{
	enum { LIMIT = 100000 }; /* no power of two; neither is the default */
	struct ledger *l = ledger_new(LIMIT);
	size_t longest = 0;

	(void)state;
	for (uint64_t id = 1; id <= LIMIT; id++) {
		struct flow flow = masqueraded((uint16_t)id);
		struct ledger_removal r;

		flow.orig.src.bytes[2] = (uint8_t)(id >> 16);
		flow.reply.dst.bytes[2] = (uint8_t)(id >> 16);
		r = removal(id, &flow);
		ledger_add(l, &r);
	}
	for (size_t head = 0; head <= l->heads_mask; head++) {
		size_t length = 0;

		for (uint32_t link = l->heads[head]; link != NO_SLOT; length++)
			link = l->pool[link / LEDGER_SIDES].next[link % LEDGER_SIDES];
		longest = length > longest ? length : longest;
	}
	print_message("longest chain at %d removals: %zu\n", LIMIT, longest);
	assert_true(longest < 32);
	ledger_free(l);
}

/* ---- property: as a naive list would have it ---- */

enum { STEPS = 20000, LIST_LIMIT = 300 };

static uint32_t next_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

/* Few of everything, so that tuples meet again. */
static struct ledger_removal random_removal(uint64_t id, uint32_t *state)
{
	struct flow flow = masqueraded((uint16_t)(next_random(state) % 40));
	struct ledger_removal r;

	if (next_random(state) % 3 == 0)
		flow.reply = tuple_inverse(&flow.orig);
	r = removal(id, &flow);
	r.netns.inum += next_random(state) % 2;
	r.netns.node = next_random(state) % 2;
	r.zone[LEDGER_ORIG] = (uint16_t)(next_random(state) % 2);
	return r;
}

static void check_against_list(struct ledger *l, const struct ledger_removal *list, size_t oldest,
			       size_t count, const struct ledger_removal *like,
			       enum ledger_side which)
{
	const struct tuple *tuple = which == LEDGER_ORIG ? &like->flow.orig : &like->flow.reply;
	struct ledger_removal *r = NULL;
	enum ledger_side side;
	size_t expected = 0, seen = 0;
	uint64_t last = UINT64_MAX;

	for (size_t i = oldest; i < count; i++)
		for (int s = 0; s < LEDGER_SIDES; s++)
			expected +=
				list[i].netns.inum == like->netns.inum &&
				list[i].netns.node == like->netns.node &&
				tuple_equal(s ? &list[i].flow.reply : &list[i].flow.orig, tuple);
	while ((r = ledger_next(l, like->netns, AF_INET, tuple, r, &side))) {
		assert_true(r->id <= last);
		assert_true(r->id > oldest); /* ids are positions plus one */
		assert_true(
			tuple_equal(side == LEDGER_ORIG ? &r->flow.orig : &r->flow.reply, tuple));
		assert_int_equal(r->zone[LEDGER_ORIG], list[r->id - 1].zone[LEDGER_ORIG]);
		last = r->id;
		seen++;
	}
	assert_int_equal(seen, expected);
}

static void behaves_like_a_list(void **state)
{
	static struct ledger_removal list[STEPS];
	struct ledger *l = ledger_new(LIST_LIMIT);
	uint32_t random = 20261122;

	(void)state;
	for (size_t count = 0; count < STEPS;) {
		size_t oldest;

		list[count] = random_removal(count + 1, &random);
		assert_int_equal(ledger_add(l, &list[count]), 0);
		count++;
		oldest = count > LIST_LIMIT ? count - LIST_LIMIT : 0;
		assert_int_equal(ledger_count(l), count - oldest);
		assert_int_equal(ledger_evicted(l), oldest);
		if (count % 7 == 0) {
			struct ledger_removal like = random_removal(0, &random);

			check_against_list(l, list, oldest, count, &like, LEDGER_ORIG);
			check_against_list(l, list, oldest, count, &like, LEDGER_REPLY);
		}
	}
	ledger_free(l);
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
		cmocka_unit_test(chains_are_short),
		cmocka_unit_test(behaves_like_a_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
