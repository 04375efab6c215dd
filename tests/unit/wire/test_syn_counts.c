// SPDX-License-Identifier: GPL-2.0-only
/* What was counted of a SYN storm: each of them is told once, whatever the looks. */
#include "cast/make.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "bpf/event.h"
#include "wire/syn_counts.h"

#define OFFSET_NS (WALL_BASE_NS - MONO_BASE_NS)
#define T(ms) (MONO_BASE_NS + MS(ms))

static struct syn_counts counts;
static struct observation seen;

static int clean(void **state)
{
	(void)state;
	syn_counts_release(&counts);
	return 0;
}

static void look_at(uint32_t netns, uint8_t family, uint16_t port, uint64_t count,
		    uint64_t first_ns, uint64_t last_ns)
{
	struct event_syn_key key = { .netns = netns, .family = family, .port = htons(port) };
	struct event_syn_count value = { .count = count, .first_ns = first_ns, .last_ns = last_ns };

	assert_int_equal(syn_counts_take(&counts, &key, &value, false), 0);
}

static void look_at_others(uint32_t netns, uint64_t count)
{
	struct event_syn_key key = { .netns = netns, .family = AF_INET };
	struct event_syn_count value = { .count = count, .first_ns = T(0), .last_ns = T(9) };

	assert_int_equal(syn_counts_take(&counts, &key, &value, true), 0);
}

static bool tell(void)
{
	return syn_counts_tell(&counts, OFFSET_NS, &seen);
}

static void assert_port(size_t i, uint16_t port, uint64_t count)
{
	assert_true(i < seen.counted.ports_count);
	assert_int_equal(seen.counted.ports[i].port, port);
	assert_int_equal(seen.counted.ports[i].count, count);
}

static void nothing_is_told_of_nothing(void **state)
{
	(void)state;
	assert_true(syn_counts_is_empty(&counts));
	assert_false(tell());
	look_at(NODE_NETNS, AF_INET, 22, 0, 0, 0); /* put in, and not counted up yet */
	assert_true(syn_counts_is_empty(&counts));
	assert_false(tell());
}

static void most_comes_first(void **state)
{
	(void)state;
	look_at(NODE_NETNS, AF_INET, 80, 7, T(3), T(8));
	look_at(NODE_NETNS, AF_INET, 23, 9, T(2), T(5));
	look_at(NODE_NETNS, AF_INET, 22, 7, T(4), T(9));
	assert_true(tell());
	assert_int_equal(seen.type, OBSERVATION_RESETS);
	assert_int_equal(seen.netns.inum, NODE_NETNS);
	assert_int_equal(seen.counted.family, AF_INET);
	assert_int_equal(seen.counted.count, 23);
	assert_int_equal(seen.counted.first_wall_ns, WALL_BASE_NS + MS(2));
	assert_int_equal(seen.counted.last_wall_ns, WALL_BASE_NS + MS(9));
	assert_int_equal(seen.counted.ports_count, 3);
	assert_port(0, 23, 9);
	assert_port(1, 22, 7);
	assert_port(2, 80, 7);
	assert_false(tell());
}

/* The maps go on counting: what is told is what was added. */
static void only_what_was_added(void **state)
{
	(void)state;
	look_at(NODE_NETNS, AF_INET, 22, 100, T(0), T(900));
	look_at(NODE_NETNS, AF_INET, 80, 5, T(0), T(1));
	assert_true(tell());
	assert_int_equal(seen.counted.count, 105);
	syn_counts_begin(&counts, 0);
	look_at(NODE_NETNS, AF_INET, 22, 130, T(1000), T(1900));
	look_at(NODE_NETNS, AF_INET, 80, 5, T(0), T(1));
	assert_true(tell());
	assert_int_equal(seen.counted.count, 30);
	assert_int_equal(seen.counted.ports_count, 1);
	assert_port(0, 22, 30);
	assert_int_equal(seen.counted.first_wall_ns, WALL_BASE_NS + SECONDS(1));
	assert_false(tell());
}

/* A look that was not told costs nothing: the next one finds it again. */
static void looked_at_twice(void **state)
{
	(void)state;
	look_at(NODE_NETNS, AF_INET, 22, 100, T(0), T(900));
	syn_counts_begin(&counts, 0);
	assert_true(syn_counts_is_empty(&counts));
	look_at(NODE_NETNS, AF_INET, 22, 101, T(0), T(950));
	assert_true(tell());
	assert_int_equal(seen.counted.count, 101);
	assert_false(tell());
}

/* On another CPU a round may begin late: none is told to be older than what was told. */
static void first_is_after_what_was_told(void **state)
{
	(void)state;
	look_at(NODE_NETNS, AF_INET, 22, 1, T(0), T(900));
	assert_true(tell());
	syn_counts_begin(&counts, 0);
	look_at(NODE_NETNS, AF_INET, 22, 2, T(0), T(950));
	assert_true(tell());
	assert_int_equal(seen.counted.first_wall_ns, WALL_BASE_NS + MS(900));
	assert_int_equal(seen.counted.last_wall_ns, WALL_BASE_NS + MS(950));
	/* Nor does it end before it begins. */
	syn_counts_begin(&counts, 0);
	look_at(NODE_NETNS, AF_INET, 22, 3, T(0), T(940));
	assert_true(tell());
	assert_int_equal(seen.counted.first_wall_ns, WALL_BASE_NS + MS(950));
	assert_int_equal(seen.counted.last_wall_ns, WALL_BASE_NS + MS(950));
}

static void namespaces_and_families_apart(void **state)
{
	(void)state;
	look_at(OTHER_NETNS, AF_INET, 22, 3, T(0), T(1));
	look_at(NODE_NETNS, AF_INET6, 22, 2, T(0), T(1));
	look_at(NODE_NETNS, AF_INET, 22, 1, T(0), T(1));
	look_at_others(OTHER_NETNS, 40);
	assert_true(tell());
	assert_int_equal(seen.netns.inum, NODE_NETNS);
	assert_int_equal(seen.counted.family, AF_INET);
	assert_int_equal(seen.counted.count, 1);
	assert_true(tell());
	assert_int_equal(seen.counted.family, AF_INET6);
	assert_int_equal(seen.counted.count, 2);
	assert_true(tell());
	assert_int_equal(seen.netns.inum, OTHER_NETNS);
	assert_int_equal(seen.counted.count, 43);
	assert_int_equal(seen.counted.ports_count, 1);
	assert_port(0, 22, 3);
	assert_false(tell());
}

/* Port 0 can be tried as well, and is not the others. */
static void port_0_is_a_port(void **state)
{
	(void)state;
	look_at(NODE_NETNS, AF_INET, 0, 3, T(0), T(1));
	look_at_others(NODE_NETNS, 4);
	assert_true(tell());
	assert_int_equal(seen.counted.count, 7);
	assert_int_equal(seen.counted.ports_count, 1);
	assert_port(0, 0, 3);
}

static void full_maps(void **state)
{
	uint64_t total = 0;

	(void)state;
	for (unsigned int round = 1; round <= 3; round++) {
		syn_counts_begin(&counts, 0);
		for (unsigned int i = 0; i < EVENT_SYN_PORTS_MAX; i++)
			look_at(NODE_NETNS + i / 4096, AF_INET, (uint16_t)(i * 7), round * (i + 1),
				T(round), T(round));
		for (unsigned int i = 0; i < EVENT_SYN_OTHERS_MAX; i++)
			look_at_others(NODE_NETNS + i, round);
		while (tell())
			total += seen.counted.count;
	}
	assert_int_equal(total, 3 * (EVENT_SYN_PORTS_MAX * (EVENT_SYN_PORTS_MAX + 1ULL) / 2 +
				     EVENT_SYN_OTHERS_MAX));
}

/* ---- making room ---- */

static void look_at_generation(uint8_t generation, uint16_t port, uint64_t count)
{
	struct event_syn_key key = { .netns = NODE_NETNS,
				     .family = AF_INET,
				     .port = htons(port),
				     .generation = generation };
	struct event_syn_count value = { .count = count, .first_ns = T(0), .last_ns = T(1) };

	assert_int_equal(syn_counts_take(&counts, &key, &value, false), 0);
}

/* While one generation follows the other a port may be in both: each is told, apart. */
static void generations_apart(void **state)
{
	struct event_syn_key keys[EVENT_SYN_PORTS_MAX];

	(void)state;
	syn_counts_begin(&counts, 1);
	look_at_generation(0, 22, 5);
	look_at_generation(1, 22, 3);
	look_at_generation(0, 23, 1);
	look_at_others(NODE_NETNS, 7);
	assert_true(tell());
	assert_int_equal(seen.counted.count, 6);
	assert_int_equal(seen.counted.ports_count, 2);
	assert_true(tell());
	assert_int_equal(seen.counted.count, 10);
	assert_int_equal(seen.counted.ports_count, 1);
	assert_false(tell());
	assert_int_equal(syn_counts_past(&counts, keys), 2);
	assert_int_equal(keys[0].generation, 0);
	assert_int_equal(keys[1].generation, 0);
}

/* What was taken out counts from 0 when it comes back; what was not goes on. */
static void what_is_gone_begins_anew(void **state)
{
	struct event_syn_key keys[EVENT_SYN_PORTS_MAX];

	(void)state;
	look_at_generation(0, 22, 5);
	look_at_generation(0, 23, 4);
	look_at_others(NODE_NETNS, 7);
	assert_true(tell());
	syn_counts_begin(&counts, 1);
	look_at_generation(1, 80, 3);
	assert_true(tell());
	assert_int_equal(syn_counts_past(&counts, keys), 2);
	syn_counts_drop(&counts, keys, 1);
	assert_int_equal(syn_counts_past(&counts, keys + 2), 1);
	syn_counts_begin(&counts, 0); /* a long time after */
	look_at_generation(0, ntohs(keys[0].port), 2);
	look_at_generation(0, ntohs(keys[2].port), 6);
	look_at_generation(1, 80, 3);
	look_at_others(NODE_NETNS, 7);
	assert_true(tell());
	assert_int_equal(seen.counted.count, 2 + 6 - (ntohs(keys[2].port) == 22 ? 5 : 4));
	assert_false(tell());
}

static void a_scan_without_end(void **state)
{
	static struct event_syn_key keys[EVENT_SYN_PORTS_MAX];
	uint64_t total = 0;

	(void)state;
	for (unsigned int round = 0; round < 300; round++) {
		syn_counts_begin(&counts, (uint8_t)(round + 1));
		for (uint16_t i = 0; i < 3000; i++)
			look_at_generation((uint8_t)round, i, 1 + i % 3);
		while (tell())
			total += seen.counted.count;
		assert_int_equal(syn_counts_past(&counts, keys), 3000);
		syn_counts_drop(&counts, keys, 3000);
	}
	assert_int_equal(total, 300 * 3000 * 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(nothing_is_told_of_nothing, clean),
		cmocka_unit_test_teardown(most_comes_first, clean),
		cmocka_unit_test_teardown(only_what_was_added, clean),
		cmocka_unit_test_teardown(looked_at_twice, clean),
		cmocka_unit_test_teardown(first_is_after_what_was_told, clean),
		cmocka_unit_test_teardown(namespaces_and_families_apart, clean),
		cmocka_unit_test_teardown(port_0_is_a_port, clean),
		cmocka_unit_test_teardown(full_maps, clean),
		cmocka_unit_test_teardown(generations_apart, clean),
		cmocka_unit_test_teardown(what_is_gone_begins_anew, clean),
		cmocka_unit_test_teardown(a_scan_without_end, clean),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
