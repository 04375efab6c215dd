// SPDX-License-Identifier: GPL-2.0-only
#include "cast/make.h"

#include "blame/flushes.h"

static const struct strangers no_strangers;

static struct flush *add(struct flushes *flushes, uint32_t node, uint64_t act)
{
	return flushes_add(flushes, (struct netns_id){ node, NODE_NETNS }, act);
}

static void found_by_act_and_node(void **state)
{
	struct flushes *flushes = flushes_new(10, &no_strangers);
	struct flush *a = add(flushes, 0, 7), *b = add(flushes, 1, 7);

	(void)state;
	assert_ptr_equal(flushes_find(flushes, 0, 7), a);
	assert_ptr_equal(flushes_find(flushes, 1, 7), b);
	assert_null(flushes_find(flushes, 2, 7));
	assert_null(flushes_find(flushes, 0, 8));
	assert_int_equal(a->netns.node, 0);
	assert_int_equal(b->netns.node, 1);
	assert_int_equal(b->act, 7);
	assert_int_equal(b->entries, 0);
	assert_ptr_equal(flushes_at(flushes, flushes_index(flushes, b)), b);
	assert_null(flushes_at(flushes, 2));
	assert_null(flushes_at(flushes, UINT32_MAX)); /* a removal of no flush */
	flushes_free(flushes);
}

static void without_an_act(void **state)
{
	struct flushes *flushes = flushes_new(10, &no_strangers);
	struct flush *f = add(flushes, 0, 0);

	(void)state;
	assert_null(flushes_find(flushes, 0, 0));
	assert_ptr_equal(flushes_at(flushes, 0), f);
	flushes_free(flushes);
}

static void the_last_alias_counts(void **state)
{
	struct flushes *flushes = flushes_new(10, &no_strangers);
	struct flush *f = add(flushes, 0, 100), *other = add(flushes, 0, 200);

	(void)state;
	for (uint64_t act = 101; act < 5000; act++) {
		if (act == 200)
			continue;
		flushes_alias(flushes, f, act);
		assert_ptr_equal(flushes_find(flushes, 0, act), f);
		assert_null(flushes_find(flushes, 0, act == 201 ? 199 : act - 1));
	}
	assert_int_equal(f->act, 100); /* the one it is told by */
	assert_ptr_equal(flushes_find(flushes, 0, 200), other);
	assert_int_equal(flushes_count(flushes), 2);
	flushes_free(flushes);
}

static void limit(void **state)
{
	struct flushes *flushes = flushes_new(3, &no_strangers);

	(void)state;
	for (uint64_t act = 1; act <= 3; act++)
		assert_non_null(add(flushes, 0, act));
	assert_null(add(flushes, 0, 4));
	assert_null(add(flushes, 0, 0));
	assert_int_equal(flushes_count(flushes), 3);
	assert_non_null(flushes_find(flushes, 0, 1));
	flushes_free(flushes);
}

static void many(void **state)
{
	enum { COUNT = 16384 };
	struct flushes *flushes = flushes_new(COUNT, &no_strangers);

	(void)state;
	for (uint64_t act = 1; act <= COUNT; act++)
		add(flushes, (uint32_t)(act % 3), act << 20)->entries = act;
	for (uint64_t act = 1; act <= COUNT; act++)
		assert_int_equal(flushes_find(flushes, (uint32_t)(act % 3), act << 20)->entries,
				 act);
	flushes_free(flushes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(found_by_act_and_node),
		cmocka_unit_test(without_an_act),
		cmocka_unit_test(the_last_alias_counts),
		cmocka_unit_test(limit),
		cmocka_unit_test(many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
