// SPDX-License-Identifier: GPL-2.0-only
/* The ledger's index, against a naive list of the same. The module itself is opened
 * here, to look at its lines and nodes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "blame/ledger_index.c"

enum { STEPS = 60000, SIDES = 2 };

static uint32_t next_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

/* What was put in, in order, the oldest first. */
struct model {
	struct ledger_index ledger_index;
	size_t limit, added;
	uint32_t first; /* the number of the first one, less one */
	uint32_t hashes[STEPS][SIDES];
};

static struct model model;

static void begin(size_t limit, uint32_t first)
{
	memset(&model, 0, sizeof(model));
	model.limit = limit;
	model.first = first;
	assert_int_equal(ledger_index_init(&model.ledger_index, limit), 0);
	model.ledger_index.newest = first;
}

static uint32_t number_of(size_t at)
{
	uint64_t number = (uint64_t)model.first + at + 1;

	return (uint32_t)(number > LINKS_NUMBERS ? number - LINKS_NUMBERS : number);
}

static void put(uint32_t orig, uint32_t reply)
{
	struct ledger_index *l = &model.ledger_index;

	model.hashes[model.added][0] = orig;
	model.hashes[model.added][1] = reply;
	l->newest = number_of(model.added++);
	l->count = model.added < model.limit ? model.added : model.limit;
	ledger_index_add(l, orig, l->newest << 1);
	ledger_index_add(l, reply, l->newest << 1 | 1);
}

static size_t at_of(uint32_t link)
{
	return model.added - 1 - ledger_index_age(&model.ledger_index, link);
}

/* The next one that has this very hash; what else a walk meets is in the same line and
 * has the same tag. */
static uint32_t next_of(struct ledger_index_walk *walk, uint32_t hash)
{
	uint32_t link;

	while ((link = ledger_index_next(&model.ledger_index, walk))) {
		uint32_t met = model.hashes[at_of(link)][link & 1];

		assert_int_equal(tag_of(met), tag_of(hash));
		assert_ptr_equal(line_of(&model.ledger_index, met),
				 line_of(&model.ledger_index, hash));
		if (met == hash)
			return link;
	}
	return 0;
}

static void check(uint32_t hash)
{
	size_t oldest = model.added > model.limit ? model.added - model.limit : 0;
	struct ledger_index_walk walk;

	ledger_index_find(&model.ledger_index, &walk, hash);
	for (size_t i = model.added; i-- > oldest;)
		for (int side = SIDES - 1; side >= 0; side--)
			if (model.hashes[i][side] == hash)
				assert_int_equal(next_of(&walk, hash),
						 number_of(i) << 1 | (uint32_t)side);
	assert_int_equal(next_of(&walk, hash), 0);
	assert_int_equal(next_of(&walk, hash), 0); /* stays at its end */
}

static size_t count_own(const struct ledger_index_line *line, const uint32_t *ledger_index,
			size_t count)
{
	const struct ledger_index *l = &model.ledger_index;
	size_t own = 0;

	for (size_t i = 0; i < count; i++)
		own += ledger_index_is_alive(l, ledger_index[i]) &&
		       line_of(l, model.hashes[at_of(ledger_index[i])][ledger_index[i] & 1]) ==
			       line;
	return own;
}

/* All that are alive, and nothing twice. */
static size_t count_alive(void)
{
	const struct ledger_index *l = &model.ledger_index;
	size_t alive = 0;

	for (size_t i = 0; i < l->lines_count; i++) {
		const struct ledger_index_line *line = &l->lines[i];
		uint32_t next = line->next, expected = line->expected;
		const struct ledger_index_node *node;

		alive += count_own(line, line->ledger_index, line->count);
		while ((node = node_behind(l, next, expected))) {
			alive += count_own(line, node->ledger_index, node->count);
			next = node->next;
			expected = node->expected;
		}
	}
	return alive;
}

struct mix {
	size_t limit;
	uint32_t first, hashes, hot_percent;
};

/* A hash of few, or the hot one: all have some bits in common with others. */
static uint32_t pick(const struct mix *mix, uint32_t *random)
{
	if (next_random(random) % 100 < mix->hot_percent)
		return 0x12345678;
	return next_random(random) % mix->hashes * 0x9e3779b1U;
}

static void behaves_like_a_list_of(const struct mix *mix, uint32_t random)
{
	begin(mix->limit, mix->first);
	while (model.added < STEPS) {
		put(pick(mix, &random), pick(mix, &random));
		if (next_random(&random) % 199 == 0)
			check(pick(mix, &random));
		if (next_random(&random) % 199 == 0)
			check(model.hashes[next_random(&random) % model.added][0]);
		if (next_random(&random) % 20011 == 0)
			assert_int_equal(count_alive(), model.ledger_index.count * SIDES);
	}
	assert_int_equal(count_alive(), model.ledger_index.count * SIDES);
	assert_true(model.ledger_index.nodes_used <= model.ledger_index.nodes_limit);
	ledger_index_release(&model.ledger_index);
}

static void behaves_like_a_list(void **state)
{
	static const struct mix mixes[] = {
		{ 1, 0, 10, 0 },
		{ 7, LINKS_NUMBERS - 1000, 40, 20 },
		{ 100, LINKS_NUMBERS - STEPS / 2, 300, 0 },
		{ 5000, 0, 100000, 0 },
		{ 5000, LINKS_NUMBERS - STEPS / 2, 100000, 60 },
		{ STEPS / 2, 0, 1 << 30, 10 },
		{ STEPS, 0, 1 << 30, 0 },
		{ STEPS, 0, 3000, 5 },
		{ STEPS * 16, 0, 1 << 20, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(mixes) / sizeof(mixes[0]); i++)
		behaves_like_a_list_of(&mixes[i], (uint32_t)(20261126 + i));
}

/* One hash for all, for many times as many as are remembered: nodes are used again. */
static void nodes_of_one_hash_are_used_again(void **state)
{
	enum { LIMIT = 1000 };

	(void)state;
	begin(LIMIT, 0);
	while (model.added < STEPS)
		put(42, 42);
	check(42);
	assert_true(model.ledger_index.nodes_used < LIMIT * SIDES);
	ledger_index_release(&model.ledger_index);
}

/* One hash for nearly all: no split hands out more than some of them, and yet what the
 * others left in that line is found, in whichever half it is. */
static void long_chains_are_split_in_part(void **state)
{
	enum { HOT = 0x40000000, OTHERS = 64 };
	uint32_t shared = 0, random = 11;

	(void)state;
	begin(STEPS, 0);
	while (model.added < STEPS) {
		bool is_other = model.added % 900 == 0;
		uint32_t other = HOT | (uint32_t)(model.added / 900 % OTHERS);

		put(is_other ? other : HOT, model.added % 2 ? HOT : next_random(&random));
	}
	for (uint32_t node = 1; node < model.ledger_index.nodes_used; node++)
		shared += model.ledger_index.nodes[node].is_shared;
	assert_in_range(shared, 1, 1 << LEVELS);
	for (uint32_t other = 0; other < OTHERS; other++)
		check(HOT | other);
	assert_int_equal(count_alive(), STEPS * SIDES);
	ledger_index_release(&model.ledger_index);
}

/* It has doubled as often as it can when it is full, and not before. */
static void grows_with_what_is_in_it(void **state)
{
	uint32_t random = 7;

	(void)state;
	begin(STEPS, 0);
	assert_true(model.ledger_index.lines_count <=
		    STEPS * SIDES / LINE_MEAN / (1 << LEVELS) + 1);
	for (size_t lines = 0; model.added < STEPS; lines = model.ledger_index.lines_count) {
		put(next_random(&random), next_random(&random));
		assert_true(model.ledger_index.lines_count - lines <= 1 || !lines);
	}
	assert_true(model.ledger_index.lines_count >= STEPS * SIDES / LINE_MEAN);
	assert_true(model.ledger_index.lines_count <= model.ledger_index.base << LEVELS);
	assert_int_equal(count_alive(), STEPS * SIDES);
	ledger_index_release(&model.ledger_index);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(behaves_like_a_list),
		cmocka_unit_test(nodes_of_one_hash_are_used_again),
		cmocka_unit_test(long_chains_are_split_in_part),
		cmocka_unit_test(grows_with_what_is_in_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
