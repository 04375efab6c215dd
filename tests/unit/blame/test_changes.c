// SPDX-License-Identifier: GPL-2.0-only
#include "cast/make.h"

#include <sys/socket.h>

#include "blame/changes.h"

static struct changes *changes;
static struct strangers strangers;
static uint64_t last_id;

static struct change *add(enum change_op op, const char *address, uint32_t ifindex,
			  const struct actor *actor, uint64_t mono_ns)
{
	struct observation seen = address ? make_address(op, address, ifindex, actor) :
					    make_link(op, ifindex, actor);

	seen.netns.inum = NODE_NETNS;
	seen.mono_ns = mono_ns;
	return changes_add(changes, &seen, ++last_id);
}

static struct flush flush_at(uint64_t mono_ns, const char *address)
{
	return (struct flush){ .cause = address ? CAUSE_ADDRESS_REMOVED : CAUSE_LINK_DOWN,
			       .netns.inum = NODE_NETNS,
			       .ifindex = UP0,
			       .has_address = address,
			       .address = address ? make_ip(address) : (struct address){ { 0 } },
			       .first_mono_ns = mono_ns };
}

static int begin(void **state)
{
	(void)state;
	last_id = 0;
	changes = changes_new(8, &strangers);
	return changes ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	changes_free(changes);
	return 0;
}

static void joins_and_claims(void **state)
{
	struct change *c = add(ADDRESS_REMOVE, "10.9.0.1", UP0, &networkd, 100);
	struct flush f = flush_at(200, "10.9.0.1");

	(void)state;
	changes_join(changes, &f);
	assert_ptr_equal(f.by, c);
	assert_int_equal(f.join, JOIN_EXACT);
	assert_int_equal(f.family, AF_INET);
	assert_true(c->is_claimed);
}

static void joins_nothing(void **state)
{
	struct flush f = flush_at(200, "10.9.0.1");

	(void)state;
	add(ADDRESS_ADD, "10.9.0.1", UP0, &networkd, 100);
	add(ADDRESS_REMOVE, "10.9.0.2", UP0, &networkd, 100);
	add(ADDRESS_REMOVE, "10.9.0.1", UP1, &networkd, 100);
	add(LINK_DOWN, NULL, UP0, &networkd, 100);
	add(ADDRESS_REMOVE, "10.9.0.1", UP0, &networkd, 201);
	changes_join(changes, &f);
	assert_null(f.by);
	assert_int_equal(f.join, JOIN_NONE);
}

static void links(void **state)
{
	struct flush f = flush_at(200, NULL);
	struct change *down;

	(void)state;
	add(LINK_UP, NULL, UP0, &networkd, 10);
	down = add(LINK_DOWN, NULL, UP0, &ip_command, 20);
	add(LINK_DOWN, NULL, UP1, &agent, 30);
	add(LINK_RENAME, NULL, UP0, &agent, 40);
	add(ADDRESS_REMOVE, "10.9.0.1", UP0, &agent, 50);
	changes_join(changes, &f);
	assert_ptr_equal(f.by, down);
	assert_int_equal(f.join, JOIN_EXACT);
}

static void by_tuple(void **state)
{
	struct change *c = add(ADDRESS_REMOVE, "fd00:9::1", UP0, &networkd, 100);
	struct address to = make_ip("fd00:9::1");
	struct flush f = flush_at(200, "10.9.0.1");

	(void)state;
	f.ifindex = 0;
	changes_join_by_tuple(changes, &f, AF_INET6, &to);
	assert_ptr_equal(f.by, c);
	assert_int_equal(f.join, JOIN_BY_TUPLE);
	assert_int_equal(f.ifindex, UP0);
}

/* Ten seconds between two removals of one address: the older one's work was
 * dropped, not delayed, so it makes nothing ambiguous. */
static void dropped_work_is_no_rival(void **state)
{
	struct flush f = flush_at(SECONDS(21), "10.9.0.1");
	struct change *newest;

	(void)state;
	add(ADDRESS_REMOVE, "10.9.0.1", UP0, &agent, SECONDS(1));
	newest = add(ADDRESS_REMOVE, "10.9.0.1", UP0, &networkd, SECONDS(20));
	changes_join(changes, &f);
	assert_ptr_equal(f.by, newest);
	assert_int_equal(f.join, JOIN_EXACT);
}

static void oldest_is_forgotten_first_the_claimed_never(void **state)
{
	struct change *claimed = add(ADDRESS_REMOVE, "10.9.0.1", UP0, &networkd, 1);
	struct flush f = flush_at(2, "10.9.0.1"), late = flush_at(100, "10.9.0.1");

	(void)state;
	changes_join(changes, &f);
	for (uint64_t i = 0; i < 20; i++)
		assert_non_null(add(ADDRESS_ADD, "10.9.0.1", UP0, &networkd, 10 + i));
	assert_int_equal(claimed->id, 1);
	changes_join(changes, &late);
	assert_true(late.join != JOIN_EXACT || late.by == claimed);
}

static void full_of_claimed_ones(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < 8; i++) {
		struct flush f = flush_at(2 * i + 1, "10.9.0.1");

		add(ADDRESS_REMOVE, "10.9.0.1", UP0, &networkd, 2 * i);
		changes_join(changes, &f);
		assert_non_null(f.by);
	}
	assert_null(add(ADDRESS_REMOVE, "10.9.0.1", UP0, &networkd, 100));
}

static struct change *add_recorded(uint64_t recorded_id, uint32_t node, uint32_t netns)
{
	struct observation seen = make_address(ADDRESS_REMOVE, "10.9.0.1", UP0, &networkd);

	seen.change.id = recorded_id;
	seen.netns = (struct netns_id){ .node = node, .inum = netns };
	return changes_add(changes, &seen, ++last_id);
}

static const struct change *recorded(uint64_t recorded_id, uint32_t node)
{
	struct flush f = flush_at(200, "10.9.0.1");

	f.netns.node = node;
	changes_join_recorded(changes, &f, recorded_id);
	assert_int_equal(f.join, f.by ? JOIN_EXACT : JOIN_NONE);
	return f.by;
}

static void joined_by_recorded_id(void **state)
{
	struct change *first = add_recorded(42, 0, NODE_NETNS);
	struct change *second = add_recorded(42, 1, NODE_NETNS);

	(void)state;
	add_recorded(43, 0, OTHER_NETNS); /* it cannot be that one */
	assert_ptr_equal(recorded(42, 0), first);
	assert_ptr_equal(recorded(42, 1), second);
	assert_null(recorded(42, 2));
	assert_null(recorded(43, 0));
	assert_null(recorded(41, 0));
	assert_null(recorded(0, 0)); /* no id is no match */
	assert_int_equal(first->pins, 1);
}

static void unpinned_ones_are_forgotten(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < 100; i++) {
		struct flush f = flush_at(2 * i + 1, "10.9.0.1");

		assert_non_null(add(ADDRESS_REMOVE, "10.9.0.1", UP0, &networkd, 2 * i));
		changes_join(changes, &f);
		assert_non_null(f.by);
		changes_unpin(changes, &f); /* it removed nothing */
	}
}

/* Of two that flushes came from, one flush removed nothing: the other's is kept. */
static void the_right_one_is_unpinned(void **state)
{
	struct change *kept = add(ADDRESS_REMOVE, "10.9.0.1", UP0, &networkd, 1);
	struct change *given_up = add(ADDRESS_REMOVE, "10.9.0.2", UP0, &networkd, 1);
	struct flush full = flush_at(2, "10.9.0.1"), empty = flush_at(2, "10.9.0.2");
	struct flush unjoined = flush_at(2, "10.9.0.3");

	(void)state;
	changes_join(changes, &full);
	changes_join(changes, &empty);
	changes_unpin(changes, &unjoined);
	assert_int_equal(given_up->pins, 1);
	changes_unpin(changes, &empty);
	assert_int_equal(kept->pins, 1);
	assert_int_equal(given_up->pins, 0);
	assert_true(given_up->is_claimed); /* its work has run all the same */
}

/* The same where a join is taken back: that change may be another flush's. */
static void the_right_one_is_parted_from(void **state)
{
	struct change *given_up = add(ADDRESS_REMOVE, "10.9.0.2", UP0, &networkd, 1);
	struct change *kept = add(ADDRESS_REMOVE, "10.9.0.1", UP0, &networkd, 1);
	struct flush full = flush_at(2, "10.9.0.1"), wrong = flush_at(2, "10.9.0.2");
	struct flush again = flush_at(3, "10.9.0.2"), second = flush_at(3, "10.9.0.1");

	(void)state;
	changes_join(changes, &full);
	changes_join(changes, &wrong);
	changes_part(changes, &wrong);
	assert_null(wrong.by);
	assert_int_equal(wrong.join, JOIN_NONE);
	assert_int_equal(kept->pins, 1);
	assert_int_equal(given_up->pins, 0);
	changes_join(changes, &second);
	assert_null(second.by); /* claimed */
	changes_join(changes, &again);
	assert_ptr_equal(again.by, given_up);
}

#define story(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		story(joins_and_claims),
		story(joins_nothing),
		story(links),
		story(by_tuple),
		story(dropped_work_is_no_rival),
		story(oldest_is_forgotten_first_the_claimed_never),
		story(full_of_claimed_ones),
		story(joined_by_recorded_id),
		story(unpinned_ones_are_forgotten),
		story(the_right_one_is_unpinned),
		story(the_right_one_is_parted_from),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
