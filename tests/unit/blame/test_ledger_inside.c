// SPDX-License-Identifier: GPL-2.0-only
/* The ledger of removals, opened: its chains stay short, and its memory is used again. */
#include "cast/removals.h"

#include "blame/ledger.c"

static size_t chain_length(const struct ledger_index *index, const struct ledger_index_line *line)
{
	size_t length = line->count;
	uint32_t next = line->next, expected = line->expected;

	while (next) {
		const struct ledger_index_node *node = &index->nodes[next];

		assert_int_equal(node->ledger_index[0], expected);
		length += node->count;
		next = node->next;
		expected = node->expected;
	}
	return length;
}

static size_t longest_chain(struct ledger *l, size_t *linked)
{
	size_t longest = 0;

	link_pending(l);
	*linked = 0;
	for (size_t line = 0; line < l->index.lines_count; line++) {
		size_t length = chain_length(&l->index, &l->index.lines[line]);

		longest = length > longest ? length : longest;
		*linked += length;
	}
	return longest;
}

/* Chains stay short whatever the limit: a look-up is done for each reset, and an
 * eviction walks one to its end. */
static void chains_are_short(void **state)
{
	enum { LIMIT = 100000 }; /* no power of two; neither is the default */
	struct ledger *l = ledger_new(LIMIT);
	size_t longest, linked;

	(void)state;
	for (uint64_t id = 1; id <= LIMIT; id++) {
		struct flow flow = masqueraded((uint16_t)id);
		struct ledger_removal r;

		flow.orig.src.bytes[2] = (uint8_t)(id >> 16);
		flow.reply.dst.bytes[2] = (uint8_t)(id >> 16);
		r = removal(id, &flow);
		ledger_add(l, &r);
	}
	longest = longest_chain(l, &linked);
	assert_int_equal(linked, LIMIT * LEDGER_SIDES);
	assert_true(l->index.lines_count * LINE_LINKS >= LIMIT * LEDGER_SIDES);
	print_message("longest chain at %d removals: %zu\n", LIMIT, longest);
	assert_true(longest < 4 * LINE_LINKS);
	ledger_free(l);
}

/* Whoever knows the hash could send packets with tuples of one bucket. */
static void tuples_chosen_by_one_hash_are_spread_by_another(void **state)
{
	enum { CHOSEN = 2000, FIRST_BITS = 6, SPLIT_BITS = 4 };
	struct ledger *known = ledger_new(CHOSEN), *l = ledger_new(CHOSEN);
	struct flow flow = masqueraded(40112);
	size_t linked;

	(void)state;
	known->secret = (struct hash_secret){ { 0, 0 } };
	for (uint32_t tried = 0, chosen = 0; chosen < CHOSEN; tried++) {
		struct ledger_removal r;
		uint32_t hash;

		memcpy(flow.reply.dst.bytes, &tried, sizeof(tried));
		hash = hash_tuple(known, here, AF_INET, &flow.reply);
		if (hash >> (32 - FIRST_BITS) || hash & ((1 << SPLIT_BITS) - 1))
			continue;
		flow.orig.src = flow.reply.dst; /* or all have that one in common */
		r = removal(++chosen, &flow);
		ledger_add(known, &r);
		ledger_add(l, &r);
	}
	assert_true(longest_chain(known, &linked) > CHOSEN / 4);
	assert_true(longest_chain(l, &linked) < 4 * LINE_LINKS);
	assert_int_equal(linked, CHOSEN * LEDGER_SIDES);
	ledger_free(known);
	ledger_free(l);
}

/* Many namespaces at a time and one after the other: their memory is used again. */
static void places_come_and_go(void **state)
{
	enum { LIMIT = 100, ADDED = 100000 };
	struct ledger *l = ledger_new(LIMIT);
	struct flow flow = masqueraded(40112);
	struct flow flow6 = masqueraded_v6(40112);

	(void)state;
	for (uint32_t i = 1; i <= ADDED; i++) {
		struct ledger_removal r = removal(i, i % 3 ? &flow : &flow6);
		struct ledger_walk walk;

		r.netns.inum = i;
		ledger_add(l, &r);
		if (i % 64)
			continue;
		find_first(l, &walk, &r, LEDGER_ORIG);
		assert_removal_equal(&walk.removal, &r);
		assert_false(ledger_next(l, &walk));
	}
	assert_true(l->ledger_shared.used <= LIMIT);
	assert_true(l->wide_used <= LIMIT);
	ledger_free(l);
}

/* A recording in which times go back by hours with each line: a place for each, and no
 * walk over all of them. */
static void times_that_go_back(void **state)
{
	enum { LIMIT = 60000, ADDED = 200000 };
	struct ledger *l = ledger_new(LIMIT);

	(void)state;
	for (uint32_t i = 1; i <= ADDED; i++) {
		struct flow flow = masqueraded((uint16_t)i);
		struct ledger_removal r = removal(i, &flow);
		struct ledger_walk walk;

		r.mono_ns = (uint64_t)(ADDED - i) << 43;
		ledger_add(l, &r);
		if (i % 97)
			continue;
		find_first(l, &walk, &r, LEDGER_REPLY);
		assert_removal_equal(&walk.removal, &r);
	}
	assert_true(l->ledger_shared.used <= LIMIT);
	ledger_free(l);
}

/* The numbers that links are made of begin anew after 2^31 removals. */
static void numbers_wrap(void **state)
{
	enum { LIMIT = 50, ADDED = 400 };
	struct ledger *l = ledger_new(LIMIT);
	enum ledger_side side;

	(void)state;
	l->index.newest = LINKS_NUMBERS - ADDED / 2;
	for (uint64_t id = 1; id <= ADDED; id++) {
		struct flow flow = masqueraded((uint16_t)(id % 7));
		struct ledger_removal r = removal(id, &flow);
		size_t found = 0;

		ledger_add(l, &r);
		assert_int_equal(nth(l, here, &flow.orig, 0, &side), id);
		while (nth(l, here, &flow.orig, found, &side))
			found++;
		assert_int_equal(found, id < LIMIT ? (id + 6) / 7 : LIMIT / 7 + (LIMIT % 7 > 0));
	}
	ledger_free(l);
}

/* The numbers of removals begin anew after two thousand million. */
static void numbers_begin_anew(void **state)
{
	enum { REMOVALS = 20 };
	struct ledger *l = ledger_new(1000);
	struct ledger_walk walk;

	(void)state;
	l->index.newest = LINKS_NUMBERS - REMOVALS / 2;
	for (uint64_t id = 1; id <= REMOVALS; id++) {
		struct flow flow = masqueraded((uint16_t)id);
		struct ledger_removal r = removal(id, &flow);

		ledger_add(l, &r);
	}
	assert_true(l->index.newest < REMOVALS);
	for (uint64_t id = 1; id <= REMOVALS; id++) {
		struct flow flow = masqueraded((uint16_t)id);

		ledger_find(l, &walk, (struct netns_id){ .inum = NODE_NETNS }, flow.family,
			    &flow.reply);
		assert_true(ledger_next(l, &walk));
		assert_int_equal(walk.removal.id, id);
	}
	ledger_free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chains_are_short),
		cmocka_unit_test(numbers_begin_anew),
		cmocka_unit_test(tuples_chosen_by_one_hash_are_spread_by_another),
		cmocka_unit_test(places_come_and_go),
		cmocka_unit_test(times_that_go_back),
		cmocka_unit_test(numbers_wrap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
