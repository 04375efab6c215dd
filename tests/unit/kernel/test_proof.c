// SPDX-License-Identifier: GPL-2.0-only
/* What --check concludes of a probe that attached: a canary that is played. */
#include "cast/make.h"

#include <string.h>
#include <sys/socket.h>

#include "kernel/proof.h"

enum { CANARY = 4026532999, ELSEWHERE = 4026531840 };

static const struct provoked everything = { .netns = CANARY,
					    .has_ipv6 = true,
					    .has_abort = true,
					    .has_conntrack = true,
					    .has_insert = true };
static struct probe_result results[EVENT_PROBES];

static void attach_all_probes(void)
{
	memset(results, 0, sizeof(results));
	for (size_t i = 0; i < EVENT_PROBES; i++)
		results[i].state = PROBE_ATTACHED;
}

static struct observation seen_in(uint32_t netns, enum observation_type type)
{
	return (struct observation){ .type = type, .netns = { .inum = netns } };
}

static void observe(const struct observation *seen)
{
	proof_observe(&everything, seen, results);
}

static void observe_type(uint32_t netns, enum observation_type type)
{
	struct observation seen = seen_in(netns, type);

	observe(&seen);
}

static void observe_reset(enum reset_kind kind, uint8_t family)
{
	struct observation seen = seen_in(CANARY, OBSERVATION_RESET);

	seen.reset.kind = kind;
	seen.reset.family = family;
	observe(&seen);
}

static void observe_address(uint8_t family)
{
	struct observation seen = seen_in(CANARY, OBSERVATION_ADDRESS);

	seen.change.family = family;
	observe(&seen);
}

static void observe_act(enum cause cause)
{
	struct observation seen = seen_in(CANARY, OBSERVATION_ACT_BEGIN);

	seen.act.cause = cause;
	observe(&seen);
}

/* Each event of the canary, but the removal. */
static void observe_all_but_the_removal(void)
{
	observe_reset(RESET_ABORT, AF_INET);
	observe_reset(RESET_RECEIVED, AF_INET);
	observe_reset(RESET_ANSWER, AF_INET);
	observe_reset(RESET_ANSWER, AF_INET6);
	observe_address(AF_INET);
	observe_address(AF_INET6);
	observe_type(CANARY, OBSERVATION_LINK);
	observe_type(CANARY, OBSERVATION_ENTRY);
	observe_act(CAUSE_USER_FLUSH);
}

static void assert_states(enum probe_state provoked, enum event_probe except,
			  enum probe_state exception)
{
	static const bool is_provoked[EVENT_PROBES] = {
		[EVENT_PROBE_RESET_V4] = true,   [EVENT_PROBE_RESET_V6] = true,
		[EVENT_PROBE_REMOVAL] = true,    [EVENT_PROBE_INSERT] = true,
		[EVENT_PROBE_ITERATION] = true,  [EVENT_PROBE_ADDRESS_V4] = true,
		[EVENT_PROBE_ADDRESS_V6] = true, [EVENT_PROBE_LINK] = true,
		[EVENT_PROBE_ABORT] = true,      [EVENT_PROBE_RECEIVE] = true,
		[EVENT_PROBE_REQUEST] = true,
	};

	for (enum event_probe i = 0; i < EVENT_PROBES; i++) {
		enum probe_state wanted = is_provoked[i] ? provoked : PROBE_ATTACHED;

		if (i == except)
			wanted = exception;
		if (results[i].state != wanted)
			fail_msg("%s is '%s', not '%s'", probe_word(i),
				 probe_state_name(results[i].state), probe_state_name(wanted));
	}
}

static void what_was_seen_is_proven(void **state)
{
	(void)state;
	attach_all_probes();
	observe_all_but_the_removal();
	observe_type(CANARY, OBSERVATION_REMOVAL);
	proof_end(&everything, results);
	assert_states(PROBE_PROVEN, EVENT_PROBES, PROBE_PROVEN);
}

/* What the canary shows where removals are not seen: no walk is announced without one, and
 * no entry takes a removed one's place. */
static void observe_as_if_blind_to_removals(void)
{
	observe_reset(RESET_ABORT, AF_INET);
	observe_reset(RESET_RECEIVED, AF_INET);
	observe_reset(RESET_ANSWER, AF_INET);
	observe_reset(RESET_ANSWER, AF_INET6);
	observe_address(AF_INET);
	observe_address(AF_INET6);
	observe_type(CANARY, OBSERVATION_LINK);
}

/* nf_ct_delete() probed whole where the compiler split it: this one is blind, and nothing
 * is said of those that only a removal shows. */
static void attached_and_never_fired(void **state)
{
	(void)state;
	attach_all_probes();
	observe_as_if_blind_to_removals();
	proof_end(&everything, results);
	assert_int_equal(results[EVENT_PROBE_ITERATION].state, PROBE_ATTACHED);
	assert_int_equal(results[EVENT_PROBE_INSERT].state, PROBE_ATTACHED);
	assert_int_equal(results[EVENT_PROBE_REQUEST].state, PROBE_ATTACHED);
	results[EVENT_PROBE_ITERATION].state = results[EVENT_PROBE_INSERT].state = PROBE_PROVEN;
	results[EVENT_PROBE_REQUEST].state = PROBE_PROVEN;
	assert_states(PROBE_PROVEN, EVENT_PROBE_REMOVAL, PROBE_BLIND);
	assert_string_equal(results[EVENT_PROBE_REMOVAL].why,
			    "its event was provoked, but the probe did not fire");
}

/* Another namespace's flush at the same time proves nothing. */
static void others_events_prove_nothing(void **state)
{
	(void)state;
	attach_all_probes();
	observe_all_but_the_removal();
	observe_type(ELSEWHERE, OBSERVATION_REMOVAL);
	proof_end(&everything, results);
	assert_states(PROBE_PROVEN, EVENT_PROBE_REMOVAL, PROBE_BLIND);
}

/* Where the removal alone is seen, it announces a deletion: the walk's probe is blind. */
static void a_deletion_is_no_walk(void **state)
{
	(void)state;
	attach_all_probes();
	observe_all_but_the_removal();
	results[EVENT_PROBE_ITERATION].state = PROBE_ATTACHED;
	observe_act(CAUSE_USER_DELETE);
	observe_type(CANARY, OBSERVATION_REMOVAL);
	proof_end(&everything, results);
	assert_states(PROBE_PROVEN, EVENT_PROBE_ITERATION, PROBE_BLIND);
}

/* No IPv6, no nf_conntrack_netlink: nothing is said of what could not be provoked. */
static void what_was_not_provoked_stays_open(void **state)
{
	struct provoked less = { .netns = CANARY };

	(void)state;
	attach_all_probes();
	proof_end(&less, results);
	assert_int_equal(results[EVENT_PROBE_REMOVAL].state, PROBE_ATTACHED);
	assert_int_equal(results[EVENT_PROBE_ITERATION].state, PROBE_ATTACHED);
	assert_int_equal(results[EVENT_PROBE_INSERT].state, PROBE_ATTACHED);
	assert_int_equal(results[EVENT_PROBE_RESET_V6].state, PROBE_ATTACHED);
	assert_int_equal(results[EVENT_PROBE_ABORT].state, PROBE_ATTACHED);
	assert_int_equal(results[EVENT_PROBE_RESET_V4].state, PROBE_BLIND);
	less.has_conntrack = true; /* flushed, but not put in again */
	results[EVENT_PROBE_REMOVAL].state = PROBE_PROVEN;
	proof_end(&less, results);
	assert_int_equal(results[EVENT_PROBE_ITERATION].state, PROBE_BLIND);
	assert_int_equal(results[EVENT_PROBE_INSERT].state, PROBE_ATTACHED);
}

/* A probe that is not there is neither. */
static void what_is_missing_stays_missing(void **state)
{
	(void)state;
	attach_all_probes();
	results[EVENT_PROBE_REMOVAL].state = PROBE_WAITS;
	results[EVENT_PROBE_LINK].state = PROBE_MISSING;
	observe_all_but_the_removal();
	observe_type(CANARY, OBSERVATION_REMOVAL);
	proof_end(&everything, results);
	assert_int_equal(results[EVENT_PROBE_REMOVAL].state, PROBE_WAITS);
	assert_int_equal(results[EVENT_PROBE_LINK].state, PROBE_MISSING);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_seen_is_proven),
		cmocka_unit_test(attached_and_never_fired),
		cmocka_unit_test(others_events_prove_nothing),
		cmocka_unit_test(a_deletion_is_no_walk),
		cmocka_unit_test(what_was_not_provoked_stays_open),
		cmocka_unit_test(what_is_missing_stays_missing),
	};

	return cmocka_run_group_tests_name("proof", tests, NULL, NULL);
}
