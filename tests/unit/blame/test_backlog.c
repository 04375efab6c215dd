// SPDX-License-Identifier: GPL-2.0-only
/* Connections that their listener never took, and those that only look like it. */
#include "cast/make.h"
#include "cast/watched.h"

#include <string.h>
#include <sys/socket.h>

/* The last ACK of a handshake, or what looks like it, met the listener. */
static struct observation make_ack(uint32_t queue)
{
	struct flow http = untranslated("10.9.0.2", 50000, "10.9.0.1", 80);
	struct observation reset = make_reset(&http, &http.orig);

	reset.reset.flags = PACKET_ACK;
	reset.reset.payload_bytes = 0;
	reset.reset.socket = SOCKET_LISTEN;
	reset.reset.pickup = PICKUP_KNOWN;
	reset.reset.entry = http;
	reset.reset.entry_state = TRACKER_ESTABLISHED;
	reset.reset.listener = (struct listener_state){
		.is_known = true, .family = AF_INET, .port = 80, .queue = queue, .queue_max = 4
	};
	return reset;
}

static void full_queue_refuses_a_request(void **state)
{
	struct observation ack = make_ack(5);
	const struct reset_blame *r;

	(void)state;
	ack.reset.is_of_request = true;
	r = see_reset(&w, ack);
	assert_judged(r, VERDICT_BACKLOG, CAUSE_ACCEPT_QUEUE_FULL, CONFIDENCE_PROVEN);
	assert_innocent(r);
	ack.reset.is_of_request = false;
	strcpy(ack.reset.reason, "INVALID_SYN"); /* the same, of a kernel that says so */
	r = see_reset(&w, ack);
	assert_judged(r, VERDICT_BACKLOG, CAUSE_ACCEPT_QUEUE_FULL, CONFIDENCE_PROVEN);
}

/* Its request was given up, or it never was in a handshake. */
static void full_queue_and_no_request(void **state)
{
	const struct reset_blame *r = see_reset(&w, make_ack(5));

	(void)state;
	assert_judged(r, VERDICT_BACKLOG, CAUSE_ACCEPT_QUEUE_FULL, CONFIDENCE_LIKELY);
	assert_true(is_inferred(r, UNSEEN_HANDSHAKE));
}

static void queue_with_room(void **state)
{
	struct observation ack = make_ack(4);

	(void)state;
	assert_judged(see_reset(&w, ack), VERDICT_STALE_CONNECTION, CAUSE_NONE, CONFIDENCE_LIKELY);
	ack.reset.is_of_request = true; /* refused for another reason */
	assert_judged(see_reset(&w, ack), VERDICT_PROTOCOL, CAUSE_NONE, CONFIDENCE_PROVEN);
}

static void second_syn_is_not_refused_by_the_queue(void **state)
{
	struct observation ack = make_ack(5);

	(void)state;
	ack.reset.is_of_request = true;
	ack.reset.flags = PACKET_SYN | PACKET_ACK;
	assert_judged(see_reset(&w, ack), VERDICT_PROTOCOL, CAUSE_NONE, CONFIDENCE_PROVEN);
}

static void connection_that_ended_was_taken(void **state)
{
	struct observation ack = make_ack(5);

	(void)state;
	ack.reset.ended.how = SOCKET_END_CLOSED;
	assert_judged(see_reset(&w, ack), VERDICT_STALE_CONNECTION, CAUSE_NONE, CONFIDENCE_PROVEN);
}

/* ---- a listener that was closed ---- */

static void close_listener(uint32_t syn_queue)
{
	struct observation seen = { .type = OBSERVATION_LISTENER };

	seen.listener.listener = make_ack(0).reset.listener;
	seen.listener.listener.syn_queue = syn_queue;
	seen.listener.actor = conntrack_command;
	see(&w, seen);
	pass(&w, MS(500));
}

static void closed_over_a_handshake(void **state)
{
	struct observation ack = make_ack(0);
	const struct reset_blame *r;

	(void)state;
	close_listener(2);
	ack.reset.socket = SOCKET_NONE;
	r = see_reset(&w, ack);
	assert_judged(r, VERDICT_BACKLOG, CAUSE_LISTENER_CLOSED, CONFIDENCE_LIKELY);
	assert_true(is_inferred(r, UNSEEN_HANDSHAKE));
	assert_string_equal(r->actor.comm, conntrack_command.comm);
	ack.reset.pickup = PICKUP_NONE; /* nobody tracks */
	ack.reset.entry = (struct flow){ 0 };
	r = see_reset(&w, ack);
	assert_judged(r, VERDICT_BACKLOG, CAUSE_LISTENER_CLOSED, CONFIDENCE_LIKELY);
}

/* SO_REUSEPORT: another of the group gets what was not for it. */
static void closed_beside_another(void **state)
{
	(void)state;
	close_listener(1);
	assert_judged(see_reset(&w, make_ack(0)), VERDICT_BACKLOG, CAUSE_LISTENER_CLOSED,
		      CONFIDENCE_LIKELY);
}

static void closed_over_nobody(void **state)
{
	struct observation ack = make_ack(0);

	(void)state;
	close_listener(0);
	ack.reset.socket = SOCKET_NONE;
	assert_judged(see_reset(&w, ack), VERDICT_STALE_CONNECTION, CAUSE_NONE, CONFIDENCE_LIKELY);
}

static void closed_with_its_connections(void **state)
{
	struct observation ack = make_ack(0);

	(void)state;
	close_listener(2);
	ack.reset.socket = SOCKET_NONE;
	ack.reset.ended.how = SOCKET_END_EXITED;
	assert_judged(see_reset(&w, ack), VERDICT_STALE_CONNECTION, CAUSE_NONE, CONFIDENCE_PROVEN);
}

static void closed_another_port_or_too_long_ago(void **state)
{
	struct observation ack = make_ack(0);

	(void)state;
	close_listener(2);
	ack.reset.socket = SOCKET_NONE;
	ack.reset.packet.dport = 81;
	assert_judged(see_reset(&w, ack), VERDICT_STALE_CONNECTION, CAUSE_NONE, CONFIDENCE_LIKELY);
	ack.reset.packet.dport = 80;
	pass(&w, MS(120000));
	assert_judged(see_reset(&w, ack), VERDICT_STALE_CONNECTION, CAUSE_NONE, CONFIDENCE_LIKELY);
}

/* A removal of the packet's flow is evidence, a listener is a guess. */
static void closed_after_a_flush(void **state)
{
	struct flow flow = masqueraded(80);
	struct observation reset = make_reset(&flow, &flow.reply);

	(void)state;
	see(&w, make_act(9, CAUSE_USER_FLUSH, NULL, 0, &conntrack_command));
	see(&w, make_removal(9, CAUSE_USER_FLUSH, &flow));
	see(&w, make_act_end(9, 1, 1));
	close_listener(2);
	assert_int_equal(reset.reset.packet.dport, 80);
	assert_judged(see_reset(&w, reset), VERDICT_ENTRY_REMOVED, CAUSE_USER_FLUSH,
		      CONFIDENCE_PROVEN);
}

#define test(f) cmocka_unit_test_setup_teardown(f, watched_begin, watched_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(full_queue_refuses_a_request),
		test(full_queue_and_no_request),
		test(queue_with_room),
		test(second_syn_is_not_refused_by_the_queue),
		test(connection_that_ended_was_taken),
		test(closed_over_a_handshake),
		test(closed_beside_another),
		test(closed_over_nobody),
		test(closed_with_its_connections),
		test(closed_another_port_or_too_long_ago),
		test(closed_after_a_flush),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
