// SPDX-License-Identifier: GPL-2.0-only
/* What lowers the confidence, what acquits, and where the limits are. */
#include "cast/watched.h"

#include <string.h>

/* ---- truth rule 5: losses, and what else lowers the confidence ---- */

static void losses_lower_proven_to_likely(void **state)
{
	struct flow redis = masqueraded(40112);
	const struct reset_blame *r;

	(void)state;
	see_address_flush(&w, 7, "10.9.0.1", &networkd, &redis);
	see(&w, make_lost("conntrack-entry", 3));
	r = see_server_packet(&w, &redis);
	assert_judged(r, VERDICT_ENTRY_REMOVED, CAUSE_ADDRESS_REMOVED, CONFIDENCE_LIKELY);
	assert_true(is_inferred(r, UNSEEN_NEWER_ENTRY_LOST));
	assert_int_equal(summary_status(&w.summary), STATUS_WARNING);
	assert_int_equal(w.summary.lost_total, 3);
}

static void unknown_zone_is_likely(void **state)
{
	struct flow redis = masqueraded(40112);
	struct observation removal = make_removal(0, CAUSE_TIMEOUT, &redis);
	struct observation reset = make_reset(&redis, &redis.reply);
	const struct reset_blame *r;

	(void)state;
	removal.removal.zone = removal.removal.reply_zone = 5;
	see(&w, removal);
	reset.reset.has_zone = false;
	reset.reset.pickup = PICKUP_NONE;
	r = see_reset(&w, reset);
	assert_judged(r, VERDICT_ENTRY_REMOVED, CAUSE_TIMEOUT, CONFIDENCE_LIKELY);
	assert_true(is_inferred(r, UNSEEN_ZONE));
}

static void zone_is_compared(void **state)
{
	struct flow redis = masqueraded(40112);
	struct observation removal = make_removal(0, CAUSE_TIMEOUT, &redis);
	struct observation reset = make_reset(&redis, &redis.reply);

	(void)state;
	removal.removal.zone = removal.removal.reply_zone = 5;
	see(&w, removal);
	reset.reset.zone = 6;
	assert_int_equal(see_reset(&w, reset)->verdict, VERDICT_ENTRY_UNKNOWN);
	reset.reset.zone = 5;
	assert_judged(see_reset(&w, reset), VERDICT_ENTRY_REMOVED, CAUSE_TIMEOUT,
		      CONFIDENCE_PROVEN);
}

/* A zone may be of one direction: the server's packets are in the reply's. */
static void zone_is_of_the_direction(void **state)
{
	struct flow redis = masqueraded(40112);
	struct observation removal = make_removal(0, CAUSE_TIMEOUT, &redis);
	struct observation reset = make_reset(&redis, &redis.reply);

	(void)state;
	removal.removal.zone = 5;
	see(&w, removal);
	reset.reset.zone = 5;
	assert_int_equal(see_reset(&w, reset)->verdict, VERDICT_ENTRY_UNKNOWN);
	reset.reset.zone = 0;
	assert_judged(see_reset(&w, reset), VERDICT_ENTRY_REMOVED, CAUSE_TIMEOUT,
		      CONFIDENCE_PROVEN);
}

/* A reset that went unseen takes nothing from the ones that were. */
static void lost_resets_lower_nothing(void **state)
{
	struct flow redis = masqueraded(40112);

	(void)state;
	see_address_flush(&w, 7, "10.9.0.1", &networkd, &redis);
	see(&w, make_lost("reset-ipv4", 3));
	assert_int_equal(see_server_packet(&w, &redis)->confidence, CONFIDENCE_PROVEN);
}

/* What runs in a function's place need not do what its probe is made for. */
static void a_function_that_was_taken_over_lowers(void **state)
{
	struct flow redis = masqueraded(40112);

	(void)state;
	see_address_flush(&w, 7, "10.9.0.1", &networkd, &redis);
	see(&w, make_lost("replaced", 1));
	assert_int_equal(see_server_packet(&w, &redis)->confidence, CONFIDENCE_LIKELY);
	assert_int_equal(summary_status(&w.summary), STATUS_WARNING);
}

/* What a newer rstblame lost may be what the join needs, whatever its word begins with. */
static void losses_of_an_unknown_probe_lower(void **state)
{
	struct flow redis = masqueraded(40112);

	(void)state;
	see_address_flush(&w, 7, "10.9.0.1", &networkd, &redis);
	see(&w, make_lost("reset-from-the-future", 3));
	assert_int_equal(see_server_packet(&w, &redis)->confidence, CONFIDENCE_LIKELY);
}

/* Another node's losses are that node's. */
static void losses_are_per_node(void **state)
{
	struct flow redis = masqueraded(40112);

	(void)state;
	see_address_flush(&w, 7, "10.9.0.1", &networkd, &redis);
	w.netns.node = 1;
	see(&w, make_lost("conntrack-entry", 3));
	w.netns.node = 0;
	assert_int_equal(see_server_packet(&w, &redis)->confidence, CONFIDENCE_PROVEN);
}

/* Nobody would have seen the SYN that took the tuple. */
static void blindness_to_entries_is_likely(void **state)
{
	struct observation start = { .type = OBSERVATION_START };
	struct flow redis = masqueraded(40112);
	const struct reset_blame *r;

	(void)state;
	start.start.probes_count = 1;
	start.start.probes[0] = (struct probe_report){
		.name = "conntrack-entry",
		.how = "none",
		.symbol = "",
		.why = "",
		.sense = SENSE_ENTRY,
	};
	see(&w, start);
	see_address_flush(&w, 7, "10.9.0.1", &networkd, &redis);
	r = see_server_packet(&w, &redis);
	assert_judged(r, VERDICT_ENTRY_REMOVED, CAUSE_ADDRESS_REMOVED, CONFIDENCE_LIKELY);
	assert_true(is_inferred(r, UNSEEN_NEWER_FLOW));
}

/* A listener on the translated port: the packet met it, the entry was gone all
 * the same. */
static void listener_hit_is_still_the_removal(void **state)
{
	struct flow redis = masqueraded(40112);
	struct observation reset = make_reset(&redis, &redis.reply);

	(void)state;
	see_address_flush(&w, 7, "10.9.0.1", &networkd, &redis);
	reset.reset.socket = SOCKET_LISTEN;
	reset.reset.pickup = PICKUP_NONE;
	reset.reset.has_zone = false;
	assert_judged(see_reset(&w, reset), VERDICT_ENTRY_REMOVED, CAUSE_ADDRESS_REMOVED,
		      CONFIDENCE_PROVEN);
}

static void time_wait_socket_of_the_host_lowers_it(void **state)
{
	struct flow redis = masqueraded(40112);
	struct observation reset = make_reset(&redis, &redis.reply);

	(void)state;
	see_address_flush(&w, 7, "10.9.0.1", &networkd, &redis);
	reset.reset.socket = SOCKET_TIME_WAIT;
	assert_judged(see_reset(&w, reset), VERDICT_ENTRY_REMOVED, CAUSE_ADDRESS_REMOVED,
		      CONFIDENCE_LIKELY);
}

/* The entry that conntrack made of the trigger itself, just before the RST. */
static void own_pickup_does_not_cancel_the_blame(void **state)
{
	struct flow redis = masqueraded(40112);
	struct flow pickup = { .family = redis.family,
			       .orig = redis.reply,
			       .reply = tuple_inverse(&redis.reply) };

	(void)state;
	see_address_flush(&w, 7, "10.9.0.1", &networkd, &redis);
	pass(&w, SECONDS(1));
	see(&w, make_entry(&pickup, false));
	assert_judged(see_server_packet(&w, &redis), VERDICT_ENTRY_REMOVED, CAUSE_ADDRESS_REMOVED,
		      CONFIDENCE_PROVEN);
	/* and its death below the RST, where a recording has it */
	see(&w, make_removal(0, CAUSE_TCP_CLOSE, &pickup));
	pass(&w, SECONDS(1));
	assert_judged(see_server_packet(&w, &redis), VERDICT_ENTRY_REMOVED, CAUSE_ADDRESS_REMOVED,
		      CONFIDENCE_PROVEN);
}

/* Flushed, made again by a SYN, flushed again by another: the second is it. */
static void newest_removal_counts(void **state)
{
	struct flow redis = masqueraded(40112);
	const struct reset_blame *r;

	(void)state;
	see_address_flush(&w, 7, "10.9.0.1", &networkd, &redis);
	pass(&w, SECONDS(10));
	see(&w, make_entry(&redis, true));
	pass(&w, SECONDS(10));
	see(&w, make_act(9, CAUSE_USER_FLUSH, NULL, 0, &conntrack_command));
	see(&w, make_removal(9, CAUSE_USER_FLUSH, &redis));
	see(&w, make_act_end(9, 1, 1));
	pass(&w, SECONDS(1));
	r = see_server_packet(&w, &redis);
	assert_judged(r, VERDICT_ENTRY_REMOVED, CAUSE_USER_FLUSH, CONFIDENCE_PROVEN);
	assert_int_equal(r->because[0], w.flushes[1].id);
}

/* Another container takes the old one's translated port: the old flow's original
 * tuple is not reborn by that, its reply tuple is. */
static void rebirth_is_per_tuple(void **state)
{
	struct flow old = masqueraded(40112), other = masqueraded(40112);

	(void)state;
	see_address_flush(&w, 7, "10.9.0.1", &networkd, &old);
	pass(&w, SECONDS(1));
	other.orig.src = make_ip("10.88.0.3");
	see(&w, make_entry(&other, true));
	assert_innocent(see_server_packet(&w, &old));
	assert_judged(see_reset(&w, make_reset(&old, &old.orig)), VERDICT_ENTRY_REMOVED,
		      CAUSE_ADDRESS_REMOVED, CONFIDENCE_PROVEN);
}

/* The client comes back from the same port, but is given another one outside: the
 * old translated tuple stays forgotten. */
static void new_port_outside_does_not_cancel_the_blame(void **state)
{
	struct flow old = masqueraded(40112), again = masqueraded(40112);

	(void)state;
	see_address_flush(&w, 7, "10.9.0.1", &networkd, &old);
	pass(&w, SECONDS(1));
	again.reply.dport = 1025;
	see(&w, make_entry(&again, true));
	assert_judged(see_server_packet(&w, &old), VERDICT_ENTRY_REMOVED, CAUSE_ADDRESS_REMOVED,
		      CONFIDENCE_PROVEN);
}

/* A new connection of another zone takes nothing's place, though it has that tuple. */
static void rebirth_is_per_zone(void **state)
{
	struct flow old = masqueraded(40112);
	struct observation removal = make_removal(0, CAUSE_TIMEOUT, &old);
	struct observation reset = make_reset(&old, &old.reply), entry = make_entry(&old, true);

	(void)state;
	removal.removal.zone = removal.removal.reply_zone = reset.reset.zone = 5;
	see(&w, removal);
	pass(&w, SECONDS(1));
	see(&w, entry);
	assert_judged(see_reset(&w, reset), VERDICT_ENTRY_REMOVED, CAUSE_TIMEOUT,
		      CONFIDENCE_PROVEN);
	entry.entry.zone = 5;
	see(&w, entry);
	assert_innocent(see_reset(&w, reset));
}

/* ---- limits ---- */

static void changes_past_the_limit(void **state)
{
	struct blame_limits limits = { .changes = 3 };
	struct flow redis = masqueraded(40112);
	const struct reset_blame *r;

	(void)state;
	watch_end(&w);
	watch_begin_limited(&w, &limits);
	see_address_flush(&w, 7, "10.9.0.1", &networkd, &redis); /* claimed: kept */
	for (size_t i = 0; i < 20; i++)
		see(&w, make_address(ADDRESS_REMOVE, "10.9.0.77", UP1, &agent));
	r = see_server_packet(&w, &redis);
	assert_judged(r, VERDICT_ENTRY_REMOVED, CAUSE_ADDRESS_REMOVED, CONFIDENCE_PROVEN);
	assert_string_equal(r->by->seen.actor.comm, "systemd-network");
	assert_int_equal(w.found[FINDING_ADDRESS], 21);
}

static void forgotten_change_is_likely(void **state)
{
	struct blame_limits limits = { .changes = 2 };
	struct flow redis = masqueraded(40112);

	(void)state;
	watch_end(&w);
	watch_begin_limited(&w, &limits);
	see(&w, make_address(ADDRESS_REMOVE, "10.9.0.1", UP0, &networkd));
	for (size_t i = 0; i < 5; i++)
		see(&w, make_address(ADDRESS_REMOVE, "10.9.0.77", UP1, &agent));
	see(&w, make_act(7, CAUSE_ADDRESS_REMOVED, "10.9.0.1", UP0, &nobody));
	see(&w, make_removal(7, CAUSE_ADDRESS_REMOVED, &redis));
	see(&w, make_act_end(7, 1, 1));
	assert_judged(see_server_packet(&w, &redis), VERDICT_ENTRY_REMOVED, CAUSE_ADDRESS_REMOVED,
		      CONFIDENCE_LIKELY);
}

/* Every change is claimed and the table is full: no crash, and no false proof. */
static void all_changes_claimed(void **state)
{
	struct blame_limits limits = { .changes = 2 };
	struct flow flows[4];

	(void)state;
	watch_end(&w);
	watch_begin_limited(&w, &limits);
	for (size_t i = 0; i < 4; i++) {
		flows[i] = masqueraded((uint16_t)(40000 + i));
		see_address_flush(&w, 7 + i, "10.9.0.1", i < 2 ? &networkd : &ip_command,
				  &flows[i]);
		pass(&w, SECONDS(60));
	}
	for (size_t i = 0; i < 4; i++) {
		const struct reset_blame *r = see_server_packet(&w, &flows[i]);

		assert_int_equal(r->verdict, VERDICT_ENTRY_REMOVED);
		if (i < 2)
			assert_string_equal(r->actor.comm, "systemd-network");
		else if (r->confidence == CONFIDENCE_PROVEN)
			assert_string_equal(r->actor.comm, "ip");
	}
}

/* The oldest are forgotten, and what they were part of says so. */
static void flushes_past_the_limit_are_likely(void **state)
{
	struct blame_limits limits = { .flushes = 2 };
	struct flow flows[4];

	(void)state;
	watch_end(&w);
	watch_begin_limited(&w, &limits);
	for (size_t i = 0; i < 4; i++) {
		flows[i] = masqueraded((uint16_t)(40000 + i));
		see_address_flush(&w, 7 + i, "10.9.0.1", &networkd, &flows[i]);
		pass(&w, SECONDS(60));
	}
	for (size_t i = 4; i-- > 0;) {
		const struct reset_blame *r = see_server_packet(&w, &flows[i]);

		assert_judged(r, VERDICT_ENTRY_REMOVED, CAUSE_ADDRESS_REMOVED,
			      i < 2 ? CONFIDENCE_LIKELY : CONFIDENCE_PROVEN);
		assert_int_equal(is_inferred(r, UNSEEN_CHANGE_FORGOTTEN), i < 2);
		assert_true(i >= 2 || r->forgotten_ago_ns >= SECONDS(60));
	}
	blame_finish(w.blame);
	assert_int_equal(w.summary.removals[CAUSE_ADDRESS_REMOVED], 4);
}

static void flush_of_one_past_the_limit(void **state)
{
	struct blame_limits limits = { .flushes = 1 };
	struct flow a = masqueraded(40001), b = masqueraded(40002);

	(void)state;
	watch_end(&w);
	watch_begin_limited(&w, &limits);
	see(&w, make_removal(0, CAUSE_TIMEOUT, &a));
	see(&w, make_removal(0, CAUSE_TIMEOUT, &b));
	assert_int_equal(see_server_packet(&w, &a)->cause, CAUSE_TIMEOUT);
	assert_int_equal(see_server_packet(&w, &b)->cause, CAUSE_TIMEOUT);
	assert_int_equal(w.flushes_count, 1);
}

static void eviction_is_noted(void **state)
{
	struct blame_limits limits = { .removals = 4 };
	struct flow redis = masqueraded(40112);
	const struct reset_blame *r;

	(void)state;
	watch_end(&w);
	watch_begin_limited(&w, &limits);
	see_address_flush(&w, 7, "10.9.0.1", &networkd, &redis);
	for (uint16_t i = 0; i < 4; i++) {
		struct flow other = masqueraded((uint16_t)(50000 + i));

		see(&w, make_removal(0, CAUSE_TIMEOUT, &other));
	}
	r = see_server_packet(&w, &redis);
	assert_int_equal(r->verdict, VERDICT_ENTRY_UNKNOWN);
	assert_true(is_inferred(r, UNSEEN_REMOVAL_FORGOTTEN));
	assert_int_equal(summary_status(&w.summary), STATUS_WARNING);
}

/* ---- would the entry have helped? ---- */

static const struct reset_blame *see_packet_with(uint8_t pickup, uint8_t hooks)
{
	struct flow redis = masqueraded(40112);
	struct observation reset;

	see_address_flush(&w, 7, "10.9.0.1", &networkd, &redis);
	pass(&w, SECONDS(2));
	reset = make_reset(&redis, &redis.reply);
	reset.reset.pickup = pickup;
	reset.reset.hooks = hooks;
	return see_reset(&w, reset);
}

static void hooks_in_place_are_proven(void **state)
{
	(void)state;
	assert_int_equal(
		see_packet_with(PICKUP_NONE, HOOKS_KNOWN | HOOKS_CONNTRACK | HOOKS_NAT)->confidence,
		CONFIDENCE_PROVEN);
}

static void hooks_gone_are_likely(void **state)
{
	const struct reset_blame *r = see_packet_with(PICKUP_NONE, HOOKS_KNOWN);

	(void)state;
	assert_judged(r, VERDICT_ENTRY_REMOVED, CAUSE_ADDRESS_REMOVED, CONFIDENCE_LIKELY);
	assert_true(is_inferred(r, UNSEEN_USE_UNHOOKED));
}

static void nat_hooks_gone_are_likely(void **state)
{
	(void)state;
	assert_int_equal(see_packet_with(PICKUP_FRESH, HOOKS_KNOWN | HOOKS_CONNTRACK)->confidence,
			 CONFIDENCE_LIKELY);
}

static void untracked_packet_is_likely(void **state)
{
	const struct reset_blame *r =
		see_packet_with(PICKUP_UNTRACKED, HOOKS_KNOWN | HOOKS_CONNTRACK | HOOKS_NAT);

	(void)state;
	assert_int_equal(r->confidence, CONFIDENCE_LIKELY);
	assert_true(is_inferred(r, UNSEEN_USE_UNTRACKED));
}

/* ---- works that run late ---- */

static void see_work(uint64_t act, const struct flow *flow)
{
	see(&w, make_act(act, CAUSE_ADDRESS_REMOVED, "10.9.0.1", UP0, &nobody));
	see(&w, make_removal(act, CAUSE_ADDRESS_REMOVED, flow));
	see(&w, make_act_end(act, 1, 1));
	pass(&w, MS(20));
}

/* Two works wait behind a large flush: whose is whose is not known. */
static void late_works_of_two_processes_are_likely(void **state)
{
	struct flow first = masqueraded(40001), second = masqueraded(40002);

	(void)state;
	see(&w, make_address(ADDRESS_REMOVE, "10.9.0.1", UP0, &networkd));
	pass(&w, MS(1500));
	see(&w, make_address(ADDRESS_REMOVE, "10.9.0.1", UP0, &ip_command));
	pass(&w, MS(500));
	see_work(7, &first);
	see_work(8, &second);
	assert_int_equal(see_server_packet(&w, &first)->confidence, CONFIDENCE_LIKELY);
	assert_int_equal(see_server_packet(&w, &second)->confidence, CONFIDENCE_LIKELY);
}

/* By one process it is open only which instant it was. */
static void late_works_of_one_process_are_proven(void **state)
{
	struct flow first = masqueraded(40001), second = masqueraded(40002);

	(void)state;
	see(&w, make_address(ADDRESS_REMOVE, "10.9.0.1", UP0, &networkd));
	pass(&w, MS(10));
	see(&w, make_address(ADDRESS_ADD, "10.9.0.1", UP0, &networkd));
	pass(&w, MS(40));
	see(&w, make_address(ADDRESS_REMOVE, "10.9.0.1", UP0, &networkd));
	pass(&w, MS(10));
	see_work(7, &first);
	see_work(8, &second);
	assert_int_equal(see_server_packet(&w, &first)->confidence, CONFIDENCE_PROVEN);
	assert_int_equal(see_server_packet(&w, &second)->confidence, CONFIDENCE_PROVEN);
	assert_string_equal(w.resets[0].blame.actor.comm, "systemd-network");
}

/* A damaged recording ends what ends by quiet only: nothing may be left open. */
static void end_of_a_single_deletion(void **state)
{
	(void)state;
	see(&w, make_act(5, CAUSE_USER_DELETE, NULL, 0, &agent));
	see(&w, make_act_end(5, 0, 0));
	see(&w, make_act(6, CAUSE_USER_DELETE, NULL, 0, &agent));
	pass(&w, SECONDS(1));
	see(&w, make_act(7, CAUSE_USER_DELETE, NULL, 0, &agent));
	blame_finish(w.blame);
	assert_int_equal(w.summary.flushes, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		story(losses_lower_proven_to_likely),
		story(unknown_zone_is_likely),
		story(zone_is_compared),
		story(zone_is_of_the_direction),
		story(lost_resets_lower_nothing),
		story(a_function_that_was_taken_over_lowers),
		story(losses_of_an_unknown_probe_lower),
		story(losses_are_per_node),
		story(blindness_to_entries_is_likely),
		story(listener_hit_is_still_the_removal),
		story(time_wait_socket_of_the_host_lowers_it),
		story(own_pickup_does_not_cancel_the_blame),
		story(newest_removal_counts),
		story(rebirth_is_per_tuple),
		story(new_port_outside_does_not_cancel_the_blame),
		story(changes_past_the_limit),
		story(forgotten_change_is_likely),
		story(all_changes_claimed),
		story(flushes_past_the_limit_are_likely),
		story(flush_of_one_past_the_limit),
		story(eviction_is_noted),
		story(hooks_in_place_are_proven),
		story(hooks_gone_are_likely),
		story(nat_hooks_gone_are_likely),
		story(untracked_packet_is_likely),
		story(late_works_of_two_processes_are_likely),
		story(late_works_of_one_process_are_proven),
		story(end_of_a_single_deletion),
		story(rebirth_is_per_zone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
