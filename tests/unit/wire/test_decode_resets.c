// SPDX-License-Identifier: GPL-2.0-only
/* Wire records of resets into observations, and into what they will ask for. */
#include "cast/wire.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

static void reset(void **state)
{
	struct event_reset e = wire_reset();
	struct flow flow = masqueraded(40112);
	struct observation o = DECODED(e);

	(void)state;
	assert_int_equal(o.type, OBSERVATION_RESET);
	assert_true(tuple_equal(&o.reset.packet, &flow.reply));
	assert_int_equal(o.reset.family, AF_INET);
	assert_int_equal(o.reset.flags, PACKET_PSH | PACKET_ACK);
	assert_int_equal(o.reset.socket, SOCKET_NONE);
	assert_int_equal(o.reset.hooks, HOOKS_KNOWN | HOOKS_NAT);
	assert_true(o.reset.in_softirq);
	assert_true(o.reset.has_context);
	assert_true(o.reset.has_numbers);
	assert_int_equal(o.reset.seq, 0xfffffffe);
	assert_int_equal(o.reset.ack, 0x80000000);
	assert_int_equal(o.reset.payload_bytes, 36);
	assert_true(o.reset.has_zone);
	assert_int_equal(o.reset.zone, 5);
	assert_string_equal(o.reset.ifname, "up0");
	assert_string_equal(o.reset.reason, "");
	assert_string_equal(o.reset.stack, "");
	e.flags = 0;
	assert_false(DECODED(e).reset.in_softirq);
	assert_int_equal(DECODED(e).reset.actor.pid, 412);
	e.hooks = EVENT_HOOK_KNOWN | EVENT_HOOK_CONNTRACK;
	assert_int_equal(DECODED(e).reset.hooks, HOOKS_KNOWN | HOOKS_CONNTRACK);
	e.hooks = EVENT_HOOK_KNOWN; /* there are none */
	assert_int_equal(DECODED(e).reset.hooks, HOOKS_KNOWN);
	e.hooks = 0; /* nobody could look */
	assert_int_equal(DECODED(e).reset.hooks, 0);
}

static void reset_pickup(void **state)
{
	struct event_reset e = wire_reset();
	struct flow flow = masqueraded(40112);

	(void)state;
	assert_int_equal(DECODED(e).reset.pickup, PICKUP_FRESH);
	e.conntrack_status |= 2; /* it has seen a reply */
	assert_int_equal(DECODED(e).reset.pickup, PICKUP_KNOWN);
	e = wire_reset();
	e.conntrack_info = 0; /* IP_CT_ESTABLISHED */
	assert_int_equal(DECODED(e).reset.pickup, PICKUP_KNOWN);
	e = wire_reset();
	e.conntrack_info = 3; /* a reply */
	assert_int_equal(DECODED(e).reset.pickup, PICKUP_KNOWN);
	e = wire_reset();
	e.conntrack_orig = wire_tuple(&flow.orig); /* and a NAT rule had its way with it */
	assert_int_equal(DECODED(e).reset.pickup, PICKUP_RENEWED);
	e.conntrack_status |= 2;
	assert_int_equal(DECODED(e).reset.pickup, PICKUP_KNOWN);
	e = wire_reset();
	e.conntrack = EVENT_CONNTRACK_NONE;
	assert_int_equal(DECODED(e).reset.pickup, PICKUP_NONE);
	assert_false(DECODED(e).reset.has_zone);
	e.conntrack = EVENT_CONNTRACK_UNTRACKED;
	assert_int_equal(DECODED(e).reset.pickup, PICKUP_UNTRACKED);
	assert_false(DECODED(e).reset.has_zone);
}

static void reset_names(void **state)
{
	struct event_reset e = wire_reset();

	(void)state;
	e.reason = 1;
	assert_string_equal(DECODED(e).reset.reason, ""); /* the field does not count */
	e.flags |= EVENT_RESET_HAS_REASON;
	assert_string_equal(DECODED(e).reset.reason, "NO_SOCKET");
	e.reason = 99;
	assert_string_equal(DECODED(e).reset.reason, "");
	e.stack[0] = DELETE_PART; /* the probe sends one only when asked to */
	e.stack[1] = EARLY_DROP;
	assert_string_equal(DECODED(e).reset.stack, "nf_ct_delete.part.0 < early_drop");
}

/* Of a listener's reset there is always one, for what it tells. */
static void listeners_stack(void **state)
{
	struct event_reset e = wire_reset();

	(void)state;
	e.socket = SOCKET_LISTEN;
	e.stack[0] = SEND_RESET;
	e.stack[1] = CHECK_REQUEST;
	assert_true(DECODED(e).reset.is_of_request);
	assert_string_equal(DECODED(e).reset.stack, "");
	e.stack[1] = EARLY_DROP;
	assert_false(DECODED(e).reset.is_of_request);
	decoder.with_stacks = true;
	assert_string_equal(DECODED(e).reset.stack, "tcp_v4_send_reset < early_drop");
	decoder.with_stacks = false;
}

/* Of a reset of this node's own there is always one: shown where it did not tell the cause. */
static void aborts_stack(void **state)
{
	struct event_reset e = wire_reset();

	(void)state;
	e.kind = EVENT_RESET_ABORT;
	e.stack[0] = ABORT;
	assert_int_equal(DECODED(e).reset.cause, CAUSE_KILLED);
	assert_string_equal(DECODED(e).reset.stack, "");
	e.stack[0] = MY_MODULE;
	assert_int_equal(DECODED(e).reset.cause, CAUSE_OTHER);
	assert_string_equal(DECODED(e).reset.stack, "my_module_fn");
}

/* An entry of the node's, and a reset by a container: each with its own hooks. */
static void entry_of_another_namespace(void **state)
{
	struct event_reset e = wire_reset();
	struct observation o;

	(void)state;
	e.conntrack = EVENT_CONNTRACK_INVALID;
	e.hooks = EVENT_HOOK_KNOWN;
	e.entry_netns = 4026532001;
	e.entry_hooks = EVENT_HOOK_KNOWN | EVENT_HOOK_CONNTRACK | EVENT_HOOK_NAT;
	o = DECODED(e);
	assert_int_equal(o.reset.pickup, PICKUP_INVALID);
	assert_int_equal(o.reset.hooks, HOOKS_KNOWN);
	assert_int_equal(o.reset.entry_netns, 4026532001);
	assert_int_equal(o.reset.entry_hooks, HOOKS_KNOWN | HOOKS_CONNTRACK | HOOKS_NAT);
	assert_int_equal(o.reset.from_netns, 0);
	/* None was judged: only where it came from, which need not have an entry. */
	e.conntrack = EVENT_CONNTRACK_NONE;
	o = DECODED(e);
	assert_int_equal(o.reset.entry_netns, 0);
	assert_int_equal(o.reset.entry_hooks, 0);
	assert_int_equal(o.reset.from_netns, 4026532001);
	assert_int_equal(o.reset.from_hooks, HOOKS_KNOWN | HOOKS_CONNTRACK | HOOKS_NAT);
	assert_int_equal(o.reset.bridge_netns, 0);
	e.bridge_ifindex = 4;
	o = DECODED(e);
	assert_int_equal(o.reset.bridge_netns, 4026532001);
	assert_int_equal(o.reset.bridge_ifindex, 4);
	e.conntrack = EVENT_CONNTRACK_INVALID;
	e.entry_netns = 0;
	e.entry_hooks = 0;
	o = DECODED(e);
	assert_int_equal(o.reset.entry_netns, 0);
	assert_int_equal(o.reset.entry_hooks, 0);
}

static void listener_of_a_reset(void **state)
{
	struct event_reset e = wire_reset();
	struct observation o = DECODED(e);

	(void)state;
	assert_false(o.reset.listener.is_known);
	e.socket = SOCKET_LISTEN;
	e.listener = (struct event_listening){ .queue = 6,
					       .queue_max = 5,
					       .syn_queue = 2,
					       .bound_ifindex = 7,
					       .address = { 127, 0, 0, 1 },
					       .port = htons(7100),
					       .family = AF_INET,
					       .flags = EVENT_LISTENER_KNOWN };
	o = DECODED(e);
	assert_true(o.reset.listener.is_known);
	assert_false(o.reset.listener.is_v6only);
	assert_int_equal(o.reset.listener.queue, 6);
	assert_int_equal(o.reset.listener.queue_max, 5);
	assert_int_equal(o.reset.listener.syn_queue, 2);
	assert_int_equal(o.reset.listener.bound_ifindex, 7);
	assert_int_equal(o.reset.listener.port, 7100);
	assert_int_equal(o.reset.listener.family, AF_INET);
	assert_int_equal(o.reset.listener.address.bytes[0], 127);
	e.listener.flags |= EVENT_LISTENER_V6ONLY;
	assert_true(DECODED(e).reset.listener.is_v6only);
}

static struct event_reset_socket wire_reset_socket(enum event_end_how how, enum event_ending ending)
{
	return (struct event_reset_socket){
		.header = { .type = EVENT_RESET_SOCKET,
			    .len = sizeof(struct event_reset_socket),
			    .ts_ns = MONO_BASE_NS + 900 },
		.reset_ns = MONO_BASE_NS,
		.end = { .ts_ns = MONO_BASE_NS - 3000,
			 .start_boottime_ns = 5,
			 .pid = 412,
			 .how = (uint8_t)how,
			 .ending = (uint8_t)ending,
			 .signal = ending >= EVENT_ENDING_SIGNAL ? 9 : 0 },
		.task = wire_task(0),
		.exe = { .names = { "nginx", "sbin", "usr" }, .is_whole = 1 },
	};
}

/* What the record after it says of a reset's connection. */
static void end_of_the_socket(void **state)
{
	static const struct {
		enum event_end_how how;
		enum event_ending ending;
		enum socket_end_how is;
	} cases[] = {
		{ EVENT_END_CLOSED, EVENT_ENDING_NONE, SOCKET_END_CLOSED },
		{ EVENT_END_CLOSED, EVENT_ENDING_EXIT, SOCKET_END_EXITED },
		{ EVENT_END_CLOSED, EVENT_ENDING_SIGNAL, SOCKET_END_KILLED },
		{ EVENT_END_CLOSED, EVENT_ENDING_OOM, SOCKET_END_OOM },
		{ EVENT_END_TIMED_OUT, EVENT_ENDING_NONE, SOCKET_END_TIMED_OUT },
		{ EVENT_END_RESET, EVENT_ENDING_NONE, SOCKET_END_RESET },
		{ EVENT_END_DESTROYED, EVENT_ENDING_NONE, SOCKET_END_DESTROYED },
		{ EVENT_END_ABORTED, EVENT_ENDING_NONE, SOCKET_END_ABORTED },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct event_reset_socket end = wire_reset_socket(cases[i].how, cases[i].ending);
		struct event_reset e = wire_reset();
		struct observation o = DECODED(e);

		assert_int_equal(o.reset.ended.how, SOCKET_END_NONE);
		assert_true(decode_companion(&end, sizeof(end), &o));
		assert_int_equal(o.reset.ended.how, cases[i].is);
		assert_int_equal(o.reset.ended.ago_ns, 3000);
		assert_int_equal(o.reset.ended.by.pid, 412);
		assert_int_equal(o.reset.ended.by.start_boottime_ns, 5);
		assert_string_equal(o.reset.ended.by.exe, "/usr/sbin/nginx");
		assert_int_equal(o.reset.ended.by.signal, cases[i].ending >= 2 ? 9 : 0);
	}
}

static void end_of_another_socket(void **state)
{
	struct event_reset_socket end = wire_reset_socket(EVENT_END_CLOSED, EVENT_ENDING_NONE);
	struct event_reset e = wire_reset();
	struct observation o = DECODED(e), none;

	(void)state;
	end.reset_ns++;
	assert_false(decode_companion(&end, sizeof(end), &o));
	end.reset_ns--;
	assert_false(decode_companion(&end, sizeof(end) - 1, &o));
	end.header.len--;
	assert_false(decode_companion(&end, sizeof(end), &o));
	end.header.len++;
	assert_false(decode_companion(&e, sizeof(e), &o));
	assert_int_equal(o.reset.ended.how, SOCKET_END_NONE);
	/* by itself it is no observation, and no error */
	assert_int_equal(decode_copy(&end, sizeof(end), &none), 0);
}

static struct event_reset_fate wire_fate(enum event_fate fate)
{
	return (struct event_reset_fate){
		.header = { .type = EVENT_RESET_FATE, .len = sizeof(struct event_reset_fate) },
		.reset_ns = MONO_BASE_NS,
		.fate = (uint8_t)fate,
	};
}

/* What the record says that comes when the kernel is through with it. */
static void fate_of_a_reset(void **state)
{
	static const struct {
		enum event_fate fate;
		enum delivered delivered;
		enum undelivered why;
	} cases[] = {
		{ EVENT_FATE_UNKNOWN, DELIVERED_UNKNOWN, UNDELIVERED_NONE },
		{ EVENT_FATE_LEFT, DELIVERED_YES, UNDELIVERED_NONE },
		{ EVENT_FATE_DROPPED, DELIVERED_NO, UNDELIVERED_DROPPED },
		{ EVENT_FATE_NO_ROUTE, DELIVERED_NO, UNDELIVERED_NO_ROUTE },
		{ EVENT_FATE_NOT_MADE, DELIVERED_NO, UNDELIVERED_NOT_MADE },
		{ 250, DELIVERED_UNKNOWN, UNDELIVERED_NONE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct event_reset_fate fate = wire_fate(cases[i].fate);
		struct event_reset e = wire_reset();
		struct observation o = DECODED(e);

		assert_int_equal(o.reset.delivered, DELIVERED_UNKNOWN);
		assert_true(decode_companion(&fate, sizeof(fate), &o));
		assert_int_equal(o.reset.delivered, cases[i].delivered);
		assert_int_equal(o.reset.undelivered, cases[i].why);
	}
}

static void fate_of_another_reset(void **state)
{
	struct event_reset_fate fate = wire_fate(EVENT_FATE_DROPPED);
	struct event_reset e = wire_reset();
	struct observation o = DECODED(e), none;

	(void)state;
	fate.reset_ns++;
	assert_false(decode_companion(&fate, sizeof(fate), &o));
	fate.reset_ns--;
	assert_false(decode_companion(&fate, sizeof(fate) - 1, &o));
	fate.header.len--;
	assert_false(decode_companion(&fate, sizeof(fate), &o));
	fate.header.len++;
	assert_int_equal(o.reset.delivered, DELIVERED_UNKNOWN);
	assert_int_equal(decode_copy(&fate, sizeof(fate), &none), 0);
}

/* Only a reset that says so is waited with, for its own. */
static void fate_that_is_awaited(void **state)
{
	struct event_reset_fate fate = wire_fate(EVENT_FATE_LEFT);
	struct event_reset e = wire_reset();

	(void)state;
	assert_int_equal(decode_awaited(&e, sizeof(e)), 0);
	e.flags |= EVENT_RESET_FATE_FOLLOWS;
	assert_int_equal(decode_awaited(&e, sizeof(e)), MONO_BASE_NS);
	assert_int_equal(decode_awaited(&e, sizeof(e) - 1), 0);
	assert_int_equal(decode_awaited(&fate, sizeof(fate)), 0);
	assert_true(decode_is_fate(&fate, sizeof(fate), MONO_BASE_NS));
	assert_false(decode_is_fate(&fate, sizeof(fate), MONO_BASE_NS + 1));
	assert_false(decode_is_fate(&e, sizeof(e), MONO_BASE_NS));
}

static void listener_closed(void **state)
{
	struct event_listener e = { .header = HEADER(EVENT_LISTENER, e),
				    .netns = NODE_NETNS,
				    .listening = { .queue = 3,
						   .queue_max = 128,
						   .port = htons(80),
						   .family = AF_INET,
						   .flags = EVENT_LISTENER_KNOWN },
				    .task = wire_task(0) };
	struct observation o = DECODED(e);

	(void)state;
	assert_int_equal(o.type, OBSERVATION_LISTENER);
	assert_int_equal(o.listener.listener.queue, 3);
	assert_int_equal(o.listener.listener.port, 80);
	assert_int_equal(o.listener.actor.pid, 412);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entry_of_another_namespace),
		cmocka_unit_test(listener_of_a_reset),
		cmocka_unit_test(end_of_the_socket),
		cmocka_unit_test(end_of_another_socket),
		cmocka_unit_test(fate_of_a_reset),
		cmocka_unit_test(fate_of_another_reset),
		cmocka_unit_test(fate_that_is_awaited),
		cmocka_unit_test(listener_closed),
		cmocka_unit_test(reset),
		cmocka_unit_test(reset_pickup),
		cmocka_unit_test(reset_names),
		cmocka_unit_test(listeners_stack),
		cmocka_unit_test(aborts_stack),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
