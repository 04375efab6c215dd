// SPDX-License-Identifier: GPL-2.0-only
/* Resets that were received: the peer's own, the answer to a new translation, or one that
 * this node sent itself. */
#include "blame/sent_resets.h"
#include "cast/watched.h"
#include "summary/verdict_text.h"

#include <string.h>
#include <sys/socket.h>

#define ACT 7
#define S NSEC_PER_SEC

static struct observation received(const struct flow *flow)
{
	struct tuple rst = tuple_inverse(&flow->orig);
	struct observation o = make_reset(flow, &rst);

	o.reset.kind = RESET_RECEIVED;
	o.reset.flags = PACKET_RST;
	return o;
}

static void remote_is_the_peers(void **state)
{
	struct flow flow = masqueraded(40112);
	const struct reset_blame *r;

	(void)state;
	r = see_reset(&w, received(&flow));
	assert_judged(r, VERDICT_REMOTE, CAUSE_NONE, CONFIDENCE_PROVEN);
	assert_int_equal(r->because_count, 0);
	assert_int_equal(summary_status(&w.summary), STATUS_OK);
}

/* The client spoke first after the flush, and its port was taken. */
static void remote_after_a_new_translation(void **state)
{
	struct flow flow = masqueraded(40112), anew = masqueraded(40112);
	const struct reset_blame *r;

	(void)state;
	see_address_flush(&w, ACT, "10.9.0.1", &networkd, &flow);
	pass(&w, S);
	anew.reply.dport = 1024;
	see(&w, make_entry(&anew, false));
	pass(&w, MS(2));
	r = see_reset(&w, received(&flow));
	assert_judged(r, VERDICT_REMOTE, CAUSE_ADDRESS_REMOVED, CONFIDENCE_PROVEN);
	assert_int_equal(r->because_count, 2);
	assert_int_equal(r->flow.reply.dport, 1024);
	assert_int_equal(r->removed_reply.dport, 40112);
	assert_int_equal(r->renewed_ago_ns, MS(2) + 1);
	assert_int_equal(r->actor.pid, networkd.pid);
	assert_true(reset_is_blamed(r));
}

/* The socket is in a container: the join to the node's translation is inferred. */
static void remote_in_a_container(void **state)
{
	struct flow flow = masqueraded(40112), anew = masqueraded(40112);
	struct observation o = received(&flow);
	const struct reset_blame *r;

	(void)state;
	see_address_flush(&w, ACT, "10.9.0.1", &networkd, &flow);
	anew.reply.dport = 1024;
	see(&w, make_entry(&anew, false));
	w.netns.inum = OTHER_NETNS;
	r = see_reset(&w, o);
	assert_judged(r, VERDICT_REMOTE, CAUSE_ADDRESS_REMOVED, CONFIDENCE_LIKELY);
	assert_true(is_inferred(r, UNSEEN_PASSAGE));
	assert_int_equal(summary_status(&w.summary), STATUS_WARNING);
}

/* As a story: the client speaks, and the peer that it was translated for answers. */
static void told_step_by_step(void **state)
{
	struct flow flow = masqueraded(40112), anew = masqueraded(40112);
	struct step steps[STEPS_MAX];
	size_t count;

	(void)state;
	see_address_flush(&w, ACT, "10.9.0.1", &networkd, &flow);
	anew.reply.dport = 1024;
	see(&w, make_entry(&anew, false));
	see_reset(&w, received(&flow));
	count = verdict_text_steps(&w.summary.stories[0], &w.summary, true, steps);
	assert_int_equal(count, 4);
	assert_int_equal(steps[0].kind, STEP_ADDRESS);
	assert_int_equal(steps[0].id, w.resets[0].blame.by->id);
	assert_int_equal(steps[1].kind, STEP_FLUSH);
	assert_int_equal(steps[1].id, w.resets[0].blame.flush->id);
	assert_int_equal(steps[2].kind, STEP_RENEWAL);
	assert_non_null(strstr(steps[2].words, "1024"));
	assert_int_equal(steps[3].kind, STEP_RESET);
	assert_int_equal(steps[3].id, w.resets[0].id);
	assert_non_null(strstr(steps[3].words, "10.9.0.2:6379"));
}

/* With its old port the connection lives on: a later RST is the peer's own. */
static void remote_after_the_same_translation(void **state)
{
	struct flow flow = masqueraded(40112), anew = masqueraded(40112);

	(void)state;
	see_address_flush(&w, ACT, "10.9.0.1", &networkd, &flow);
	see(&w, make_entry(&flow, false));
	assert_int_equal(see_reset(&w, received(&flow))->because_count, 0);
	anew.reply.dport = 1024;
	see(&w, make_entry(&anew, false));
	assert_int_equal(see_reset(&w, received(&flow))->because_count, 2);
	/* A new connection from the same port is another one. */
	see(&w, make_entry(&anew, true));
	assert_int_equal(see_reset(&w, received(&flow))->because_count, 0);
}

static void see_counted(uint64_t count, enum verdict verdict)
{
	see(&w, (struct observation){
			.type = OBSERVATION_RESETS,
			.counted = { .family = AF_INET, .count = count, .verdict = verdict } });
}

/* A recording has not each of a stranger's: which of them this one is cannot be known, until they
 * all have been counted. SYNs' are no end of an open connection. */
static void remote_or_one_that_was_only_counted(void **state)
{
	struct flow flow = masqueraded(40112);
	const struct reset_blame *r;

	(void)state;
	see_counted(7, VERDICT_NONE);
	assert_int_equal(see_reset(&w, received(&flow))->confidence, CONFIDENCE_PROVEN);
	see_counted(1, VERDICT_ENTRY_UNKNOWN);
	pass(&w, 50 * S);
	r = see_reset(&w, received(&flow));
	assert_judged(r, VERDICT_REMOTE, CAUSE_NONE, CONFIDENCE_LIKELY);
	assert_true(is_inferred(r, UNSEEN_OTHER_FORGOTTEN));
	pass(&w, 9 * S);
	see_counted(4000, VERDICT_ENTRY_UNKNOWN);
	pass(&w, 2 * S + 1);
	assert_int_equal(see_reset(&w, received(&flow))->confidence, CONFIDENCE_PROVEN);
}

/* Both ends are on this node: one RST, seen twice, and linked. */
static void remote_is_linked_to_its_sending(void **state)
{
	struct flow flow = untranslated("10.9.0.2", 40112, "10.9.0.1", 25);
	struct observation sent = make_reset(&flow, &flow.orig);
	const struct reset_blame *r;
	uint64_t id;

	(void)state;
	sent.reset.flags = PACKET_SYN;
	see_reset(&w, sent);
	id = w.resets[0].id;
	pass(&w, MS(1));
	w.netns.inum = OTHER_NETNS;
	r = see_reset(&w, received(&flow));
	assert_judged(r, VERDICT_REMOTE, CAUSE_NONE, CONFIDENCE_PROVEN);
	assert_int_equal(r->sent_as, id);
	/* Asked again from the same port at once: that answer was counted only, and its
	 * receiver must not take the one before for it. */
	pass(&w, MS(1));
	assert_int_equal(see_reset(&w, received(&flow))->sent_as, 0);
	pass(&w, 2 * S); /* the next one is another */
	assert_int_equal(see_reset(&w, received(&flow))->sent_as, 0);
}

/* ---- the same RST, seen by its sender and by its receiver ---- */

/* To a closed port from a client on the same node; returns the id of its sending. */
static uint64_t see_refused(const struct flow *flow)
{
	struct observation sent = make_reset(flow, &flow->orig);

	sent.reset.flags = PACKET_SYN;
	see_reset(&w, sent);
	return w.resets[w.resets_count - 1].id;
}

/* Its receiver is in another namespace of that node. */
static uint64_t sent_as(const struct flow *flow, uint32_t node)
{
	struct netns_id before = w.netns;
	uint64_t id;

	w.netns = (struct netns_id){ .node = node, .inum = OTHER_NETNS };
	id = see_reset(&w, received(flow))->sent_as;
	w.netns = before;
	return id;
}

static void the_same_addresses_on_another_node(void **state)
{
	struct flow flow = untranslated("10.9.0.2", 40112, "10.9.0.1", 25);
	uint64_t id = see_refused(&flow);

	(void)state;
	pass(&w, MS(1));
	assert_int_equal(sent_as(&flow, 1), 0);
	assert_int_equal(sent_as(&flow, 0), id);
}

/* Between CPUs the order of coming is not that of time: what was received before it was
 * sent is another RST. */
static void received_before_it_was_sent(void **state)
{
	struct flow flow = untranslated("10.9.0.2", 40112, "10.9.0.1", 25);
	uint64_t id = see_refused(&flow);

	(void)state;
	w.now_ns -= 1;
	assert_int_equal(sent_as(&flow, 0), 0);
	w.now_ns += 1;
	assert_int_equal(sent_as(&flow, 0), id); /* at once */
}

static void received_a_second_later(void **state)
{
	struct flow slow = untranslated("10.9.0.2", 40112, "10.9.0.1", 25);
	struct flow late = untranslated("10.9.0.2", 40113, "10.9.0.1", 25);
	uint64_t id = see_refused(&slow);

	(void)state;
	see_refused(&late);
	pass(&w, S - 1);
	assert_int_equal(sent_as(&slow, 0), id);
	pass(&w, 1);
	assert_int_equal(sent_as(&late, 0), 0);
}

/* The oldest of a burst is forgotten first, and no other. */
static void sent_in_a_burst(void **state)
{
	struct flow flows[SENT_MAX + 1];
	uint64_t ids[SENT_MAX + 1];

	(void)state;
	for (uint16_t i = 0; i <= SENT_MAX; i++) {
		flows[i] = untranslated("10.9.0.2", (uint16_t)(40000 + i), "10.9.0.1", 25);
		ids[i] = see_refused(&flows[i]);
	}
	assert_int_equal(sent_as(&flows[0], 0), 0);
	for (size_t i = 1; i <= SENT_MAX; i++)
		assert_int_equal(sent_as(&flows[i], 0), ids[i]);
}

/* ---- a flow that was given another port: which entry was it? ---- */

/* The client speaks first, and is given another port outside. */
static void retranslate(const struct flow *flow, uint16_t zone)
{
	struct flow anew = *flow;
	struct observation entry;

	anew.reply.dport = 1024;
	entry = make_entry(&anew, false);
	entry.entry.zone = zone;
	see(&w, entry);
}

/* The whole chain is told, though the flush goes on: who reads of the reset has met it. */
static void while_the_flush_goes_on(void **state)
{
	struct flow lost = masqueraded(40112), kept = masqueraded(40113);
	const struct reset_blame *r;

	(void)state;
	see(&w, make_address(ADDRESS_REMOVE, "10.9.0.1", UP0, &networkd));
	see(&w, make_act(ACT, CAUSE_ADDRESS_REMOVED, "10.9.0.1", UP0, &nobody));
	see(&w, make_removal(ACT, CAUSE_ADDRESS_REMOVED, &lost));
	retranslate(&lost, 0);
	r = see_reset(&w, received(&kept));
	assert_null(r->flush);
	assert_int_equal(w.found[FINDING_FLUSH], 0);
	r = see_reset(&w, received(&lost));
	assert_non_null(r->flush);
	assert_int_equal(r->flush->id, r->because[0]);
	assert_ptr_equal(r->flush->by, r->by);
	assert_int_equal(w.found[FINDING_FLUSH], 1);
}

/* Two flushes of one process are one story, and four resets two connections. */
static void after_two_flushes(void **state)
{
	struct flow flows[2] = { masqueraded(40112), masqueraded(40113) };

	(void)state;
	for (uint64_t i = 0; i < 2; i++) {
		see(&w, make_act(ACT + i, CAUSE_USER_FLUSH, NULL, 0, &conntrack_command));
		see(&w, make_removal(ACT + i, CAUSE_USER_FLUSH, &flows[i]));
		see(&w, make_act_end(ACT + i, 1, 1));
		retranslate(&flows[i], 0);
		see_reset(&w, received(&flows[i]));
		see_reset(&w, received(&flows[i]));
	}
	assert_int_equal(w.summary.blamed, 4);
	assert_int_equal(w.summary.stories_count, 1);
	assert_int_equal(w.summary.stories[0].acts_count, 2);
	assert_int_equal(w.summary.connections_reset, 2);
}

/* A connection to where the removed flow was translated to is not that flow. */
static void replaced_on_the_other_side(void **state)
{
	struct flow gone = masqueraded(40112);
	struct flow inward = { .family = gone.family, .orig = gone.reply };

	(void)state;
	see_address_flush(&w, ACT, "10.9.0.1", &networkd, &gone);
	inward.reply = make_tuple("10.88.0.9", 80, "10.9.0.2", 6379); /* a port forward */
	see(&w, make_entry(&inward, false));
	assert_int_equal(see_reset(&w, received(&inward))->because_count, 0);
	retranslate(&gone, 0);
	assert_int_equal(see_reset(&w, received(&gone))->because_count, 2);
}

static void replaced_in_another_zone(void **state)
{
	struct flow gone = masqueraded(40112);
	struct observation removal = make_removal(ACT, CAUSE_USER_FLUSH, &gone);

	(void)state;
	removal.removal.zone = 5;
	see(&w, make_act(ACT, CAUSE_USER_FLUSH, NULL, 0, &conntrack_command));
	see(&w, removal);
	see(&w, make_act_end(ACT, 1, 1));
	retranslate(&gone, 0);
	assert_int_equal(see_reset(&w, received(&gone))->because_count, 0);
	retranslate(&gone, 5);
	assert_int_equal(see_reset(&w, received(&gone))->because_count, 1);
}

/* An entry that was made before the removal took nothing's place; at the same time, it may
 * have. */
static void replaced_before_it_was_removed(void **state)
{
	struct flow early = masqueraded(40112), same = masqueraded(40113);

	(void)state;
	see_address_flush(&w, ACT, "10.9.0.1", &networkd, &early);
	w.now_ns -= MS(1) + 1; /* a nanosecond before the removal */
	retranslate(&early, 0);
	pass(&w, MS(2));
	assert_int_equal(see_reset(&w, received(&early))->because_count, 0);
	see(&w, make_removal(0, CAUSE_TIMEOUT, &same));
	retranslate(&same, 0);
	assert_int_equal(see_reset(&w, received(&same))->because_count, 1);
}

/* Since the flush a connection by another rule took the tuple, untranslated, and timed out:
 * a third one is not the first one's renewal. What was untranslated all the time since the
 * flush, a pick-up, stands between nothing. */
static void replaced_long_ago(void **state)
{
	struct flow flows[2] = { masqueraded(40112), masqueraded(40113) };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct flow plain =
			untranslated("10.88.0.2", (uint16_t)(40112 + i), "10.9.0.2", 6379);

		see(&w, make_removal(0, CAUSE_TIMEOUT, &flows[i]));
		pass(&w, MS(1));
		see(&w, make_entry(&plain, i == 0));
		pass(&w, MS(1));
		see(&w, make_removal(0, CAUSE_TIMEOUT, &plain));
		pass(&w, MS(1));
		retranslate(&flows[i], 0);
		assert_int_equal(see_reset(&w, received(&flows[i]))->because_count, i);
	}
}

/* ---- a flow that was given another port: which reset is it? ---- */

static void reset_on_another_node(void **state)
{
	struct flow gone = masqueraded(40112);

	(void)state;
	see_address_flush(&w, ACT, "10.9.0.1", &networkd, &gone);
	retranslate(&gone, 0);
	w.netns.node = 1;
	assert_int_equal(see_reset(&w, received(&gone))->because_count, 0);
	w.netns.node = 0;
	assert_int_equal(see_reset(&w, received(&gone))->because_count, 2);
}

static void reset_before_the_other_port(void **state)
{
	struct flow gone = masqueraded(40112);

	(void)state;
	see_address_flush(&w, ACT, "10.9.0.1", &networkd, &gone);
	pass(&w, S);
	retranslate(&gone, 0);
	w.now_ns -= 1;
	assert_int_equal(see_reset(&w, received(&gone))->because_count, 0);
	w.now_ns += 1;
	assert_int_equal(see_reset(&w, received(&gone))->because_count, 2);
}

/* A new connection from that port in another namespace, or on another node, is not the
 * one that this namespace translates. */
static void a_new_connection_elsewhere(void **state)
{
	static const struct netns_id elsewhere[] = { { 0, OTHER_NETNS }, { 1, NODE_NETNS } };
	struct flow gone = masqueraded(40112), anew = masqueraded(40112);

	(void)state;
	see_address_flush(&w, ACT, "10.9.0.1", &networkd, &gone);
	retranslate(&gone, 0);
	for (size_t i = 0; i < 2; i++) {
		w.netns = elsewhere[i];
		see(&w, make_removal(0, CAUSE_TIMEOUT, &gone));
		see(&w, make_entry(&anew, true));
	}
	w.netns = (struct netns_id){ .inum = NODE_NETNS };
	assert_int_equal(see_reset(&w, received(&gone))->because_count, 2);
	see(&w, make_entry(&anew, true));
	assert_int_equal(see_reset(&w, received(&gone))->because_count, 0);
}

/* Both ends are on this node, and of the sender's socket nothing is left: the receivers tell of
 * the resets, which are as many as they are. */
static void told_by_the_receivers_only(void **state)
{
	struct flow before[2], now[2];

	(void)state;
	see(&w, make_act(9, CAUSE_USER_DELETE, NULL, 0, &conntrack_command));
	for (uint16_t i = 0; i < 2; i++) {
		before[i] = now[i] = masqueraded((uint16_t)(1001 + i));
		now[i].reply.dst = make_ip("10.9.1.1");
		see(&w, make_removal(9, CAUSE_USER_DELETE, &before[i]));
	}
	see(&w, make_act_end(9, 2, 2));
	for (size_t i = 0; i < 2; i++) {
		struct observation reset = make_reset(&before[i], &before[i].reply);

		w.netns.inum = NODE_NETNS;
		see(&w, make_entry(&now[i], false));
		pass(&w, MS(5));
		reset.reset.packet = tuple_inverse(&now[i].reply);
		reset.reset.victim.role = VICTIM_OF_FLOW;
		reset.reset.victim.look = LOOK_ABSENT;
		w.netns.inum = 4026532201;
		assert_int_equal(see_reset(&w, reset)->verdict, VERDICT_STALE_CONNECTION);
		pass(&w, MS(1));
		w.netns.inum = 4026532202;
		assert_int_equal(see_reset(&w, received(&before[i]))->sent_as, w.resets[2 * i].id);
	}
	assert_int_equal(w.summary.stories_count, 1);
	assert_int_equal(w.summary.stories[0].resets, 2);
	assert_int_equal(w.summary.stories[0].connections, 2);
	assert_int_equal(w.summary.connections_reset, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		story(remote_is_the_peers),
		story(remote_or_one_that_was_only_counted),
		story(remote_after_a_new_translation),
		story(remote_in_a_container),
		story(told_by_the_receivers_only),
		story(remote_after_the_same_translation),
		story(remote_is_linked_to_its_sending),
		story(the_same_addresses_on_another_node),
		story(received_before_it_was_sent),
		story(received_a_second_later),
		story(sent_in_a_burst),
		story(while_the_flush_goes_on),
		story(after_two_flushes),
		story(replaced_on_the_other_side),
		story(replaced_in_another_zone),
		story(replaced_before_it_was_removed),
		story(replaced_long_ago),
		story(reset_on_another_node),
		story(reset_before_the_other_port),
		story(a_new_connection_elsewhere),
		story(told_step_by_step),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
