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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reset),
		cmocka_unit_test(reset_pickup),
		cmocka_unit_test(reset_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
