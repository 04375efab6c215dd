// SPDX-License-Identifier: GPL-2.0-only
/* Connections, and the resets that ended them. */
#include "cast/watched.h"

#include "summary/verdict_text.h"

/* A server that is not answered sends again: three resets of one connection. */
static void resets_are_not_connections(void **state)
{
	struct flow a = masqueraded(40001), b = masqueraded(40002);

	(void)state;
	see_address_flush(&w, 7, "10.9.0.1", &networkd, &a);
	see_address_flush(&w, 8, "10.9.0.1", &networkd, &b);
	for (int i = 0; i < 3; i++) {
		pass(&w, MS(200));
		see_server_packet(&w, &a);
	}
	see_server_packet(&w, &b);
	assert_int_equal(w.summary.blamed, 4);
	assert_int_equal(w.summary.connections_reset, 2);
	assert_int_equal(w.summary.stories[0].resets, 4);
	assert_int_equal(w.summary.stories[0].connections, 2);
}

/* Made is not delivered: the connection goes on, and one whose RST left does not. */
static void an_undelivered_reset_ends_nothing(void **state)
{
	struct flow flow = masqueraded(40001);
	struct observation reset = make_reset(&flow, &flow.reply);

	(void)state;
	see_address_flush(&w, 7, "10.9.0.1", &networkd, &flow);
	pass(&w, SECONDS(1));
	reset.reset.delivered = DELIVERED_NO;
	reset.reset.undelivered = UNDELIVERED_DROPPED;
	for (int i = 0; i < 3; i++)
		see_reset(&w, reset);
	assert_int_equal(w.summary.blamed, 3);
	assert_int_equal(w.summary.undelivered, 3);
	assert_int_equal(w.summary.connections_reset, 0);
	assert_int_equal(w.summary.stories[0].connections, 0);
	/* What is proven is proven, and the next one may leave. */
	assert_int_equal(summary_status(&w.summary), STATUS_CRITICAL);
	reset.reset.delivered = DELIVERED_YES;
	see_reset(&w, reset);
	assert_int_equal(w.summary.connections_reset, 1);
	assert_int_equal(w.summary.stories[0].undelivered, 3);
}

/* The worst is told first: what reached nobody is not, however sure. */
static void an_undelivered_story_is_not_the_worst(void **state)
{
	struct flow kept = masqueraded(40001), forgotten = masqueraded(40002);
	struct observation reset = make_reset(&kept, &kept.reply);

	(void)state;
	see_address_flush(&w, 7, "10.9.0.1", &networkd, &kept);
	pass(&w, SECONDS(1));
	reset.reset.delivered = DELIVERED_NO;
	see_reset(&w, reset);
	assert_int_equal(summary_worst(&w.summary)->blamed.verdict, VERDICT_ENTRY_REMOVED);
	see_server_packet(&w, &forgotten);
	assert_int_equal(summary_worst(&w.summary)->blamed.verdict, VERDICT_ENTRY_UNKNOWN);
}

/* Its peer is still there to send more. */
static void a_flow_whose_reset_did_not_leave_expects_one(void **state)
{
	struct flow flow = masqueraded(40001);
	struct observation reset = make_reset(&flow, &flow.reply);

	(void)state;
	see_address_flush(&w, 7, "10.9.0.1", &networkd, &flow);
	pass(&w, SECONDS(1));
	assert_int_equal(w.summary.expected, 1);
	reset.reset.delivered = DELIVERED_NO;
	see_reset(&w, reset);
	assert_int_equal(w.summary.expected, 1);
	reset.reset.delivered = DELIVERED_YES;
	see_reset(&w, reset);
	assert_int_equal(w.summary.expected, 0);
}

static void connections_beyond_the_table(void **state)
{
	static struct connections set;
	struct tuple tuple = make_tuple("10.0.0.1", 1, "10.0.0.2", 2);
	struct tuple back = tuple_inverse(&tuple);
	struct netns_id netns = { 0, NODE_NETNS }, other = { 0, OTHER_NETNS };

	(void)state;
	assert_false(connections_has(&set, 0, netns, 2, &tuple));
	assert_int_equal(connections_add(&set, 0, netns, 2, &tuple), CONNECTIONS_NEW);
	assert_int_equal(connections_add(&set, 0, netns, 2, &tuple), CONNECTIONS_KNOWN);
	assert_int_equal(connections_add(&set, 0, netns, 2, &back), CONNECTIONS_KNOWN);
	assert_int_equal(connections_add(&set, 1, netns, 2, &tuple), CONNECTIONS_NEW);
	assert_int_equal(connections_add(&set, 0, other, 2, &tuple), CONNECTIONS_NEW);
	for (uint32_t i = set.count; i < CONNECTIONS_MAX; i++) {
		tuple.sport = (uint16_t)i;
		tuple.src.bytes[0] = (uint8_t)(i >> 16);
		tuple.dport = 9;
		assert_int_equal(connections_add(&set, 0, netns, 2, &tuple), CONNECTIONS_NEW);
	}
	assert_int_equal(connections_add(&set, 0, netns, 2, &tuple), CONNECTIONS_KNOWN);
	tuple.dport = 10;
	assert_int_equal(connections_add(&set, 0, netns, 2, &tuple), CONNECTIONS_FULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		story(resets_are_not_connections),
		story(an_undelivered_reset_ends_nothing),
		story(an_undelivered_story_is_not_the_worst),
		story(a_flow_whose_reset_did_not_leave_expects_one),
		cmocka_unit_test(connections_beyond_the_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
