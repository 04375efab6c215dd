// SPDX-License-Identifier: GPL-2.0-only
/* What the open socket at the inner end tells: of an end that only the tracker saw, and of a
 * packet that was translated to another port of this host. */
#include "cast/watched.h"

static struct reset_blame reset_with(struct observation reset, enum victim_look look,
				     enum socket_state state)
{
	reset.reset.victim.role = VICTIM_OF_FLOW;
	reset.reset.victim.look = (uint8_t)look;
	if (look == LOOK_FOUND)
		reset.reset.victim.socket_state = (uint8_t)state;
	return *see_reset(&w, reset);
}

/* ---- a RST that the tracker believed, and nobody got ---- */

static struct reset_blame after_expiry(const struct flow *flow, enum tracker_state tracker,
				       enum cause cause, enum victim_look look,
				       enum socket_state state)
{
	struct observation expiry = make_removal(0, cause, flow);

	expiry.removal.tcp_state = (uint8_t)tracker;
	see(&w, expiry);
	pass(&w, SECONDS(1));
	return reset_with(make_reset(flow, &flow->reply), look, state);
}

static void a_believed_reset_and_an_open_socket(void **state)
{
	struct flow flow = masqueraded(40112);
	struct reset_blame r;

	(void)state;
	r = after_expiry(&flow, TRACKER_CLOSE, CAUSE_TIMEOUT, LOOK_FOUND, SOCKET_ESTABLISHED);
	assert_judged(&r, VERDICT_ENTRY_REMOVED, CAUSE_TIMEOUT, CONFIDENCE_PROVEN);
	assert_int_equal(r.removed_ago_ns, SECONDS(1));
	assert_int_equal(r.tracker_state, TRACKER_CLOSE);
	assert_flow_equal(&r.flow, &flow);
	assert_int_equal(w.summary.connections_reset, 1);
}

/* Who took it away was not looked for: it was taken for a closed one's. */
static void a_believed_reset_and_a_flush(void **state)
{
	struct flow flow = masqueraded(40112);
	struct reset_blame r;

	(void)state;
	r = after_expiry(&flow, TRACKER_CLOSE, CAUSE_USER_DELETE, LOOK_FOUND, SOCKET_CLOSE_WAIT);
	assert_judged(&r, VERDICT_ENTRY_REMOVED, CAUSE_USER_DELETE, CONFIDENCE_LIKELY);
	assert_true(is_inferred(&r, UNSEEN_REMOVER));
}

/* The same packets, and the socket is gone: it was the connection's end. */
static void a_reset_that_arrived(void **state)
{
	struct flow flow = masqueraded(40112);
	struct reset_blame r;

	(void)state;
	r = after_expiry(&flow, TRACKER_CLOSE, CAUSE_TIMEOUT, LOOK_ABSENT, SOCKET_NONE);
	assert_judged(&r, VERDICT_STALE_CONNECTION, CAUSE_NONE, CONFIDENCE_PROVEN);
	assert_int_equal(r.inferred_count, 0);
}

/* One has ended since, and whose it was is not known: nothing is proven, either way. */
static void a_believed_reset_and_a_socket_that_ended(void **state)
{
	struct flow flow = masqueraded(40112);
	struct reset_blame r;

	(void)state;
	r = after_expiry(&flow, TRACKER_CLOSE, CAUSE_TIMEOUT, LOOK_ENDED, SOCKET_NONE);
	assert_judged(&r, VERDICT_STALE_CONNECTION, CAUSE_NONE, CONFIDENCE_LIKELY);
	assert_true(is_inferred(&r, UNSEEN_SOCKET));
}

/* Anybody can have an open socket with those addresses and ports, in a namespace of his own. */
static void an_open_socket_that_may_be_anybodys(void **state)
{
	struct flow flow = masqueraded(40112);
	struct observation expiry = make_removal(0, CAUSE_TIMEOUT, &flow);
	struct observation reset = make_reset(&flow, &flow.reply);
	struct reset_blame r;

	(void)state;
	expiry.removal.tcp_state = TRACKER_CLOSE;
	see(&w, expiry);
	pass(&w, SECONDS(1));
	reset.reset.victim = (struct victim){ .is_unsure = true };
	r = reset_with(reset, LOOK_FOUND, SOCKET_ESTABLISHED);
	assert_judged(&r, VERDICT_STALE_CONNECTION, CAUSE_NONE, CONFIDENCE_LIKELY);
	assert_true(is_inferred(&r, UNSEEN_SOCKET));
}

static void a_reset_that_nobody_could_look_behind(void **state)
{
	struct flow late = masqueraded(40112), gone = masqueraded(40113);
	struct reset_blame r;

	(void)state;
	r = after_expiry(&late, TRACKER_CLOSE, CAUSE_TIMEOUT, LOOK_LATE, SOCKET_NONE);
	assert_judged(&r, VERDICT_STALE_CONNECTION, CAUSE_NONE, CONFIDENCE_LIKELY);
	assert_true(is_inferred(&r, UNSEEN_SOCKET));
	/* Its application has not noticed yet: it is over all the same. */
	r = after_expiry(&gone, TRACKER_CLOSE, CAUSE_TIMEOUT, LOOK_FOUND, SOCKET_TIME_WAIT);
	assert_int_equal(r.verdict, VERDICT_STALE_CONNECTION);
}

/* Both sides had said good-bye: that needs no socket. */
static void good_byes_need_no_socket(void **state)
{
	struct flow flow = masqueraded(40112);
	struct reset_blame r;

	(void)state;
	r = after_expiry(&flow, TRACKER_TIME_WAIT, CAUSE_TIMEOUT, LOOK_NONE, SOCKET_NONE);
	assert_judged(&r, VERDICT_STALE_CONNECTION, CAUSE_NONE, CONFIDENCE_PROVEN);
}

/* ---- the rules lead to another port of this host by now ---- */

static struct reset_blame redirected(uint16_t client, enum pickup pickup, enum victim_look look)
{
	struct flow before = masqueraded(client), now;
	struct tuple packet = make_tuple("10.9.0.2", client, "10.9.0.1", 8081);
	struct observation reset;

	before.orig = make_tuple("10.9.0.2", client, "10.9.0.1", 80);
	before.reply = make_tuple("10.9.0.1", 8080, "10.9.0.2", client);
	now = before;
	now.reply.sport = 8081;
	see(&w, make_act(9, CAUSE_USER_FLUSH, NULL, 0, &conntrack_command));
	see(&w, make_removal(9, CAUSE_USER_FLUSH, &before));
	see(&w, make_act_end(9, 1, 1));
	pass(&w, MS(5));
	see(&w, make_entry(&now, false));
	pass(&w, MS(1));
	reset = make_reset(&before, &packet);
	reset.reset.pickup = (uint8_t)pickup;
	reset.reset.socket = pickup == PICKUP_RENEWED ? SOCKET_NONE : SOCKET_LISTEN;
	return reset_with(reset, look, SOCKET_ESTABLISHED);
}

static void another_port_of_this_host(void **state)
{
	struct reset_blame r;

	(void)state;
	r = redirected(40112, PICKUP_NONE, LOOK_FOUND); /* somebody listens there */
	assert_judged(&r, VERDICT_ENTRY_REMOVED, CAUSE_USER_FLUSH, CONFIDENCE_PROVEN);
	assert_true(r.renewed_ago_ns > 0);
	assert_string_equal(r.actor.comm, "conntrack");
	r = redirected(40113, PICKUP_RENEWED, LOOK_FOUND); /* nobody does */
	assert_judged(&r, VERDICT_ENTRY_REMOVED, CAUSE_USER_FLUSH, CONFIDENCE_PROVEN);
}

/* Its socket at the port of before was dead. */
static void another_port_and_no_socket(void **state)
{
	struct reset_blame r;

	(void)state;
	r = redirected(40112, PICKUP_NONE, LOOK_ABSENT);
	assert_judged(&r, VERDICT_STALE_CONNECTION, CAUSE_NONE, CONFIDENCE_LIKELY);
	assert_true(is_inferred(&r, UNSEEN_SOCKET_GONE));
	assert_int_equal(r.actor.pid, 0);
}

#define test(f) cmocka_unit_test_setup_teardown(f, watched_begin, watched_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(a_believed_reset_and_an_open_socket),
		test(a_believed_reset_and_a_flush),
		test(a_reset_that_arrived),
		test(a_believed_reset_and_a_socket_that_ended),
		test(an_open_socket_that_may_be_anybodys),
		test(a_reset_that_nobody_could_look_behind),
		test(good_byes_need_no_socket),
		test(another_port_of_this_host),
		test(another_port_and_no_socket),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
