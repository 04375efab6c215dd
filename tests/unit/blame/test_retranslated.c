// SPDX-License-Identifier: GPL-2.0-only
/* A connection that was translated anew, seen from either end. */
#include "cast/make.h"
#include "cast/watched.h"

#include <string.h>

#include "summary/verdict_text.h"

enum { POD = 4026532201 };

/* An inner server spoke first: its words leave from another port than its answers did. */
static void the_inner_server_spoke_first(void **state)
{
	struct flow before = masqueraded(1001), now = masqueraded(1001);
	struct observation received;
	const struct reset_blame *r;

	(void)state;
	before.orig = make_tuple("10.9.0.2", 41001, "10.9.0.1", 8080);
	before.reply = make_tuple("10.88.0.2", 80, "10.9.0.2", 41001);
	now.orig = before.reply;
	now.reply = make_tuple("10.9.0.2", 41001, "10.9.0.1", 80);
	watched_delete(&before);
	see(&w, make_entry(&now, false));
	pass(&w, MS(5));
	received = make_reset(&before, &before.orig);
	received.reset.kind = RESET_RECEIVED;
	received.reset.packet = make_tuple("10.9.0.2", 41001, "10.88.0.2", 80);
	w.netns.inum = POD;
	r = see_reset(&w, received);
	assert_judged(r, VERDICT_REMOTE, CAUSE_USER_DELETE, CONFIDENCE_LIKELY);
	assert_int_equal(r->removed_reply.dport, 8080);
	assert_int_equal(r->flow.reply.dport, 80);
	assert_true(r->because_count > 0);
}

/* The same, and nothing translates its words: they leave from the port that a redirect had led
 * to. An entry of another namespace that its packet only passed says nothing. */
static void the_inner_server_spoke_bare(void **state)
{
	struct flow before = masqueraded(1001), now = masqueraded(1001);
	struct observation received;
	const struct reset_blame *r;

	(void)state;
	before.orig = make_tuple("10.9.0.2", 41001, "10.88.0.2", 8080);
	before.reply = make_tuple("10.88.0.2", 15006, "10.9.0.2", 41001);
	now.orig = before.reply;
	now.reply = tuple_inverse(&before.reply);
	watched_delete(&before);
	see(&w, make_entry(&now, false));
	pass(&w, MS(5));
	received = make_reset(&before, &now.reply);
	received.reset.kind = RESET_RECEIVED;
	r = see_reset(&w, received);
	assert_judged(r, VERDICT_REMOTE, CAUSE_USER_DELETE, CONFIDENCE_LIKELY);
	assert_int_equal(r->removed_reply.dport, 8080);
	assert_int_equal(r->flow.orig.sport, 15006);
	w.netns.inum = POD;
	r = see_reset(&w, received);
	assert_judged(r, VERDICT_REMOTE, CAUSE_NONE, CONFIDENCE_PROVEN);
	assert_int_equal(r->because_count, 0);
}

/* The removal was a single one (a route change), which no flush had told of. */
static void after_a_single_removal(void **state)
{
	struct flow before = masqueraded(1001), now = masqueraded(1001);
	struct observation answered;
	struct reset_blame first;
	const struct reset_blame *r;

	(void)state;
	see(&w, make_removal(0, CAUSE_ROUTE_CHANGE, &before));
	pass(&w, MS(5));
	now.reply.dport = 1002;
	see(&w, make_entry(&now, false));
	pass(&w, MS(5));
	answered = make_reset(&now, &now.reply);
	answered.reset.packet = tuple_inverse(&now.reply);
	answered.reset.has_zone = false;
	w.netns.inum = POD;
	first = *see_reset(&w, answered);
	assert_int_equal(first.verdict, VERDICT_ENTRY_REMOVED);
	assert_int_equal(first.cause, CAUSE_ROUTE_CHANGE);
	assert_non_null(first.flush);
	assert_int_equal(first.because[0], first.flush->id);
	r = see_reset(&w, answered);
	assert_ptr_equal(r->flush, first.flush);
}

/* Its answers as before: nothing was changed for the other side. */
static void translated_as_before(void **state)
{
	struct flow before = masqueraded(1001), now = masqueraded(1001);
	struct observation received;

	(void)state;
	before.orig = make_tuple("10.9.0.2", 41001, "10.9.0.1", 8080);
	before.reply = make_tuple("10.88.0.2", 80, "10.9.0.2", 41001);
	now.orig = before.reply;
	now.reply = before.orig;
	watched_delete(&before);
	see(&w, make_entry(&now, false));
	pass(&w, MS(5));
	received = make_reset(&before, &before.orig);
	received.reset.kind = RESET_RECEIVED;
	received.reset.packet = make_tuple("10.9.0.2", 41001, "10.88.0.2", 80);
	assert_int_equal(see_reset(&w, received)->because_count, 0);
}

/* A client elsewhere spoke first; the node gave it another port towards the pod. */
static void a_pod_that_knows_the_port_of_before(void **state)
{
	struct flow before = masqueraded(1001), now = masqueraded(1001);
	struct tuple packet = make_tuple("10.88.0.1", 50002, "10.88.0.2", 7001);
	struct observation reset;
	const struct reset_blame *r;

	(void)state;
	before.orig = now.orig = make_tuple("10.9.0.2", 41001, "10.9.0.1", 30080);
	before.reply = make_tuple("10.88.0.2", 7001, "10.88.0.1", 50001);
	now.reply = tuple_inverse(&packet);
	watched_delete(&before);
	see(&w, make_entry(&now, false));
	pass(&w, MS(5));
	reset = make_reset(&before, &packet);
	reset.reset.socket = SOCKET_LISTEN;
	reset.reset.pickup = PICKUP_NONE;
	reset.reset.victim.role = VICTIM_OF_FLOW;
	reset.reset.victim.look = LOOK_FOUND;
	w.netns.inum = POD;
	r = see_reset(&w, reset);
	assert_judged(r, VERDICT_ENTRY_REMOVED, CAUSE_USER_DELETE, CONFIDENCE_LIKELY);
	assert_true(is_inferred(r, UNSEEN_PASSAGE));
	assert_true(r->renewed_ago_ns > 0);
}

/* The removal was of no flush: the chain has one of its own, from either side. */
static void a_removal_by_itself(void **state)
{
	struct flow before = masqueraded(1001), now = masqueraded(1001);
	struct observation reset;
	const struct reset_blame *r;

	(void)state;
	now.reply.dst = make_ip("10.9.1.1");
	see(&w, make_removal(0, CAUSE_ROUTE_CHANGE, &before));
	see(&w, make_entry(&now, false));
	pass(&w, MS(5));
	reset = make_reset(&before, &before.reply);
	reset.reset.packet = tuple_inverse(&now.reply);
	w.netns.inum = POD;
	r = see_reset(&w, reset); /* the server, on this node, does not know the address */
	assert_judged(r, VERDICT_ENTRY_REMOVED, CAUSE_ROUTE_CHANGE, CONFIDENCE_LIKELY);
	assert_non_null(r->flush);
	reset.reset.kind = RESET_RECEIVED;
	reset.reset.packet = tuple_inverse(&before.orig);
	r = see_reset(&w, reset);
	assert_judged(r, VERDICT_REMOTE, CAUSE_ROUTE_CHANGE, CONFIDENCE_LIKELY);
	assert_non_null(r->flush);
	assert_int_equal(r->because[0], r->flush->id);
}

/* The server of `before` refused what came under `now`, and the client got its RST, which
 * was translated back: of whichever connection. */
static const struct reset_blame *refused_and_received(const struct flow *before,
						      const struct flow *now,
						      const struct tuple *received_by)
{
	struct observation reset = make_reset(before, &before->reply);

	pass(&w, MS(5));
	reset.reset.packet = tuple_inverse(&now->reply);
	w.netns.inum = POD;
	see_reset(&w, reset);
	pass(&w, MS(1));
	reset.reset.kind = RESET_RECEIVED;
	reset.reset.packet = tuple_inverse(received_by);
	w.netns.inum = POD + 1;
	return see_reset(&w, reset);
}

/* Both ends are on this node, and the node translates between them: one RST, one story. */
static void one_reset_seen_at_both_ends(void **state)
{
	struct flow before = masqueraded(1001), now = masqueraded(1001);
	const struct reset_blame *r;

	(void)state;
	now.reply.dst = make_ip("10.9.1.1");
	watched_delete(&before);
	see(&w, make_entry(&now, false));
	r = refused_and_received(&before, &now, &before.orig);
	assert_judged(r, VERDICT_REMOTE, CAUSE_USER_DELETE, CONFIDENCE_LIKELY);
	assert_int_equal(r->sent_as, w.resets[0].id);
	assert_int_equal(w.summary.connections_reset, 1);
	assert_int_equal(w.summary.stories_count, 1);
	assert_int_equal(w.summary.stories[0].resets, 1);
}

/* Another connection's, at the same moment: two. */
static void two_resets_at_two_ends(void **state)
{
	struct flow before[] = { masqueraded(1001), masqueraded(1002) };
	struct flow now[] = { masqueraded(1001), masqueraded(1002) };
	const struct reset_blame *r;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		now[i].reply.dst = make_ip("10.9.1.1");
		watched_delete(&before[i]);
		see(&w, make_entry(&now[i], false));
	}
	r = refused_and_received(&before[0], &now[0], &before[1].orig);
	assert_int_equal(r->verdict, VERDICT_REMOTE);
	assert_int_equal(r->sent_as, 0);
	assert_int_equal(w.summary.connections_reset, 2);
	assert_int_equal(w.summary.stories_count, 2);
}

/* Who sent first is named as what it is, and nobody is said to have heard nothing. */
static void told_of_a_passage(void **state)
{
	struct flow before = masqueraded(1001), now = masqueraded(1001);
	struct step steps[STEPS_MAX];
	size_t count;

	(void)state;
	before.orig = make_tuple("10.9.0.2", 41001, "10.9.0.1", 8080);
	before.reply = make_tuple("10.88.0.2", 80, "10.9.0.2", 41001);
	now.orig = before.reply;
	now.reply = make_tuple("10.9.0.2", 41001, "10.9.0.1", 80);
	watched_delete(&before);
	see(&w, make_entry(&now, false));
	refused_and_received(&before, &now, &now.orig);
	count = verdict_text_steps(&w.summary.stories[0], &w.summary, true, steps);
	assert_int_equal(count, 3);
	assert_non_null(strstr(steps[1].words, "The server sent first"));
	assert_non_null(strstr(steps[2].words, "10.9.0.2:41001 has no such connection"));
	assert_null(strstr(steps[2].words, "never notified"));
}

#define test(f) cmocka_unit_test_setup_teardown(f, watched_begin, watched_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(the_inner_server_spoke_first),
		test(the_inner_server_spoke_bare),
		test(after_a_single_removal),
		test(translated_as_before),
		test(a_pod_that_knows_the_port_of_before),
		test(a_removal_by_itself),
		test(one_reset_seen_at_both_ends),
		test(two_resets_at_two_ends),
		test(told_of_a_passage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
