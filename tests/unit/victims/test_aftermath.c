// SPDX-License-Identifier: GPL-2.0-only
#include "cast/make.h"

#include <poll.h>
#include <string.h>

#include "base/clock.h"
#include "victims/aftermath.h"

/* Sweeps that were told of. */
static unsigned int sweeps;
static unsigned int resets;
static struct victim first_victim; /* of the first reset */
static struct watch watch;

static int take(void *ctx, const struct observation *seen)
{
	(void)ctx;
	if (seen->type == OBSERVATION_SOCKETS && !seen->sockets.is_again)
		sweeps++;
	if (seen->type == OBSERVATION_RESET && !resets++)
		first_victim = seen->reset.victim;
	return blame_observe(watch.blame, seen);
}

/* Turns until `wanted` sweeps were told, by the inspector's own signal. */
static void turn_until(struct aftermath *a, unsigned int wanted)
{
	struct pollfd found = { .fd = aftermath_fd(a), .events = POLLIN };
	uint64_t give_up_ns = clock_mono_ns() + SECONDS(10);

	while (sweeps < wanted && clock_mono_ns() < give_up_ns) {
		assert_int_equal(aftermath_turn(a, clock_mono_ns()), 0);
		poll(&found, 1, 20);
	}
	assert_int_equal(sweeps, wanted);
}

static struct observation removed(uint16_t port, uint64_t mono_ns)
{
	struct flow flow = masqueraded(port);
	struct observation seen = make_removal(7, CAUSE_ADDRESS_REMOVED, &flow);

	seen.netns.inum = 1;
	seen.mono_ns = mono_ns;
	return seen;
}

/* The rings are drained up to a time, and what of a flush was drained later is not in
 * the sweep that had begun by then, however old its time stamp (seen on a slow 7.3:
 * one of five flows was found at risk). */
static void a_removal_handed_on_late(void **state)
{
	uint64_t start_ns = clock_mono_ns();
	struct observation first = removed(1001, start_ns), late = removed(1002, start_ns + 1);
	struct aftermath *a;

	(void)state;
	watch_begin(&watch);
	sweeps = 0;
	a = aftermath_new(watch.blame, take, NULL);
	assert_non_null(a);
	assert_int_equal(aftermath_take(a, &first), 0);
	turn_until(a, 1);
	assert_int_equal(aftermath_take(a, &late), 0);
	assert_int_not_equal(aftermath_due_ns(a), 0);
	turn_until(a, 2);
	/* And then there is peace. */
	assert_int_equal(aftermath_turn(a, clock_mono_ns()), 0);
	assert_int_equal(aftermath_due_ns(a), 0);
	aftermath_free(a);
	watch_end(&watch);
}

static struct observation reset_of(const struct flow *flow, uint64_t mono_ns)
{
	struct observation seen = make_reset(flow, &flow->reply);

	seen.netns.inum = 1;
	seen.mono_ns = mono_ns;
	return seen;
}

static void observe_risk(const struct flow *flow, uint64_t looked_ns)
{
	struct observation seen = {
		.type = OBSERVATION_AT_RISK,
		.netns.inum = 1,
		.mono_ns = looked_ns,
		.risk = { .flow = *flow,
			  .looked_ns = looked_ns,
			  .victim = { .process = { .pid = 201, .comm = "redis-cli" },
				      .socket_state = SOCKET_ESTABLISHED } },
	};

	blame_observe(watch.blame, &seen);
}

/* More resets than can wait: the line moves on before anybody looked. The first was of a
 * flow at risk, whose socket was seen before (seen on a slow 7.2, where nobody looked in
 * time: at risk was redis-cli, the victim unknown); of the next nothing is known. */
static void a_victim_that_was_at_risk(void **state)
{
	uint64_t start_ns = clock_mono_ns() - SECONDS(1);
	struct flow at_risk = masqueraded(1001), unseen = masqueraded(1002);
	struct observation seen = removed(1001, start_ns);
	struct aftermath *a;

	(void)state;
	watch_begin(&watch);
	resets = 0;
	a = aftermath_new(watch.blame, take, NULL);
	assert_non_null(a);
	blame_observe(watch.blame, &seen);
	seen = removed(1002, start_ns);
	blame_observe(watch.blame, &seen);
	observe_risk(&at_risk, start_ns + MS(10));
	seen = reset_of(&at_risk, start_ns + MS(510));
	assert_int_equal(aftermath_take(a, &seen), 0);
	seen = reset_of(&unseen, start_ns + MS(511));
	while (resets < 2)
		assert_int_equal(aftermath_take(a, &seen), 0);
	assert_string_equal(first_victim.process.comm, "redis-cli");
	assert_int_equal(first_victim.socket_state, SOCKET_ESTABLISHED);
	assert_int_equal(first_victim.looked_ago_ns, MS(500));
	assert_int_equal(aftermath_unlooked(a), 1); /* the second */
	aftermath_free(a);
	watch_end(&watch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_removal_handed_on_late),
		cmocka_unit_test(a_victim_that_was_at_risk),
	};

	return cmocka_run_group_tests_name("aftermath", tests, NULL, NULL);
}
