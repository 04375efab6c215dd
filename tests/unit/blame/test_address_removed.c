// SPDX-License-Identifier: GPL-2.0-only
/* Who is to blame where an address was removed, and how sure that may be. */
#include "cast/watched.h"

#include <string.h>

/* ---- the founding incident ---- */

static void founding_incident_is_proven(void **state)
{
	struct flow redis = masqueraded(40112);
	const struct reset_blame *r;

	(void)state;
	see_address_flush(&w, 7, "10.9.0.1", &networkd, &redis);
	pass(&w, MS(200));
	see(&w, make_address(ADDRESS_ADD, "10.9.0.1", UP0, &networkd));
	pass(&w, SECONDS(3));
	r = see_server_packet(&w, &redis);

	assert_judged(r, VERDICT_ENTRY_REMOVED, CAUSE_ADDRESS_REMOVED, CONFIDENCE_PROVEN);
	assert_int_equal(r->because_count, 2);
	assert_int_equal(r->because[0], w.flushes[0].id);
	assert_int_equal(r->because[1], w.flushes[0].by->id);
	assert_string_equal(r->actor.comm, "systemd-network");
	assert_int_equal(r->actor.pid, 412);
	assert_int_equal(r->removed_ago_ns, SECONDS(3) + MS(201));
	assert_int_equal(r->by->seen.op, ADDRESS_REMOVE);
	assert_flow_equal(&r->flow, &redis);
	assert_int_equal(w.flushes_count, 1);
	assert_int_equal(w.flushes[0].entries, 1);
	assert_int_equal(w.flushes[0].join, JOIN_EXACT);
	assert_int_equal(summary_status(&w.summary), STATUS_CRITICAL);
}

static void ipv6_is_proven_too(void **state)
{
	struct flow redis = masqueraded_v6(40112);
	const struct reset_blame *r;

	(void)state;
	see_address_flush(&w, 7, "fd00:9::1", &ip_command, &redis);
	pass(&w, SECONDS(1));
	r = see_server_packet(&w, &redis);
	assert_judged(r, VERDICT_ENTRY_REMOVED, CAUSE_ADDRESS_REMOVED, CONFIDENCE_PROVEN);
	assert_string_equal(r->actor.comm, "ip");
}

static void hours_later_is_still_proven(void **state)
{
	struct flow redis = masqueraded(40112);

	(void)state;
	see_address_flush(&w, 7, "10.9.0.1", &networkd, &redis);
	pass(&w, HOURS(5));
	assert_judged(see_server_packet(&w, &redis), VERDICT_ENTRY_REMOVED, CAUSE_ADDRESS_REMOVED,
		      CONFIDENCE_PROVEN);
	assert_int_equal(w.resets[0].blame.removed_ago_ns, HOURS(5) + MS(1));
}

static void several_resets_of_one_flush_are_one_story(void **state)
{
	struct flow flows[4];

	(void)state;
	see(&w, make_address(ADDRESS_REMOVE, "10.9.0.1", UP0, &networkd));
	see(&w, make_act(7, CAUSE_ADDRESS_REMOVED, "10.9.0.1", UP0, &nobody));
	for (size_t i = 0; i < 4; i++) {
		flows[i] = masqueraded((uint16_t)(40000 + i));
		see(&w, make_removal(7, CAUSE_ADDRESS_REMOVED, &flows[i]));
	}
	see(&w, make_act_end(7, 5, 4)); /* one was UDP */
	pass(&w, SECONDS(1));
	for (size_t i = 0; i < 4; i++)
		see_server_packet(&w, &flows[i]);
	see_server_packet(&w, &flows[0]); /* the server tries again */

	assert_int_equal(w.verdicts[VERDICT_ENTRY_REMOVED], 5);
	assert_int_equal(w.confidences[CONFIDENCE_PROVEN], 5);
	assert_int_equal(w.flushes_count, 1);
	assert_int_equal(w.flushes[0].entries, 5);
	assert_int_equal(w.flushes[0].tcp_entries, 4);
	assert_int_equal(w.summary.stories_count, 1);
	assert_int_equal(w.summary.stories[0].resets, 5);
	assert_int_equal(w.summary.removals[CAUSE_ADDRESS_REMOVED], 5);
}

/* The reset comes while the flush still runs: its line comes first, and again
 * when it is complete. */
static void reset_during_the_flush(void **state)
{
	struct flow a = masqueraded(40001), b = masqueraded(40002);
	const struct reset_blame *r;

	(void)state;
	see(&w, make_address(ADDRESS_REMOVE, "10.9.0.1", UP0, &networkd));
	see(&w, make_act(7, CAUSE_ADDRESS_REMOVED, "10.9.0.1", UP0, &nobody));
	see(&w, make_removal(7, CAUSE_ADDRESS_REMOVED, &a));
	r = see_server_packet(&w, &a);
	assert_judged(r, VERDICT_ENTRY_REMOVED, CAUSE_ADDRESS_REMOVED, CONFIDENCE_PROVEN);
	assert_int_equal(w.found[FINDING_FLUSH], 1);
	see(&w, make_removal(7, CAUSE_ADDRESS_REMOVED, &b));
	see(&w, make_act_end(7, 2, 2));
	blame_finish(w.blame);
	assert_int_equal(w.found[FINDING_FLUSH], 2);
	assert_int_equal(w.summary.flushes, 1);
	assert_int_equal(w.summary.removals[CAUSE_ADDRESS_REMOVED], 2);
}

/* A DNAT flow: the client's own packets carry the original tuple. */
static void dnat_flow_by_its_original_tuple(void **state)
{
	struct flow dnat = { .family = 2,
			     .orig = make_tuple("10.9.0.2", 50000, "10.9.0.1", 8080),
			     .reply = make_tuple("10.88.0.2", 80, "10.9.0.2", 50000) };
	const struct reset_blame *r;

	(void)state;
	see(&w, make_act(9, CAUSE_USER_FLUSH, NULL, 0, &conntrack_command));
	see(&w, make_removal(9, CAUSE_USER_FLUSH, &dnat));
	see(&w, make_act_end(9, 1, 1));
	pass(&w, SECONDS(1));
	r = see_reset(&w, make_reset(&dnat, &dnat.orig));
	assert_judged(r, VERDICT_ENTRY_REMOVED, CAUSE_USER_FLUSH, CONFIDENCE_PROVEN);
	assert_string_equal(r->actor.comm, "conntrack");
}

/* ---- truth rule 2: joined by what the work item carries ---- */

/* Between the removal that queued the work and the work itself, others come:
 * each nearer in time, each another one. */
static void join_is_not_by_closeness(void **state)
{
	struct flow redis = masqueraded(40112);
	const struct reset_blame *r;

	(void)state;
	see(&w, make_address(ADDRESS_REMOVE, "10.9.0.1", UP0, &networkd));
	pass(&w, MS(1));
	see(&w, make_address(ADDRESS_REMOVE, "10.9.0.77", UP0, &ip_command)); /* address */
	pass(&w, MS(1));
	see(&w, make_address(ADDRESS_REMOVE, "10.9.0.1", UP1, &agent)); /* interface */
	pass(&w, MS(1));
	see_in(&w, OTHER_NETNS, make_address(ADDRESS_REMOVE, "10.9.0.1", UP0, &agent));
	pass(&w, MS(1));
	see(&w, make_address(ADDRESS_ADD, "10.9.0.1", UP0, &ip_command)); /* not a removal */
	pass(&w, MS(1));
	see(&w, make_link(LINK_DOWN, UP0, &ip_command)); /* not an address */
	pass(&w, MS(1));
	see(&w, make_act(7, CAUSE_ADDRESS_REMOVED, "10.9.0.1", UP0, &nobody));
	see(&w, make_removal(7, CAUSE_ADDRESS_REMOVED, &redis));
	see(&w, make_act_end(7, 1, 1));
	pass(&w, SECONDS(1));
	r = see_server_packet(&w, &redis);
	assert_judged(r, VERDICT_ENTRY_REMOVED, CAUSE_ADDRESS_REMOVED, CONFIDENCE_PROVEN);
	assert_string_equal(r->actor.comm, "systemd-network");
	assert_int_equal(r->by->netns.inum, NODE_NETNS);
	assert_int_equal(r->by->seen.ifindex, UP0);
}

static void join_is_per_node(void **state)
{
	struct flow redis = masqueraded(40112);
	const struct reset_blame *r;

	(void)state;
	w.netns.node = 1;
	see(&w, make_address(ADDRESS_REMOVE, "10.9.0.1", UP0, &ip_command));
	w.netns.node = 0;
	see_address_flush(&w, 7, "10.9.0.1", &networkd, &redis);
	w.netns.node = 1;
	see(&w, make_act(7, CAUSE_ADDRESS_REMOVED, "10.9.0.1", UP0, &nobody));
	see(&w, make_removal(7, CAUSE_ADDRESS_REMOVED, &redis));
	see(&w, make_act_end(7, 1, 1));
	pass(&w, SECONDS(1));
	r = see_server_packet(&w, &redis);
	assert_string_equal(r->actor.comm, "ip");
	w.netns.node = 0;
	r = see_server_packet(&w, &redis);
	assert_string_equal(r->actor.comm, "systemd-network");
	assert_int_equal(w.confidences[CONFIDENCE_PROVEN], 2);
}

/* The address's own secondary: masquerade compares ifa_address, not what `ip
 * addr` shows. */
static void peer_address_is_what_counts(void **state)
{
	struct observation peer = make_address(ADDRESS_REMOVE, "10.9.0.5", UP0, &networkd);
	struct flow redis = masqueraded(40112);

	(void)state;
	peer.change.address = make_ip("10.9.0.1");
	see(&w, peer);
	see(&w, make_act(7, CAUSE_ADDRESS_REMOVED, "10.9.0.1", UP0, &nobody));
	see(&w, make_removal(7, CAUSE_ADDRESS_REMOVED, &redis));
	see(&w, make_act_end(7, 1, 1));
	pass(&w, SECONDS(1));
	assert_judged(see_server_packet(&w, &redis), VERDICT_ENTRY_REMOVED, CAUSE_ADDRESS_REMOVED,
		      CONFIDENCE_PROVEN);
}

static void dead_address_queues_no_work(void **state)
{
	struct observation dead = make_address(ADDRESS_REMOVE, "10.9.0.1", UP0, &ip_command);
	struct flow redis = masqueraded(40112);
	const struct reset_blame *r;

	(void)state;
	see(&w, make_address(ADDRESS_REMOVE, "10.9.0.1", UP0, &networkd));
	pass(&w, MS(1));
	dead.change.is_dead = true;
	see(&w, dead);
	see(&w, make_act(7, CAUSE_ADDRESS_REMOVED, "10.9.0.1", UP0, &nobody));
	see(&w, make_removal(7, CAUSE_ADDRESS_REMOVED, &redis));
	see(&w, make_act_end(7, 1, 1));
	r = see_server_packet(&w, &redis);
	assert_int_equal(r->confidence, CONFIDENCE_PROVEN);
	assert_string_equal(r->actor.comm, "systemd-network");
}

/* Two flaps within a moment, each work done before the next: each its own. */
static void each_flap_has_its_own_work(void **state)
{
	struct flow first = masqueraded(40001), second = masqueraded(40002);

	(void)state;
	see_address_flush(&w, 7, "10.9.0.1", &networkd, &first); /* address 1 */
	see(&w, make_address(ADDRESS_ADD, "10.9.0.1", UP0, &networkd));
	see_address_flush(&w, 8, "10.9.0.1", &ip_command, &second);
	pass(&w, SECONDS(1));
	assert_string_equal(see_server_packet(&w, &first)->actor.comm, "systemd-network");
	assert_int_equal(w.resets[0].blame.because[1], 1);
	assert_string_equal(see_server_packet(&w, &second)->actor.comm, "ip");
	assert_int_equal(w.resets[1].blame.by->mono_ns - w.resets[0].blame.by->mono_ns, MS(5));
	assert_int_equal(w.confidences[CONFIDENCE_PROVEN], 2);
}

static void ambiguous_removals_are_likely(void **state)
{
	struct flow redis = masqueraded(40112);
	const struct reset_blame *r;

	(void)state;
	see(&w, make_address(ADDRESS_REMOVE, "10.9.0.1", UP0, &networkd));
	pass(&w, MS(1));
	see(&w, make_address(ADDRESS_REMOVE, "10.9.0.1", UP0, &ip_command));
	pass(&w, MS(1));
	see(&w, make_act(7, CAUSE_ADDRESS_REMOVED, "10.9.0.1", UP0, &nobody));
	see(&w, make_removal(7, CAUSE_ADDRESS_REMOVED, &redis));
	see(&w, make_act_end(7, 1, 1));
	r = see_server_packet(&w, &redis);
	assert_judged(r, VERDICT_ENTRY_REMOVED, CAUSE_ADDRESS_REMOVED, CONFIDENCE_LIKELY);
	assert_true(is_inferred(r, UNSEEN_WHICH_CHANGE));
	assert_int_equal(summary_status(&w.summary), STATUS_WARNING);
}

/* Of two removals by two actors and two works, neither work is known to be whose;
 * that one of them was joined already says nothing about the other. */
static void both_of_two_ambiguous_works_are_likely(void **state)
{
	struct flow first = masqueraded(40001), second = masqueraded(40002);

	(void)state;
	see(&w, make_address(ADDRESS_REMOVE, "10.9.0.1", UP0, &networkd));
	pass(&w, MS(1));
	see(&w, make_address(ADDRESS_REMOVE, "10.9.0.1", UP0, &ip_command));
	pass(&w, MS(1));
	see(&w, make_act(7, CAUSE_ADDRESS_REMOVED, "10.9.0.1", UP0, &nobody));
	see(&w, make_removal(7, CAUSE_ADDRESS_REMOVED, &first));
	see(&w, make_act_end(7, 1, 1));
	see(&w, make_act(8, CAUSE_ADDRESS_REMOVED, "10.9.0.1", UP0, &nobody));
	see(&w, make_removal(8, CAUSE_ADDRESS_REMOVED, &second));
	see(&w, make_act_end(8, 1, 1));
	assert_int_equal(see_server_packet(&w, &first)->confidence, CONFIDENCE_LIKELY);
	assert_int_equal(see_server_packet(&w, &second)->confidence, CONFIDENCE_LIKELY);
}

/* One removal queues one work. A second flush whose own removal was not seen must
 * not be laid at the first one's door as if it had been. */
static void claimed_change_proves_no_second_flush(void **state)
{
	struct flow first = masqueraded(40001), second = masqueraded(40002);
	const struct reset_blame *r;

	(void)state;
	see_address_flush(&w, 7, "10.9.0.1", &networkd, &first);
	pass(&w, HOURS(1));
	see(&w, make_act(8, CAUSE_ADDRESS_REMOVED, "10.9.0.1", UP0, &nobody));
	see(&w, make_removal(8, CAUSE_ADDRESS_REMOVED, &second));
	see(&w, make_act_end(8, 1, 1));
	r = see_server_packet(&w, &second);
	assert_int_equal(r->verdict, VERDICT_ENTRY_REMOVED);
	assert_int_equal(r->confidence, CONFIDENCE_LIKELY);
}

static void change_after_the_flush_is_not_its_cause(void **state)
{
	struct flow redis = masqueraded(40112);
	const struct reset_blame *r;

	(void)state;
	see(&w, make_act(7, CAUSE_ADDRESS_REMOVED, "10.9.0.1", UP0, &nobody));
	see(&w, make_removal(7, CAUSE_ADDRESS_REMOVED, &redis));
	see(&w, make_act_end(7, 1, 1));
	pass(&w, MS(1));
	see(&w, make_address(ADDRESS_REMOVE, "10.9.0.1", UP0, &ip_command));
	r = see_server_packet(&w, &redis);
	assert_judged(r, VERDICT_ENTRY_REMOVED, CAUSE_ADDRESS_REMOVED, CONFIDENCE_LIKELY);
	assert_null(r->by);
	assert_int_equal(r->actor.pid, 0);
}

static void no_change_seen_is_likely(void **state)
{
	struct flow redis = masqueraded(40112);
	const struct reset_blame *r;

	(void)state;
	see(&w, make_act(7, CAUSE_ADDRESS_REMOVED, "10.9.0.1", UP0, &nobody));
	see(&w, make_removal(7, CAUSE_ADDRESS_REMOVED, &redis));
	see(&w, make_act_end(7, 1, 1));
	r = see_server_packet(&w, &redis);
	assert_judged(r, VERDICT_ENTRY_REMOVED, CAUSE_ADDRESS_REMOVED, CONFIDENCE_LIKELY);
	assert_int_equal(r->because_count, 1);
	assert_true(is_inferred(r, UNSEEN_CHANGE));
	assert_int_equal(r->actor.pid, 0);
}

/* The act's beginning was lost: only the entry's address says which change. */
static void act_begin_missing_is_likely(void **state)
{
	struct flow redis = masqueraded(40112);
	const struct reset_blame *r;

	(void)state;
	see(&w, make_address(ADDRESS_REMOVE, "10.9.0.1", UP0, &networkd));
	see(&w, make_removal(7, CAUSE_ADDRESS_REMOVED, &redis));
	see(&w, make_act_end(7, 1, 1));
	r = see_server_packet(&w, &redis);
	assert_judged(r, VERDICT_ENTRY_REMOVED, CAUSE_ADDRESS_REMOVED, CONFIDENCE_LIKELY);
	assert_true(is_inferred(r, UNSEEN_WORK_ITEM));
	assert_int_equal(r->inferred_count, 1);
	assert_string_equal(r->actor.comm, "systemd-network");
	assert_int_equal(w.flushes_count, 1);
	assert_int_equal(w.flushes[0].entries, 1);
}

/* A CPU that did not run held the act's beginning back: it comes behind removals, but
 * still says that a link was behind them, and not the address. */
static void act_begin_behind_its_removals(void **state)
{
	struct flow redis = masqueraded(40112), other = masqueraded(40113);
	const struct reset_blame *r;

	(void)state;
	see(&w, make_link(LINK_DOWN, UP0, &ip_command));
	see(&w, make_address(ADDRESS_REMOVE, "10.9.0.1", UP0, &networkd));
	see(&w, make_removal(7, CAUSE_ADDRESS_REMOVED, &redis));
	see(&w, make_act(7, CAUSE_LINK_DOWN, NULL, UP0, &nobody));
	see(&w, make_removal(7, CAUSE_ADDRESS_REMOVED, &other));
	see(&w, make_act_end(7, 2, 2));
	for (size_t i = 0; i < 2; i++) {
		r = see_server_packet(&w, i ? &redis : &other);
		assert_judged(r, VERDICT_ENTRY_REMOVED, CAUSE_LINK_DOWN, CONFIDENCE_PROVEN);
		assert_string_equal(r->actor.comm, "ip");
	}
	/* The address is still to be had for the work that it queued itself. */
	see(&w, make_act(8, CAUSE_ADDRESS_REMOVED, "10.9.0.1", UP0, &nobody));
	see(&w, make_act_end(8, 0, 0));
	assert_int_equal(w.flushes_count, 2);
	assert_int_equal(w.flushes[0].entries, 2);
	assert_true(w.flushes[1].by && w.flushes[1].join == JOIN_EXACT);
}

/* What a beginning said is not unsaid by a second one, before or after the act's end. */
static void act_begins_once(void **state)
{
	struct observation again = make_act(7, CAUSE_USER_FLUSH, NULL, 0, &conntrack_command);
	struct flow redis = masqueraded(40112), other = masqueraded(40113);
	const struct reset_blame *r;

	(void)state;
	see(&w, make_address(ADDRESS_REMOVE, "10.9.0.1", UP0, &networkd));
	see(&w, make_act(7, CAUSE_ADDRESS_REMOVED, "10.9.0.1", UP0, &nobody));
	see(&w, make_removal(7, CAUSE_ADDRESS_REMOVED, &redis));
	pass(&w, MS(1));
	see(&w, again);
	see(&w, make_removal(7, CAUSE_ADDRESS_REMOVED, &other));
	see(&w, make_act_end(7, 2, 2));
	see(&w, again);
	for (size_t i = 0; i < 2; i++) {
		r = see_server_packet(&w, i ? &redis : &other);
		assert_judged(r, VERDICT_ENTRY_REMOVED, CAUSE_ADDRESS_REMOVED, CONFIDENCE_PROVEN);
		assert_string_equal(r->actor.comm, "systemd-network");
		assert_int_equal(r->flush->first_mono_ns, MONO_BASE_NS);
	}
	assert_int_equal(w.flushes_count, 1);
	/* Another act of that process is another flush. */
	again.act.act = 8;
	see(&w, again);
	see(&w, make_act_end(8, 1, 0));
	assert_int_equal(w.flushes_count, 2);
	assert_int_equal(w.flushes[1].cause, CAUSE_USER_FLUSH);
}

/* Nor is the second of two that both came late: the first began it. */
static void act_begins_once_however_late(void **state)
{
	struct flow redis = masqueraded(40112), other = masqueraded(40113);
	const struct reset_blame *r;

	(void)state;
	see(&w, make_address(ADDRESS_REMOVE, "10.9.0.1", UP0, &networkd));
	see(&w, make_removal(7, CAUSE_ADDRESS_REMOVED, &redis));
	see(&w, make_act(7, CAUSE_ADDRESS_REMOVED, "10.9.0.1", UP0, &nobody));
	see(&w, make_act(7, CAUSE_USER_FLUSH, NULL, 0, &conntrack_command));
	see(&w, make_removal(7, CAUSE_ADDRESS_REMOVED, &other));
	r = see_server_packet(&w, &redis); /* tells the flush, which goes on */
	assert_judged(r, VERDICT_ENTRY_REMOVED, CAUSE_ADDRESS_REMOVED, CONFIDENCE_PROVEN);
	see(&w, make_act_end(7, 2, 2));
	r = see_server_packet(&w, &other);
	assert_judged(r, VERDICT_ENTRY_REMOVED, CAUSE_ADDRESS_REMOVED, CONFIDENCE_PROVEN);
	assert_string_equal(r->actor.comm, "systemd-network");
	assert_int_equal(w.summary.stories_count, 1);
}

/* A beginning behind the act's end comes too late: it was told as it was known. */
static void act_begin_behind_its_end(void **state)
{
	struct flow redis = masqueraded(40112);
	const struct reset_blame *r;

	(void)state;
	see(&w, make_address(ADDRESS_REMOVE, "10.9.0.1", UP0, &networkd));
	see(&w, make_removal(7, CAUSE_ADDRESS_REMOVED, &redis));
	see(&w, make_act_end(7, 1, 1));
	see(&w, make_act(7, CAUSE_USER_FLUSH, NULL, 0, &conntrack_command));
	r = see_server_packet(&w, &redis);
	assert_judged(r, VERDICT_ENTRY_REMOVED, CAUSE_ADDRESS_REMOVED, CONFIDENCE_LIKELY);
	assert_string_equal(r->actor.comm, "systemd-network");
	assert_int_equal(w.flushes_count, 1);
	assert_int_equal(w.flushes[0].cause, CAUSE_ADDRESS_REMOVED);
}

/* Kernels that flush in the notifier itself: no act, one removal after another,
 * and yet one flush. */
static void synchronous_flush_is_one_flush(void **state)
{
	struct flow flows[3];

	(void)state;
	see(&w, make_address(ADDRESS_REMOVE, "10.9.0.1", UP0, &ip_command));
	for (size_t i = 0; i < 3; i++) {
		flows[i] = masqueraded((uint16_t)(40000 + i));
		see(&w, make_removal(0, CAUSE_ADDRESS_REMOVED, &flows[i]));
		pass(&w, MS(150)); /* 450 ms in all, never 200 ms quiet */
	}
	pass(&w, SECONDS(1));
	for (size_t i = 0; i < 3; i++)
		assert_judged(see_server_packet(&w, &flows[i]), VERDICT_ENTRY_REMOVED,
			      CAUSE_ADDRESS_REMOVED, CONFIDENCE_LIKELY);
	blame_finish(w.blame);
	assert_int_equal(w.summary.removals[CAUSE_ADDRESS_REMOVED], 3);
	assert_int_equal(w.summary.flushes, 1);
	assert_int_equal(w.summary.stories_count, 1);
}

static void act_end_missing_counts_what_was_seen(void **state)
{
	struct flow redis = masqueraded(40112);

	(void)state;
	see(&w, make_address(ADDRESS_REMOVE, "10.9.0.1", UP0, &networkd));
	see(&w, make_act(7, CAUSE_ADDRESS_REMOVED, "10.9.0.1", UP0, &nobody));
	see(&w, make_removal(7, CAUSE_ADDRESS_REMOVED, &redis));
	see_server_packet(&w, &redis);
	blame_finish(w.blame);
	assert_int_equal(w.flushes_count, 1);
	assert_int_equal(w.flushes[0].entries, 1);
	assert_int_equal(w.confidences[CONFIDENCE_PROVEN], 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		story(founding_incident_is_proven),
		story(ipv6_is_proven_too),
		story(hours_later_is_still_proven),
		story(several_resets_of_one_flush_are_one_story),
		story(reset_during_the_flush),
		story(dnat_flow_by_its_original_tuple),
		story(join_is_not_by_closeness),
		story(join_is_per_node),
		story(peer_address_is_what_counts),
		story(dead_address_queues_no_work),
		story(each_flap_has_its_own_work),
		story(ambiguous_removals_are_likely),
		story(both_of_two_ambiguous_works_are_likely),
		story(claimed_change_proves_no_second_flush),
		story(change_after_the_flush_is_not_its_cause),
		story(no_change_seen_is_likely),
		story(act_begin_missing_is_likely),
		story(act_begin_behind_its_removals),
		story(synchronous_flush_is_one_flush),
		story(act_end_missing_counts_what_was_seen),
		story(act_begins_once),
		story(act_begins_once_however_late),
		story(act_begin_behind_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
