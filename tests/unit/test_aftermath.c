// SPDX-License-Identifier: GPL-2.0-only
#include "make.h"

#include <poll.h>
#include <string.h>

#include "aftermath.h"
#include "clock.h"

/* Sweeps that were told of, and the rows that they were given. */
static unsigned int sweeps;
static struct watch watch;

static int take(void *ctx, const struct observation *seen)
{
	(void)ctx;
	if (seen->type == OBSERVATION_SOCKETS && !seen->sockets.is_again)
		sweeps++;
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_removal_handed_on_late),
	};

	return cmocka_run_group_tests_name("aftermath", tests, NULL, NULL);
}
