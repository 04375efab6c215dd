// SPDX-License-Identifier: GPL-2.0-only
/* Truth rule 9: neither socket nor removal, and why nobody is accused. */
#include "cast/watched.h"

#include <stdio.h>
#include <string.h>

#include "summary/sentences.h"

static void no_nat_hooks(void **state)
{
	struct flow ssh = untranslated("10.9.0.2", 50000, "10.9.0.1", 40000);
	struct observation reset = make_reset(&ssh, &ssh.orig);

	(void)state;
	reset.reset.hooks = HOOKS_KNOWN | HOOKS_CONNTRACK;
	assert_judged(see_reset(&w, reset), VERDICT_STALE_CONNECTION, CAUSE_NONE,
		      CONFIDENCE_LIKELY);
	reset.reset.hooks = HOOKS_KNOWN;
	reset.reset.pickup = PICKUP_NONE;
	reset.reset.has_zone = false;
	assert_judged(see_reset(&w, reset), VERDICT_STALE_CONNECTION, CAUSE_NONE,
		      CONFIDENCE_LIKELY);
	assert_int_equal(summary_status(&w.summary), STATUS_OK);
}

static void before_the_window(void **state)
{
	struct flow redis = masqueraded(40112);
	const struct reset_blame *r = see_server_packet(&w, &redis);

	(void)state;
	assert_judged(r, VERDICT_ENTRY_UNKNOWN, CAUSE_NONE, CONFIDENCE_LIKELY);
	assert_int_equal(r->inferred_count, 1);
	assert_int_equal(r->actor.pid, 0);
	assert_int_equal(summary_status(&w.summary), STATUS_WARNING);
	assert_false(is_inferred(r, UNSEEN_REMOVAL_LOST));
	assert_true(is_inferred(r, UNSEEN_REMOVAL_BEFORE));
	see(&w, make_lost("conntrack-removal", 3)); /* or it is among those */
	r = see_server_packet(&w, &redis);
	assert_true(is_inferred(r, UNSEEN_REMOVAL_LOST));
	assert_false(is_inferred(r, UNSEEN_REMOVAL_BEFORE));
}

/* It may as well have been in the window: nobody would have seen it. */
static void while_probes_were_silent(void **state)
{
	struct flow redis = masqueraded(40112);
	const struct reset_blame *r;

	(void)state;
	see(&w, make_lost("ftrace", 1));
	r = see_server_packet(&w, &redis);
	assert_judged(r, VERDICT_ENTRY_UNKNOWN, CAUSE_NONE, CONFIDENCE_LIKELY);
	assert_true(is_inferred(r, UNSEEN_REMOVAL_LOST));
	assert_false(is_inferred(r, UNSEEN_REMOVAL_BEFORE));
}

/* The probe of removals is blind: on 5.10 and 7.2 it is by kprobe, and they are disarmed. */
static void blind_to_removals(void **state)
{
	struct observation start = { .type = OBSERVATION_START };
	struct flow redis = masqueraded(40112);
	const struct reset_blame *r;

	(void)state;
	start.start = (struct start_observation){
		.version = "", .host = "", .kernel = "", .arch = "", .probes_count = 1
	};
	start.start.probes[0] = (struct probe_report){
		.sense = SENSE_REMOVAL, .name = "conntrack-removal", .how = "none", .is_blind = true
	};
	see(&w, start);
	r = see_server_packet(&w, &redis);
	assert_judged(r, VERDICT_ENTRY_UNKNOWN, CAUSE_NONE, CONFIDENCE_LIKELY);
	assert_true(is_inferred(r, UNSEEN_REMOVAL_BLIND));
	assert_false(is_inferred(r, UNSEEN_REMOVAL));
	assert_false(is_inferred(r, UNSEEN_REMOVAL_BEFORE));
	assert_non_null(strstr(describe_judged(r), "removals could not be observed"));
}

/* Failover: the address came in the window, and the flow's entry did not. */
static void address_came(void **state)
{
	struct flow redis = masqueraded(40112), other = masqueraded_to("10.9.0.7", 40113);
	const struct reset_blame *r;

	(void)state;
	see(&w, make_address(ADDRESS_ADD, "10.9.0.1", UP0, &ip_command));
	pass(&w, MS(20));
	r = see_server_packet(&w, &redis);
	assert_judged(r, VERDICT_ENTRY_UNKNOWN, CAUSE_NONE, CONFIDENCE_LIKELY);
	assert_int_equal(r->because_count, 1);
	assert_int_equal(r->arrival->seen.op, ADDRESS_ADD);
	assert_true(is_inferred(r, UNSEEN_ENTRY_PLACE));
	assert_int_equal(r->actor.pid, 0);
	assert_null(see_server_packet(&w, &other)->arrival);
	assert_int_equal(w.summary.stories_count, 2); /* each its own */
}

static void address_came_elsewhere(void **state)
{
	struct flow redis = masqueraded(40112);

	(void)state;
	see_in(&w, OTHER_NETNS, make_address(ADDRESS_ADD, "10.9.0.1", UP0, &ip_command));
	assert_null(see_server_packet(&w, &redis)->arrival);
}

/* What goes and comes back had been here: its flows were this node's. */
static void address_came_back(void **state)
{
	struct flow redis = masqueraded(40112);

	(void)state;
	see(&w, make_address(ADDRESS_REMOVE, "10.9.0.1", UP0, &ip_command));
	pass(&w, SECONDS(1));
	see(&w, make_address(ADDRESS_ADD, "10.9.0.1", UP0, &ip_command));
	assert_null(see_server_packet(&w, &redis)->arrival);
}

/* A primary goes, and the kernel tells of the secondary in its place as if it came. */
static void address_promoted(void **state)
{
	struct flow redis = masqueraded(40112);

	(void)state;
	see(&w, make_address(ADDRESS_REMOVE, "10.9.0.7", UP0, &ip_command));
	see(&w, make_address(ADDRESS_ADD, "10.9.0.1", UP0, &ip_command));
	assert_null(see_server_packet(&w, &redis)->arrival);
}

/* What comes when another address had gone is no promotion where that was long ago, of
 * another link, or in another namespace. */
static void address_came_after_another_went(void **state)
{
	static const struct {
		uint32_t netns, ifindex;
		uint64_t later_ns;
		bool is_arrival;
	} gone[] = {
		{ NODE_NETNS, UP0, MS(10) - 1, false },
		{ NODE_NETNS, UP0, MS(10), true },
		{ NODE_NETNS, UP1, MS(1), true },
		{ OTHER_NETNS, UP0, MS(1), true },
	};

	(void)state;
	for (uint16_t i = 0; i < sizeof(gone) / sizeof(gone[0]); i++) {
		char address[32];
		struct flow flow;

		snprintf(address, sizeof(address), "10.9.1.%u", i + 1U);
		flow = masqueraded_to(address, 40112);
		see_in(&w, gone[i].netns,
		       make_address(ADDRESS_REMOVE, "10.9.0.7", gone[i].ifindex, &ip_command));
		pass(&w, gone[i].later_ns);
		see(&w, make_address(ADDRESS_ADD, address, UP0, &ip_command));
		assert_int_equal(see_server_packet(&w, &flow)->arrival != NULL, gone[i].is_arrival);
		pass(&w, SECONDS(1));
	}
}

/* There is an end to what is remembered, and past it nothing is claimed. */
static void addresses_come(unsigned int count)
{
	char address[32];

	for (unsigned int i = 0; i < count; i++) {
		snprintf(address, sizeof(address), "10.20.%u.%u", i / 256, i % 256);
		see(&w, make_address(ADDRESS_ADD, address, UP0, &ip_command));
	}
}

/* One namespace's have half of the room. */
static void too_many_addresses(void **state)
{
	struct flow redis = masqueraded(40112);

	(void)state;
	addresses_come(512);
	see(&w, make_address(ADDRESS_ADD, "10.9.0.1", UP0, &ip_command));
	assert_null(see_server_packet(&w, &redis)->arrival);
}

static void just_not_too_many_addresses(void **state)
{
	struct flow redis = masqueraded(40112);

	(void)state;
	addresses_come(511);
	see(&w, make_address(ADDRESS_ADD, "10.9.0.1", UP0, &ip_command));
	assert_non_null(see_server_packet(&w, &redis)->arrival);
}

static void unpicked_packet(void **state)
{
	struct flow redis = masqueraded(40112);
	struct observation reset = make_reset(&redis, &redis.reply);

	(void)state;
	reset.reset.pickup = PICKUP_NONE;
	reset.reset.has_zone = false;
	assert_judged(see_reset(&w, reset), VERDICT_ENTRY_UNKNOWN, CAUSE_NONE, CONFIDENCE_UNKNOWN);
	reset.reset.packet = make_tuple("10.9.0.2", 50000, "10.9.0.1", 443); /* a client's */
	assert_judged(see_reset(&w, reset), VERDICT_STALE_CONNECTION, CAUSE_NONE,
		      CONFIDENCE_LIKELY);
	reset.reset.flags = PACKET_SYN | PACKET_ACK; /* the answer to a forged SYN */
	reset.reset.packet = redis.reply;
	assert_judged(see_reset(&w, reset), VERDICT_STALE_CONNECTION, CAUSE_NONE,
		      CONFIDENCE_LIKELY);
}

static void untracked_packet(void **state)
{
	struct flow redis = masqueraded(40112);
	struct observation reset = make_reset(&redis, &redis.reply);

	(void)state;
	reset.reset.pickup = PICKUP_UNTRACKED;
	reset.reset.has_zone = false;
	assert_judged(see_reset(&w, reset), VERDICT_UNEXPLAINED, CAUSE_NONE, CONFIDENCE_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		story(no_nat_hooks),
		story(before_the_window),
		story(while_probes_were_silent),
		story(blind_to_removals),
		story(address_came),
		story(address_came_elsewhere),
		story(address_came_back),
		story(address_promoted),
		story(too_many_addresses),
		story(just_not_too_many_addresses),
		story(unpicked_packet),
		story(untracked_packet),
		story(address_came_after_another_went),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
