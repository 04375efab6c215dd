// SPDX-License-Identifier: GPL-2.0-only
#include "cast/make.h"

#include <stdlib.h>

#include "base/array.h"

static void grows_and_keeps(void **state)
{
	uint32_t *items = NULL;
	size_t room = 0, moves = 0;

	(void)state;
	for (uint32_t i = 0; i < 10000; i++) {
		size_t before = room;

		assert_true(array_reserve(&items, &room, i + 1, sizeof(*items)));
		assert_true(room > i);
		moves += room != before;
		items[i] = i;
	}
	for (uint32_t i = 0; i < 10000; i++)
		assert_int_equal(items[i], i);
	assert_in_range(moves, 2, 10); /* doubled, not lengthened */
	free(items);
}

static void as_much_as_needed(void **state)
{
	char *text = NULL;
	size_t room = 0;

	(void)state;
	assert_true(array_reserve(&text, &room, 100000, 1));
	assert_true(room >= 100000);
	free(text);
}

/* Bytes that a size_t cannot count are refused, not cut. */
static void out_of_memory(void **state)
{
	uint64_t *items = NULL, *before;
	size_t room = 0, before_room;

	(void)state;
	assert_true(array_reserve(&items, &room, 1, sizeof(*items)));
	before = items;
	before_room = room;
	assert_false(array_reserve(&items, &room, SIZE_MAX / 8, sizeof(*items)));
	assert_ptr_equal(items, before);
	assert_int_equal(room, before_room);
	free(items);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grows_and_keeps),
		cmocka_unit_test(as_much_as_needed),
		cmocka_unit_test(out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
