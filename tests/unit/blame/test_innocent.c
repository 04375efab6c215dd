// SPDX-License-Identifier: GPL-2.0-only
/* Resets that are nobody's flush: each must be acquitted, with its own verdict. */
#include "cast/watched.h"

#include "summary/sentences.h"

static void flush_redis(const struct flow *redis)
{
	see_address_flush(&w, 7, "10.9.0.1", &networkd, redis);
	pass(&w, SECONDS(1));
}

static void removal_after_the_reset(void **state)
{
	struct flow redis = masqueraded(40112);

	(void)state;
	assert_int_equal(see_server_packet(&w, &redis)->verdict, VERDICT_ENTRY_UNKNOWN);
	pass(&w, 1);
	flush_redis(&redis);
	assert_int_equal(w.verdicts[VERDICT_ENTRY_REMOVED], 0);
}

/* The records of two CPUs may come in the wrong order: the time stamps count. */
static void removal_that_is_only_read_earlier(void **state)
{
	struct flow redis = masqueraded(40112);

	(void)state;
	see(&w, make_removal(0, CAUSE_TIMEOUT, &redis));
	w.now_ns -= 1000;
	assert_int_equal(see_server_packet(&w, &redis)->verdict, VERDICT_ENTRY_UNKNOWN);
	pass(&w, 1000); /* the same nanosecond is not before it */
	assert_int_equal(see_server_packet(&w, &redis)->verdict, VERDICT_ENTRY_REMOVED);
}

static void other_namespace(void **state)
{
	struct flow redis = masqueraded(40112);

	(void)state;
	flush_redis(&redis);
	w.netns.inum = OTHER_NETNS;
	assert_int_equal(see_server_packet(&w, &redis)->verdict, VERDICT_ENTRY_UNKNOWN);
}

static void other_node(void **state)
{
	struct flow redis = masqueraded(40112);

	(void)state;
	flush_redis(&redis);
	w.netns.node = 1;
	assert_int_equal(see_server_packet(&w, &redis)->verdict, VERDICT_ENTRY_UNKNOWN);
}

static void other_zone(void **state)
{
	struct flow redis = masqueraded(40112);
	struct observation reset = make_reset(&redis, &redis.reply);

	(void)state;
	flush_redis(&redis);
	reset.reset.zone = 9;
	assert_int_equal(see_reset(&w, reset)->verdict, VERDICT_ENTRY_UNKNOWN);
}

static void other_tuple(void **state)
{
	struct flow redis = masqueraded(40112), other;
	struct tuple packets[5];

	(void)state;
	flush_redis(&redis);
	for (size_t i = 0; i < 5; i++)
		packets[i] = redis.reply;
	packets[0].dport++;
	packets[1].sport++;
	packets[2].src = make_ip("10.9.0.3");
	packets[3].dst = make_ip("10.9.0.4");
	packets[4] = tuple_inverse(&redis.reply); /* the RST's own direction */
	for (size_t i = 0; i < 5; i++) {
		other = redis;
		assert_int_not_equal(see_reset(&w, make_reset(&other, &packets[i]))->verdict,
				     VERDICT_ENTRY_REMOVED);
	}
}

/* 10.9.0.1 and a09:1:: are the same bytes. */
static void other_family(void **state)
{
	struct flow redis = masqueraded(40112), v6 = redis;

	(void)state;
	flush_redis(&redis);
	v6.family = 10;
	assert_int_not_equal(see_server_packet(&w, &v6)->verdict, VERDICT_ENTRY_REMOVED);
}

/* ---- the tuple lives again ---- */

static void tuple_reused_by_a_syn(void **state)
{
	struct flow redis = masqueraded(40112);

	(void)state;
	flush_redis(&redis);
	see(&w, make_entry(&redis, true));
	pass(&w, MS(1));
	assert_innocent(see_server_packet(&w, &redis));
	assert_int_equal(w.verdicts[VERDICT_UNEXPLAINED], 1);
}

/* A local service of the node connects from the port that was given away. */
static void tuple_reused_by_the_node_itself(void **state)
{
	struct flow redis = masqueraded(40112);
	struct flow own = untranslated("10.9.0.1", 40112, "10.9.0.2", 6379);

	(void)state;
	flush_redis(&redis);
	see(&w, make_entry(&own, true));
	pass(&w, MS(1));
	assert_int_not_equal(see_server_packet(&w, &redis)->verdict, VERDICT_ENTRY_REMOVED);
}

static void remade_by_the_client_speaking_first(void **state)
{
	struct flow redis = masqueraded(40112);

	(void)state;
	flush_redis(&redis);
	see(&w, make_entry(&redis, false)); /* translated, mid-stream */
	pass(&w, MS(1));
	assert_innocent(see_server_packet(&w, &redis));
}

/* ---- never translated: it never stood between the packet and a socket ---- */

static void untranslated_removal(void **state)
{
	struct flow ssh = untranslated("10.9.0.2", 50000, "10.9.0.1", 22);
	struct tuple packet = ssh.orig;

	(void)state;
	see(&w, make_act(9, CAUSE_USER_FLUSH, NULL, 0, &conntrack_command));
	see(&w, make_removal(9, CAUSE_USER_FLUSH, &ssh));
	see(&w, make_act_end(9, 1, 1));
	pass(&w, SECONDS(1));
	/* Nobody saw it end: truth rule 10. */
	assert_judged(see_reset(&w, make_reset(&ssh, &packet)), VERDICT_STALE_CONNECTION,
		      CAUSE_NONE, CONFIDENCE_LIKELY);
}

/* ---- truth rule 4: clean ends ---- */

static void clean_ends(void **state)
{
	static const uint8_t states[] = { TRACKER_TIME_WAIT, TRACKER_CLOSE };

	(void)state;
	for (uint16_t i = 0; i < 2; i++) {
		struct flow redis = masqueraded((uint16_t)(40000 + i));
		struct observation expiry = make_removal(0, CAUSE_TIMEOUT, &redis);
		struct observation reset;

		expiry.removal.tcp_state = states[i];
		see(&w, expiry);
		pass(&w, SECONDS(1));
		reset = make_reset(&redis, &redis.reply);
		reset.reset.victim.role = VICTIM_OF_FLOW;
		reset.reset.victim.look = LOOK_ABSENT;
		assert_judged(see_reset(&w, reset), VERDICT_STALE_CONNECTION, CAUSE_NONE,
			      CONFIDENCE_PROVEN);
	}
	assert_int_equal(w.summary.removals[CAUSE_TIMEOUT], 2);
	assert_int_equal(w.flushes_count, 0);
}

/* Even where a flush took it: the connection was over. */
static void closed_flow_in_a_flush(void **state)
{
	struct flow redis = masqueraded(40112);
	struct observation removal = make_removal(7, CAUSE_ADDRESS_REMOVED, &redis);

	(void)state;
	see(&w, make_address(ADDRESS_REMOVE, "10.9.0.1", UP0, &networkd));
	see(&w, make_act(7, CAUSE_ADDRESS_REMOVED, "10.9.0.1", UP0, &nobody));
	removal.removal.tcp_state = TRACKER_TIME_WAIT;
	see(&w, removal);
	see(&w, make_act_end(7, 1, 1));
	assert_int_equal(see_server_packet(&w, &redis)->verdict, VERDICT_STALE_CONNECTION);
}

/* A clean end does not uncover an older flush of the same tuple. */
static void clean_end_after_a_flush(void **state)
{
	struct flow redis = masqueraded(40112);
	struct observation expiry = make_removal(0, CAUSE_TIMEOUT, &redis);

	(void)state;
	flush_redis(&redis);
	see(&w, make_entry(&redis, true));
	pass(&w, SECONDS(60));
	expiry.removal.tcp_state = TRACKER_TIME_WAIT;
	see(&w, expiry);
	assert_int_equal(see_server_packet(&w, &redis)->verdict, VERDICT_STALE_CONNECTION);
}

/* ---- the trigger and the socket that it met ---- */

static void syn_to_a_removed_tuple(void **state)
{
	struct flow redis = masqueraded(40112);
	struct observation syn = make_reset(&redis, &redis.reply);

	(void)state;
	flush_redis(&redis);
	syn.reset.flags = PACKET_SYN;
	assert_judged(see_reset(&w, syn), VERDICT_NO_LISTENER, CAUSE_NONE, CONFIDENCE_PROVEN);
	syn.reset.flags = PACKET_SYN | 0xc0; /* ECN */
	assert_judged(see_reset(&w, syn), VERDICT_NO_LISTENER, CAUSE_NONE, CONFIDENCE_PROVEN);
	syn.reset.socket = SOCKET_UNKNOWN;
	assert_judged(see_reset(&w, syn), VERDICT_NO_LISTENER, CAUSE_NONE, CONFIDENCE_LIKELY);
	syn.reset.socket = SOCKET_ESTABLISHED;
	assert_judged(see_reset(&w, syn), VERDICT_PROTOCOL, CAUSE_NONE, CONFIDENCE_PROVEN);
	assert_int_equal(w.summary.blamed, 0);
	assert_int_equal(summary_status(&w.summary), STATUS_OK);
}

static void live_socket(void **state)
{
	struct flow redis = masqueraded(40112);
	struct observation reset = make_reset(&redis, &redis.reply);
	static const uint8_t live[] = { 1, 2, 3, 4, 5, 8, 9, 11, SOCKET_NEW_SYN_RECV };

	(void)state;
	flush_redis(&redis);
	for (size_t i = 0; i < sizeof(live); i++) {
		reset.reset.socket = live[i];
		assert_judged(see_reset(&w, reset), VERDICT_PROTOCOL, CAUSE_NONE,
			      CONFIDENCE_PROVEN);
	}
}

static void live_entry(void **state)
{
	struct flow redis = masqueraded(40112);
	struct observation reset = make_reset(&redis, &redis.reply);

	(void)state;
	flush_redis(&redis);
	reset.reset.pickup = PICKUP_KNOWN;
	assert_judged(see_reset(&w, reset), VERDICT_STALE_CONNECTION, CAUSE_NONE,
		      CONFIDENCE_LIKELY);
	reset.reset.ended.how = SOCKET_END_CLOSED;
	assert_judged(see_reset(&w, reset), VERDICT_STALE_CONNECTION, CAUSE_NONE,
		      CONFIDENCE_PROVEN);
}

/* A NAT rule sent the packet here, as it does with every such flow. */
static void renewed_by_a_rule(void **state)
{
	struct flow redis = masqueraded(40112);
	struct observation reset = make_reset(&redis, &redis.reply);

	(void)state;
	reset.reset.pickup = PICKUP_RENEWED;
	assert_judged(see_reset(&w, reset), VERDICT_STALE_CONNECTION, CAUSE_NONE,
		      CONFIDENCE_LIKELY);
}

static void time_wait_socket(void **state)
{
	struct flow ssh = untranslated("10.9.0.2", 50000, "10.9.0.1", 22);
	struct observation reset = make_reset(&ssh, &ssh.orig);

	(void)state;
	reset.reset.socket = SOCKET_TIME_WAIT;
	assert_judged(see_reset(&w, reset), VERDICT_STALE_CONNECTION, CAUSE_NONE,
		      CONFIDENCE_PROVEN);
}

static void listener(void **state)
{
	struct flow http = untranslated("10.9.0.2", 50000, "10.9.0.1", 80);
	struct observation reset = make_reset(&http, &http.orig);

	(void)state;
	reset.reset.socket = SOCKET_LISTEN;
	reset.reset.pickup = PICKUP_NONE;
	reset.reset.has_zone = false;
	assert_judged(see_reset(&w, reset), VERDICT_STALE_CONNECTION, CAUSE_NONE,
		      CONFIDENCE_LIKELY);
	reset.reset.hooks = HOOKS_KNOWN | HOOKS_CONNTRACK; /* nothing is translated here */
	assert_judged(see_reset(&w, reset), VERDICT_STALE_CONNECTION, CAUSE_NONE,
		      CONFIDENCE_LIKELY);
	reset.reset.ended.how = SOCKET_END_EXITED;
	assert_judged(see_reset(&w, reset), VERDICT_STALE_CONNECTION, CAUSE_NONE,
		      CONFIDENCE_PROVEN);
}

/* ---- truth rules 6 and 8 ---- */

static void softirq_names_nobody(void **state)
{
	struct flow redis = masqueraded(40112);
	struct observation reset = make_reset(&redis, &redis.reply);
	const struct reset_blame *r;

	(void)state;
	reset.reset.actor = agent; /* whoever was interrupted */
	r = see_reset(&w, reset);
	assert_int_equal(r->actor.pid, 0);
	reset.reset.in_softirq = false;
	r = see_reset(&w, reset);
	assert_int_equal(r->actor.pid, agent.pid);
}

/* The kernel lets 16 flushes wait and drops the others: what they would have removed
 * is still there. */
static void flush_dropped_by_the_kernel(void **state)
{
	struct flow flushed = masqueraded_to("10.9.5.1", 40112);

	(void)state;
	see(&w, make_address(ADDRESS_REMOVE, "10.9.5.1", UP0, &networkd));
	see(&w, make_address(ADDRESS_REMOVE, "10.9.0.1", UP0, &networkd));
	/* A namespace ends meanwhile. */
	see_in(&w, OTHER_NETNS, make_address(ADDRESS_REMOVE, "::1", UP0, &nobody));
	see_in(&w, OTHER_NETNS, make_address(ADDRESS_REMOVE, "127.0.0.1", UP0, &nobody));
	see(&w, make_address(ADDRESS_ADD, "10.9.6.1", UP0, &networkd)); /* coming queues nothing */
	see(&w, make_act(7, CAUSE_ADDRESS_REMOVED, "10.9.5.1", UP0, &nobody));
	see(&w, make_removal(7, CAUSE_ADDRESS_REMOVED, &flushed));
	see(&w, make_act_end(7, 1, 1));
	blame_finish(w.blame);
	assert_int_equal(w.summary.addresses_removed, 4);
	assert_int_equal(w.summary.addresses_unflushed, 1);
}

static void address_removed_and_nothing_flushed(void **state)
{
	(void)state;
	see(&w, make_address(ADDRESS_REMOVE, "10.9.0.1", UP0, &networkd));
	see(&w, make_act(7, CAUSE_ADDRESS_REMOVED, "10.9.0.1", UP0, &nobody));
	see(&w, make_act_end(7, 0, 0));
	blame_finish(w.blame);
	assert_int_equal(w.summary.flushes, 0);
	assert_int_equal(w.summary.addresses_removed, 1);
	assert_int_equal(w.summary.addresses_unflushed, 0); /* it ran, and found nothing */
	assert_int_equal(summary_status(&w.summary), STATUS_OK);
}

static void flushed_and_never_reset(void **state)
{
	struct flow redis = masqueraded(40112);

	(void)state;
	flush_redis(&redis);
	blame_finish(w.blame);
	assert_int_equal(w.summary.flushes, 1);
	assert_int_equal(w.resets_count, 0);
	assert_int_equal(w.summary.blamed, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		story(removal_after_the_reset),
		story(removal_that_is_only_read_earlier),
		story(other_namespace),
		story(other_node),
		story(other_zone),
		story(other_tuple),
		story(other_family),
		story(tuple_reused_by_a_syn),
		story(tuple_reused_by_the_node_itself),
		story(remade_by_the_client_speaking_first),
		story(untranslated_removal),
		story(clean_ends),
		story(closed_flow_in_a_flush),
		story(clean_end_after_a_flush),
		story(syn_to_a_removed_tuple),
		story(live_socket),
		story(live_entry),
		story(renewed_by_a_rule),
		story(time_wait_socket),
		story(listener),
		story(softirq_names_nobody),
		story(address_removed_and_nothing_flushed),
		story(flush_dropped_by_the_kernel),
		story(flushed_and_never_reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
