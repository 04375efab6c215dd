// SPDX-License-Identifier: GPL-2.0-only
/* Another rstblame's canary is no news of the node, and nobody else passes for one. */
#include "cast/make.h"

#include <string.h>

#include "base/nsec.h"
#include "kernel/canaries.h"

enum { THEIRS = 4026532999, ELSEWHERE = 4026531840 };

static struct canaries canaries;

static const struct actor twin = { .pid = 7, .has_uid = true, .exe = "/usr/bin/rstblame" };

static int set_up(void **state)
{
	(void)state;
	canaries = (struct canaries){ .exe = "/usr/bin/rstblame" };
	return 0;
}

static bool takes_link(uint32_t netns, const struct actor *actor, uint64_t mono_ns)
{
	struct observation seen = make_link(LINK_UP, 1, actor);

	seen.netns.inum = netns;
	seen.mono_ns = mono_ns;
	return canaries_take(&canaries, &seen);
}

static bool takes_reset(uint32_t netns, uint64_t mono_ns)
{
	struct observation seen = { .type = OBSERVATION_RESET, .mono_ns = mono_ns };

	seen.netns.inum = netns;
	return canaries_take(&canaries, &seen);
}

static void what_it_does_is_its_own(void **state)
{
	(void)state;
	assert_false(takes_reset(THEIRS, NSEC_PER_SEC));
	assert_true(takes_link(THEIRS, &twin, NSEC_PER_SEC));
	assert_true(takes_reset(THEIRS, NSEC_PER_SEC + NSEC_PER_MSEC));
	assert_false(takes_reset(ELSEWHERE, NSEC_PER_SEC + NSEC_PER_MSEC));
}

/* The namespace's number may be another's by then. */
static void it_is_over_after_a_moment(void **state)
{
	(void)state;
	assert_true(takes_link(THEIRS, &twin, NSEC_PER_SEC));
	assert_false(takes_reset(THEIRS, 4 * NSEC_PER_SEC));
}

static void nobody_else_passes_for_it(void **state)
{
	struct actor user = twin, other = twin, unknown = twin;

	(void)state;
	user.uid = 1000;
	strcpy(other.exe, "/usr/bin/ip");
	unknown.has_uid = false;
	assert_false(takes_link(THEIRS, &user, NSEC_PER_SEC));
	assert_false(takes_link(THEIRS, &other, NSEC_PER_SEC));
	assert_false(takes_link(THEIRS, &unknown, NSEC_PER_SEC));
	assert_false(takes_reset(THEIRS, NSEC_PER_SEC));
}

static void more_than_it_can_hold_push_out_the_oldest(void **state)
{
	(void)state;
	for (uint32_t i = 0; i <= CANARIES_MAX; i++)
		assert_true(takes_link(THEIRS + i, &twin, NSEC_PER_SEC + i));
	assert_false(takes_reset(THEIRS, NSEC_PER_SEC + 100));
	assert_true(takes_reset(THEIRS + CANARIES_MAX, NSEC_PER_SEC + 100));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(what_it_does_is_its_own, set_up),
		cmocka_unit_test_setup(it_is_over_after_a_moment, set_up),
		cmocka_unit_test_setup(nobody_else_passes_for_it, set_up),
		cmocka_unit_test_setup(more_than_it_can_hold_push_out_the_oldest, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
