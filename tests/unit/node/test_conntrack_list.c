// SPDX-License-Identifier: GPL-2.0-only
/* One walk of conntrack's table, and what it may be asked afterwards. */
#include "cast/make.h"

#include <sys/socket.h>

#include "node/conntrack_list.h"

enum { HERE = 7, ELSEWHERE = 8, BEGUN_NS = 1000, MANY = 100 };

static struct conntrack_list list;

static int fill(void **state)
{
	(void)state;
	conntrack_list_begin(&list, HERE, AF_INET, BEGUN_NS);
	for (uint16_t i = 0; i < MANY; i++) {
		struct flow flow = masqueraded((uint16_t)(40000 + i));

		assert_true(conntrack_list_add(&list, &flow));
	}
	return 0;
}

static int empty(void **state)
{
	(void)state;
	conntrack_list_release(&list);
	return 0;
}

static enum lookup ask(uint32_t netns, uint16_t port, uint64_t seen_ns, bool by_reply)
{
	struct flow flow = masqueraded(port), entry = { .family = 0 };
	enum lookup answer = conntrack_list_find(
		&list, netns, AF_INET, by_reply ? &flow.reply : &flow.orig, seen_ns, &entry);

	if (answer == LOOKUP_ALIVE)
		assert_true(tuple_equal(&entry.orig, &flow.orig) &&
			    tuple_equal(&entry.reply, &flow.reply));
	return answer;
}

static void one_walk_answers_for_all(void **state)
{
	(void)state;
	conntrack_list_end(&list, true);
	for (uint16_t i = 0; i < MANY; i++) {
		assert_int_equal(ask(HERE, (uint16_t)(40000 + i), BEGUN_NS, i % 2), LOOKUP_ALIVE);
		assert_int_equal(ask(HERE, (uint16_t)(50000 + i), BEGUN_NS, i % 2), LOOKUP_ABSENT);
	}
}

/* A reset after it began may be of an entry that it had passed by then. What it has was not
 * removed since, or that would be seen; but it is not good for ever. */
static void it_says_little_of_what_came_later(void **state)
{
	(void)state;
	conntrack_list_end(&list, true);
	assert_int_equal(ask(HERE, 40000, BEGUN_NS + 1, false), LOOKUP_ALIVE);
	assert_int_equal(ask(HERE, 40000, BEGUN_NS + MS(1000) + 1, false), LOOKUP_NONE);
	assert_int_equal(ask(HERE, 50000, BEGUN_NS + 1, false), LOOKUP_NONE);
	assert_int_equal(ask(ELSEWHERE, 40000, BEGUN_NS, false), LOOKUP_NONE);
}

static void what_a_cut_one_does_not_have_may_be_there(void **state)
{
	(void)state;
	conntrack_list_end(&list, false);
	assert_int_equal(ask(HERE, 40000, BEGUN_NS, false), LOOKUP_ALIVE);
	assert_int_equal(ask(HERE, 50000, BEGUN_NS, false), LOOKUP_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(one_walk_answers_for_all, fill, empty),
		cmocka_unit_test_setup_teardown(it_says_little_of_what_came_later, fill, empty),
		cmocka_unit_test_setup_teardown(what_a_cut_one_does_not_have_may_be_there, fill,
						empty),
	};

	return cmocka_run_group_tests_name("conntrack_list", tests, NULL, NULL);
}
