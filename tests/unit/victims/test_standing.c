// SPDX-License-Identifier: GPL-2.0-only
/* Which of several sockets with the same addresses and ports is meant. */
#include "cast/make.h"

#include <string.h>

#include "victims/standing.h"

enum {
	STRANGERS = 0, /* a namespace that an unprivileged user made */
	TENANTS = STANDING_OWNED,
	REMAPPED = STANDING_LINKED | STANDING_ROUTED, /* a container with a user namespace */
	CONTAINERS = STANDING_OWNED | STANDING_LINKED | STANDING_ROUTED,
	BEHIND_ANOTHER_BRIDGE = STANDING_OWNED | STANDING_LINKED,
};

static struct sockets found;
static struct socket_row rivals[8];

static void find(uint32_t tag, uint32_t netns, uint8_t standing)
{
	const struct socket_row row = { .tag = tag,
					.netns = netns,
					.inode = netns * 10,
					.state = SOCKET_ESTABLISHED,
					.standing = standing };

	sockets_append(&found, &row);
}

static int forget(void **state)
{
	(void)state;
	sockets_release(&found);
	memset(rivals, 0, sizeof(rivals));
	return 0;
}

static void the_better_placed_one(void **state)
{
	static const uint8_t pairs[][2] = {
		{ CONTAINERS, STRANGERS }, { REMAPPED, STRANGERS },
		{ REMAPPED, TENANTS },     { CONTAINERS, REMAPPED },
		{ TENANTS, STRANGERS },    { CONTAINERS, BEHIND_ANOTHER_BRIDGE },
	};

	(void)state;
	for (uint32_t k = 0; k < 6; k++) {
		find(k, 1 + k % 2, pairs[k][k % 2]);
		find(k, 2 - k % 2, pairs[k][1 - k % 2]);
	}
	standing_choose(&found, rivals);
	assert_int_equal(found.count, 6);
	for (uint32_t k = 0; k < 6; k++) {
		assert_int_equal(found.rows[k].tag, k);
		assert_int_equal(found.rows[k].standing, pairs[k][0]);
		assert_int_equal(found.rows[k].one_of, 0);
		assert_int_equal(rivals[k].netns, 0);
	}
}

static void one_of_two(void **state)
{
	(void)state;
	find(0, 7, CONTAINERS);
	find(0, 5, CONTAINERS);
	find(0, 3, STRANGERS); /* that is none of them */
	find(1, 7, CONTAINERS);
	standing_choose(&found, rivals);
	assert_int_equal(found.count, 2);
	assert_int_equal(found.rows[0].netns, 5);
	assert_int_equal(found.rows[0].one_of, 2);
	assert_int_equal(rivals[0].netns, 7);
	assert_int_equal(found.rows[1].netns, 7);
	assert_int_equal(found.rows[1].one_of, 0);
}

/* The same socket may be found in two ways. */
static void found_twice(void **state)
{
	(void)state;
	for (uint32_t k = 0; k < 4; k++)
		find(0, 5 + k / 2, CONTAINERS);
	find(1, 5, CONTAINERS);
	find(1, 5, CONTAINERS);
	standing_choose(&found, rivals);
	assert_int_equal(found.count, 2);
	assert_int_equal(found.rows[0].one_of, 2);
	assert_int_equal(found.rows[1].one_of, 0);
}

static void a_thousand(void **state)
{
	(void)state;
	for (uint32_t k = 1; k <= 1000; k++)
		find(0, k, STRANGERS);
	find(1, 1, CONTAINERS);
	found.rows[1000].state = SOCKET_TIME_WAIT; /* over */
	standing_choose(&found, NULL);
	assert_int_equal(found.count, 1);
	assert_int_equal(found.rows[0].one_of, RIVALS_MAX);
}

static void anybodys(void **state)
{
	(void)state;
	assert_true(standing_is_doubtful(STRANGERS));
	assert_false(standing_is_doubtful(TENANTS));
	assert_false(standing_is_doubtful(REMAPPED));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(the_better_placed_one, forget),
		cmocka_unit_test_teardown(one_of_two, forget),
		cmocka_unit_test_teardown(found_twice, forget),
		cmocka_unit_test_teardown(a_thousand, forget),
		cmocka_unit_test(anybodys),
	};

	return cmocka_run_group_tests_name("standing", tests, NULL, NULL);
}
