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
	proof_end(&everything, true, results);
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
	proof_end(&everything, true, results);
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
	proof_end(&everything, true, results);
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
	proof_end(&everything, true, results);
	assert_states(PROBE_PROVEN, EVENT_PROBE_ITERATION, PROBE_BLIND);
}

/* No IPv6, no nf_conntrack_netlink: nothing is said of what could not be provoked. */
static void what_was_not_provoked_stays_open(void **state)
{
	struct provoked less = { .netns = CANARY };

	(void)state;
	attach_all_probes();
	proof_end(&less, true, results);
	assert_int_equal(results[EVENT_PROBE_REMOVAL].state, PROBE_ATTACHED);
	assert_int_equal(results[EVENT_PROBE_ITERATION].state, PROBE_ATTACHED);
	assert_int_equal(results[EVENT_PROBE_INSERT].state, PROBE_ATTACHED);
	assert_int_equal(results[EVENT_PROBE_RESET_V6].state, PROBE_ATTACHED);
	assert_int_equal(results[EVENT_PROBE_ABORT].state, PROBE_ATTACHED);
	assert_int_equal(results[EVENT_PROBE_RESET_V4].state, PROBE_BLIND);
	less.has_conntrack = true; /* flushed, but not put in again */
	results[EVENT_PROBE_REMOVAL].state = PROBE_PROVEN;
	proof_end(&less, true, results);
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
	proof_end(&everything, true, results);
	assert_int_equal(results[EVENT_PROBE_REMOVAL].state, PROBE_WAITS);
	assert_int_equal(results[EVENT_PROBE_LINK].state, PROBE_MISSING);
}

/* What rules provoke: each is proven by its own event, and waits for it until then. */
static void rules_prove_theirs(void **state)
{
	static const struct provoked rules = { .netns = CANARY,
					       .has_conntrack = true,
					       .has_rules = true,
					       .has_entry = true,
					       .has_masquerade = true,
					       .has_reject = true,
					       .has_listener = true,
					       .insert_port = 1 };
	static const enum event_probe theirs[] = {
		EVENT_PROBE_ENTRY,        EVENT_PROBE_MASQUERADE, EVENT_PROBE_HOOKS_ADD,
		EVENT_PROBE_HOOKS_REMOVE, EVENT_PROBE_RULES,      EVENT_PROBE_REJECT_V4,
		EVENT_PROBE_SOCKET_STATE,
	};
	struct observation seen[] = {
		seen_in(CANARY, OBSERVATION_REMOVAL),   seen_in(CANARY, OBSERVATION_ENTRY),
		seen_in(CANARY, OBSERVATION_ACT_BEGIN), seen_in(CANARY, OBSERVATION_RULESET),
		seen_in(CANARY, OBSERVATION_RULESET),   seen_in(CANARY, OBSERVATION_RULES),
		seen_in(CANARY, OBSERVATION_RESET),     seen_in(CANARY, OBSERVATION_LISTENER),
	};

	(void)state;
	seen[1].entry.flow.orig.dport = 40000;
	seen[2].act.cause = CAUSE_ADDRESS_REMOVED;
	seen[3].ruleset.op = RULESET_HOOKS_ADDED;
	seen[4].ruleset.op = RULESET_HOOKS_REMOVED;
	seen[6].reset.kind = RESET_REJECTED;
	seen[6].reset.family = AF_INET;
	attach_all_probes();
	for (size_t i = 0; i < sizeof(seen) / sizeof(seen[0]); i++) {
		assert_true(proof_waits(&rules, results));
		proof_observe(&rules, &seen[i], results);
	}
	for (size_t i = 0; i < sizeof(theirs) / sizeof(theirs[0]); i++)
		assert_int_equal(results[theirs[i]].state, PROBE_PROVEN);
	assert_int_equal(results[EVENT_PROBE_INSERT].state, PROBE_ATTACHED);
}

/* It may take longer than the start of a window: that is no blindness. */
static void what_comes_late_is_not_blind(void **state)
{
	static const struct provoked rules = {
		.netns = CANARY, .has_conntrack = true, .has_rules = true, .has_masquerade = true
	};

	(void)state;
	for (int was_patient = 0; was_patient < 2; was_patient++) {
		enum probe_state wanted = was_patient ? PROBE_BLIND : PROBE_ATTACHED;

		attach_all_probes();
		results[EVENT_PROBE_REMOVAL].state = PROBE_PROVEN;
		proof_end(&rules, was_patient, results);
		assert_int_equal(results[EVENT_PROBE_MASQUERADE].state, wanted);
		assert_int_equal(results[EVENT_PROBE_HOOKS_REMOVE].state, wanted);
		assert_int_equal(results[EVENT_PROBE_HOOKS_ADD].state, wanted);
	}
}

/* Nothing was provoked: nothing is blind, and each says why it is not proven. */
static void a_canary_that_could_not_run(void **state)
{
	static const struct provoked nothing = { .why = "no network namespace can be made" };

	(void)state;
	attach_all_probes();
	assert_false(proof_waits(&nothing, results));
	proof_end(&nothing, true, results);
	for (size_t i = 0; i < EVENT_PROBES; i++) {
		assert_int_equal(results[i].state, PROBE_ATTACHED);
		assert_string_equal(results[i].unproven, nothing.why);
		assert_string_equal(results[i].why, "");
	}
}

static bool is_silent[EVENT_PROBES];

/* All was seen but for the event of one function, which its callers have inlined. */
static void a_function_that_nobody_calls(void **state)
{
	(void)state;
	attach_all_probes();
	strcpy(results[EVENT_PROBE_ADDRESS_V6].symbol, "inet6addr_notifier_call_chain");
	observe_all_but_the_removal();
	observe_type(CANARY, OBSERVATION_REMOVAL);
	assert_false(proof_finds_silent(&everything, results, is_silent));
	results[EVENT_PROBE_ADDRESS_V6].state = PROBE_ATTACHED;
	assert_true(proof_finds_silent(&everything, results, is_silent));
	for (enum event_probe i = 0; i < EVENT_PROBES; i++)
		assert_int_equal(is_silent[i], i == EVENT_PROBE_ADDRESS_V6);
	/* There is no third to be tried. */
	strcpy(results[EVENT_PROBE_ADDRESS_V6].symbol, "__ipv6_ifa_notify");
	assert_false(proof_finds_silent(&everything, results, is_silent));
}

/* Others are missing, too, which have no other function: it may come yet. */
static void a_slow_machine_is_not_silent(void **state)
{
	(void)state;
	attach_all_probes();
	strcpy(results[EVENT_PROBE_ADDRESS_V6].symbol, "inet6addr_notifier_call_chain");
	strcpy(results[EVENT_PROBE_ADDRESS_V4].symbol, "fib_inetaddr_event");
	assert_false(proof_finds_silent(&everything, results, is_silent));
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
		cmocka_unit_test(rules_prove_theirs),
		cmocka_unit_test(what_comes_late_is_not_blind),
		cmocka_unit_test(a_canary_that_could_not_run),
		cmocka_unit_test(a_function_that_nobody_calls),
		cmocka_unit_test(a_slow_machine_is_not_silent),
	};

	return cmocka_run_group_tests_name("proof", tests, NULL, NULL);
}
