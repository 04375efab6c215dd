// SPDX-License-Identifier: GPL-2.0-only
/* When the counts of a storm are looked at, and how their maps keep room: the maps are played
 * by the test, each with one namespace's ports. */
#include "cast/make.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "bpf/event.h"
#include "wire/syn_storm.h"

enum { ROOM_BEGINS = EVENT_SYN_PORTS_MAX / 4 };

static struct syn_storm storm;
static struct event_syn_key keys[EVENT_SYN_PORTS_MAX];
static struct event_syn_count values[EVENT_SYN_PORTS_MAX];
static size_t ports, others;
static size_t looks, rounds, removes_at_most;
static uint8_t generation;
static bool can_retire;
static int read_err;
static uint64_t told, told_at_ns; /* of all reports, and of the last */
static size_t reports;
static int take_err;
static size_t takes;
static bool counts_meanwhile; /* one more, as the next generation begins */

static int read_maps(void *ctx, bool is_other, struct event_syn_key *k, struct event_syn_count *v)
{
	(void)ctx;
	looks += !is_other;
	if (read_err)
		return read_err;
	if (is_other) {
		k[0] = (struct event_syn_key){ .netns = NODE_NETNS, .family = AF_INET };
		v[0] = (struct event_syn_count){ .count = others, .first_ns = 1, .last_ns = 2 };
		return others > 0;
	}
	memcpy(k, keys, ports * sizeof(*k));
	memcpy(v, values, ports * sizeof(*v));
	return (int)ports;
}

static void end_round(void *ctx)
{
	(void)ctx;
	rounds++;
}

static uint8_t get_generation(void *ctx)
{
	(void)ctx;
	return generation;
}

static size_t remove_ports(void *ctx, const struct event_syn_key *gone, size_t count)
{
	size_t removed = count < removes_at_most ? count : removes_at_most;

	(void)ctx;
	for (size_t i = 0; i < removed; i++)
		for (size_t j = 0; j < ports; j++)
			if (!memcmp(&keys[j], &gone[i], sizeof(keys[j]))) {
				keys[j] = keys[--ports];
				values[j] = values[ports];
				break;
			}
	return removed;
}

static int take(void *ctx, const struct observation *seen)
{
	(void)ctx;
	takes++;
	if (take_err)
		return take_err;
	assert_int_equal(seen->type, OBSERVATION_RESETS);
	told += seen->counted.count;
	told_at_ns = seen->mono_ns;
	assert_int_equal(seen->wall_ns, seen->mono_ns + SECONDS(7));
	reports++;
	return 0;
}

/* The probes count one more of that port, in the generation of now. */
static void count_syn(uint16_t port)
{
	struct event_syn_key key = { .netns = NODE_NETNS,
				     .family = AF_INET,
				     .port = htons(port),
				     .generation = generation };
	size_t at = 0;

	while (at < ports && memcmp(&keys[at], &key, sizeof(key)))
		at++;
	assert_true(at < EVENT_SYN_PORTS_MAX);
	if (at == ports) {
		keys[ports++] = key;
		values[at] = (struct event_syn_count){ .first_ns = 1 };
	}
	values[at].count++;
	values[at].last_ns = 2;
}

static bool next_generation(void *ctx)
{
	(void)ctx;
	generation++;
	if (counts_meanwhile)
		count_syn(443);
	return can_retire;
}

static int report(void)
{
	return syn_storm_report(&storm, SECONDS(7), take, NULL);
}

/* As the session does whenever it drains. A look takes 3 ms. */
static void drain(uint64_t now_ns)
{
	assert_int_equal(report(), 0);
	if (!syn_storm_is_due(&storm, now_ns))
		return;
	syn_storm_look(&storm);
	syn_storm_end_look(&storm, now_ns + MS(3));
}

static int begin(void **state)
{
	(void)state;
	memset(&storm, 0, sizeof(storm));
	storm.maps = (struct syn_maps){ .read = read_maps,
					.end_round = end_round,
					.generation = get_generation,
					.next_generation = next_generation,
					.remove = remove_ports };
	ports = others = looks = rounds = reports = takes = 0;
	counts_meanwhile = false;
	removes_at_most = SIZE_MAX;
	generation = 0;
	can_retire = true;
	read_err = take_err = 0;
	told = told_at_ns = 0;
	return 0;
}

static int end(void **state)
{
	(void)state;
	syn_storm_release(&storm);
	return 0;
}

static void nobody_looks_where_nothing_is_counted(void **state)
{
	(void)state;
	count_syn(22);
	assert_int_equal(syn_storm_due_ns(&storm), 0);
	assert_false(syn_storm_is_due(&storm, HOURS(1)));
}

/* The last sample of a second: what follows it is counted until the second is over, at most,
 * so one look then finds all, and one more that there is nothing new. */
static void a_second_of_a_storm(void **state)
{
	(void)state;
	syn_storm_expect(&storm, SECONDS(10));
	syn_storm_expect(&storm, SECONDS(10) + MS(1)); /* another CPU's */
	for (int i = 0; i < 100; i++)
		count_syn(22);
	assert_int_equal(syn_storm_due_ns(&storm), SECONDS(11));
	drain(SECONDS(11) - 1);
	assert_int_equal(looks, 0);
	drain(SECONDS(11));
	assert_int_equal(looks, 1);
	assert_int_equal(rounds, 1);
	/* To be reported at its place: when the look was over. */
	assert_int_equal(syn_storm_due_ns(&storm), SECONDS(11) + MS(3));
	assert_int_equal(told, 0);
	drain(SECONDS(11) + MS(20));
	assert_int_equal(told, 100);
	assert_int_equal(told_at_ns, SECONDS(11) + MS(3));
	assert_int_equal(looks, 1); /* not more than one a second */
	assert_int_equal(syn_storm_due_ns(&storm), SECONDS(12) + MS(3));
	drain(SECONDS(12) + MS(3));
	drain(SECONDS(12) + MS(20));
	assert_int_equal(looks, 2);
	assert_int_equal(syn_storm_due_ns(&storm), 0);
	assert_int_equal(told, 100);
	assert_int_equal(reports, 1);
}

/* A look that finds nothing, when more may still be counted, is not the last. */
static void late_ones_of_another_cpu(void **state)
{
	(void)state;
	syn_storm_expect(&storm, SECONDS(10));
	syn_storm_expect(&storm, SECONDS(11) - MS(100));
	drain(SECONDS(11));
	drain(SECONDS(11) + MS(20));
	assert_int_equal(looks, 1);
	assert_int_equal(syn_storm_due_ns(&storm), SECONDS(12) + MS(3));
	count_syn(22);
	drain(SECONDS(12) + MS(3));
	drain(SECONDS(12) + MS(20));
	assert_int_equal(told, 1);
	drain(SECONDS(14));
	drain(SECONDS(14) + MS(20));
	assert_int_equal(syn_storm_due_ns(&storm), 0);
	assert_int_equal(told, 1);
}

/* While what was looked at waits for its turn there is no other look. */
static void one_look_at_a_time(void **state)
{
	(void)state;
	syn_storm_expect(&storm, SECONDS(10));
	count_syn(22);
	drain(SECONDS(11));
	assert_false(syn_storm_is_due(&storm, SECONDS(20)));
	assert_int_equal(report(), 0);
	assert_true(syn_storm_is_due(&storm, SECONDS(20)));
}

/* The end of the window: once more, whatever is due or not, and never again. */
static void the_end_of_the_window(void **state)
{
	(void)state;
	syn_storm_expect(&storm, SECONDS(10));
	count_syn(22);
	count_syn(80);
	others = 5;
	assert_int_equal(syn_storm_look_last(&storm), 0);
	syn_storm_end_look(&storm, SECONDS(10) + MS(300));
	assert_int_equal(syn_storm_due_ns(&storm), SECONDS(10) + MS(300));
	assert_int_equal(report(), 0);
	assert_int_equal(told, 7);
	assert_int_equal(told_at_ns, SECONDS(10) + MS(300));
	/* A sample of before that comes late: what it expects is not the window's. */
	syn_storm_expect(&storm, SECONDS(10) + MS(100));
	count_syn(22);
	assert_int_equal(syn_storm_due_ns(&storm), 0);
	assert_false(syn_storm_is_due(&storm, HOURS(1)));
}

static void what_cannot_be_read_is_said_and_found_again(void **state)
{
	(void)state;
	syn_storm_expect(&storm, SECONDS(10));
	syn_storm_expect(&storm, SECONDS(12));
	count_syn(22);
	read_err = -EFAULT;
	drain(SECONDS(11));
	drain(SECONDS(11) + MS(20));
	assert_int_equal(told, 0);
	read_err = 0;
	drain(SECONDS(12) + MS(20));
	drain(SECONDS(12) + MS(40));
	assert_int_equal(told, 1);
	read_err = -EFAULT;
	assert_int_equal(syn_storm_look_last(&storm), -EFAULT);
}

/* A scan of all ports: before the map is full the others' keys are of another generation, and
 * the past one's go as soon as they are reported. Each is told once. */
static void a_scan_makes_room(void **state)
{
	(void)state;
	syn_storm_expect(&storm, SECONDS(10));
	for (uint16_t i = 0; i < ROOM_BEGINS; i++)
		count_syn(i);
	drain(SECONDS(11));
	assert_int_equal(generation, 1);
	assert_int_equal(looks, 2); /* once more, for the last of them */
	count_syn(0);               /* of the next generation */
	assert_int_equal(ports, ROOM_BEGINS + 1);
	drain(SECONDS(11) + MS(20));
	assert_int_equal(told, ROOM_BEGINS);
	assert_int_equal(ports, 1);
	drain(SECONDS(13));
	drain(SECONDS(13) + MS(20));
	assert_int_equal(told, ROOM_BEGINS + 1);
	assert_int_equal(generation, 1); /* there is room enough */
	assert_int_equal(ports, 1);
	/* After 256 generations that key is counted from 0 again. */
	generation = 0;
	count_syn(7);
	count_syn(7);
	assert_int_equal(syn_storm_look_last(&storm), 0);
	assert_int_equal(report(), 0);
	assert_int_equal(told, ROOM_BEGINS + 3);
}

static void less_than_a_quarter_makes_no_room(void **state)
{
	(void)state;
	syn_storm_expect(&storm, SECONDS(10));
	for (uint16_t i = 0; i < ROOM_BEGINS - 1; i++)
		count_syn(i);
	drain(SECONDS(11));
	assert_int_equal(generation, 0);
	assert_int_equal(looks, 1);
	drain(SECONDS(11) + MS(20));
	assert_int_equal(ports, ROOM_BEGINS - 1);
}

static void count_a_quarter(void)
{
	for (uint16_t i = 0; i < ROOM_BEGINS; i++)
		count_syn(i);
}

/* The present generation's are left to the next look: they were not all seen. */
static void the_second_look_is_of_the_past_ones(void **state)
{
	(void)state;
	syn_storm_expect(&storm, SECONDS(10));
	count_a_quarter();
	counts_meanwhile = true;
	drain(SECONDS(11));
	drain(SECONDS(11) + MS(20));
	assert_int_equal(told, ROOM_BEGINS);
	assert_int_equal(ports, 1);
	drain(SECONDS(12) + MS(20));
	drain(SECONDS(12) + MS(40));
	assert_int_equal(told, ROOM_BEGINS + 1);
}

/* Whoever may still hold a key keeps it in the map: nothing is taken out, and nothing is told
 * twice or left out for that. */
static void where_nothing_can_be_taken_out(void **state)
{
	(void)state;
	can_retire = false;
	syn_storm_expect(&storm, SECONDS(10));
	count_a_quarter();
	counts_meanwhile = true;
	drain(SECONDS(11));
	drain(SECONDS(11) + MS(20));
	assert_int_equal(told, ROOM_BEGINS + 1); /* none is left to the next look */
	assert_int_equal(ports, ROOM_BEGINS + 1);
	count_a_quarter();
	drain(SECONDS(13));
	drain(SECONDS(13) + MS(20));
	assert_int_equal(generation, 1); /* not tried again */
	assert_int_equal(told, 2 * ROOM_BEGINS + 1);
}

static void where_not_all_can_be_taken_out(void **state)
{
	(void)state;
	removes_at_most = 10;
	syn_storm_expect(&storm, SECONDS(10));
	count_a_quarter();
	drain(SECONDS(11));
	drain(SECONDS(11) + MS(20));
	assert_int_equal(ports, ROOM_BEGINS - 10);
	count_a_quarter();
	drain(SECONDS(13));
	assert_int_equal(generation, 1);
	drain(SECONDS(13) + MS(20));
	assert_int_equal(told, 2 * ROOM_BEGINS);
	assert_int_equal(ports, 2 * ROOM_BEGINS - 10); /* not tried again */
}

/* Who takes stops: nothing is taken out that was not told. */
static void stopped_by_who_takes(void **state)
{
	(void)state;
	syn_storm_expect(&storm, SECONDS(10));
	count_a_quarter();
	others = 5; /* are told with the next generation */
	drain(SECONDS(11));
	take_err = -ECANCELED;
	assert_int_equal(report(), -ECANCELED);
	assert_int_equal(takes, 1);
	assert_int_equal(ports, ROOM_BEGINS);
}

#define story(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		story(nobody_looks_where_nothing_is_counted),
		story(a_second_of_a_storm),
		story(late_ones_of_another_cpu),
		story(one_look_at_a_time),
		story(the_end_of_the_window),
		story(what_cannot_be_read_is_said_and_found_again),
		story(a_scan_makes_room),
		story(less_than_a_quarter_makes_no_room),
		story(the_second_look_is_of_the_past_ones),
		story(where_nothing_can_be_taken_out),
		story(where_not_all_can_be_taken_out),
		story(stopped_by_who_takes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
