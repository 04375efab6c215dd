// SPDX-License-Identifier: GPL-2.0-only
/* Small tables that a stranger could fill: stacks of causes that are not known, and flushes that
 * only silence ends. */
#include "cast/watched.h"

#include <string.h>

#include "blame/unexplained.h"

static struct unexplained stacks;
static struct strangers strangers;

static void note(uint64_t id, uint32_t netns)
{
	const struct dated when = { { .inum = netns }, MONO_BASE_NS + id };

	unexplained_note(&stacks, &strangers, when, id, "somebody < else");
}

/* Namespaces by the thousand, each with a few. */
static void strangers_push_no_stack_out(void **state)
{
	(void)state;
	note(1, NODE_NETNS);
	for (uint32_t i = 0; i < 10000; i++) {
		strangers_note(&strangers, (struct netns_id){ .inum = OTHER_NETNS + i / 8 });
		note(100 + i, OTHER_NETNS + i / 8);
	}
	assert_string_equal(unexplained_find(&stacks, 1), "somebody < else");
	assert_null(unexplained_find(&stacks, 100));
	assert_non_null(unexplained_find(&stacks, 100 + 9999));
	unexplained_release(&stacks);
	memset(&strangers, 0, sizeof(strangers));
}

/* One namespace has all of it; and its oldest go first. */
static void ones_own(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < STACKS_MAX + 10; i++)
		note(1 + i, NODE_NETNS);
	assert_null(unexplained_find(&stacks, 10));
	assert_non_null(unexplained_find(&stacks, 11));
	unexplained_release(&stacks);
}

static void delete_one(uint64_t act, uint32_t netns, uint32_t pid, uint16_t port)
{
	struct flow flow = masqueraded(port);
	struct actor actor = conntrack_command;

	actor.pid = pid;
	see_in(&w, netns, make_act(act, CAUSE_USER_DELETE, NULL, 0, &actor));
	see_in(&w, netns, make_removal(act, CAUSE_USER_DELETE, &flow));
}

/* A process deletes entry by entry, which is one flush; forty of a stranger's are at it, too. */
static void strangers_end_no_flush(void **state)
{
	uint64_t act = 1;

	(void)state;
	for (uint16_t i = 0; i < 4; i++) {
		delete_one(act++, NODE_NETNS, 500, (uint16_t)(40000 + i));
		for (uint32_t k = 0; k < 40; k++)
			delete_one(act++, OTHER_NETNS, 1000 + k, (uint16_t)(41000 + k));
		pass(&w, MS(1));
	}
	pass(&w, SECONDS(1));
	blame_finish(w.blame);
	for (size_t i = 0, own = 0; i < w.flushes_count; i++) {
		if (w.flushes[i].netns.inum != NODE_NETNS)
			continue;
		assert_int_equal(++own, 1);
		assert_int_equal(w.flushes[i].removals_seen, 4);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strangers_push_no_stack_out),
		cmocka_unit_test(ones_own),
		story(strangers_end_no_flush),
	};

	return cmocka_run_group_tests_name("unexplained", tests, NULL, NULL);
}
