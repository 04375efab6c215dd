// SPDX-License-Identifier: GPL-2.0-only
/* The schema's words, both ways: every value of every enum. */
#include "cast/make.h"

#include <string.h>

static void causes(void **state)
{
	(void)state;
	for (unsigned int c = 0; c < CAUSES; c++) {
		assert_string_not_equal(cause_name(c), "unknown");
		assert_int_equal(cause_parse(cause_name(c)), c);
	}
	assert_string_equal(cause_name(CAUSES), "unknown");
	assert_int_equal(cause_parse("unknown"), CAUSE_NONE);
	assert_int_equal(cause_parse(""), CAUSE_NONE);
	assert_string_equal(cause_name(CAUSE_ADDRESS_REMOVED), "address-removed");
	assert_string_equal(cause_name(CAUSE_IPVS), "ipvs");
}

static void verdicts(void **state)
{
	static const char *const names[VERDICTS] = {
		"none",          "entry-removed",      "entry-unknown",
		"entry-invalid", "entry-bypassed",     "no-listener",
		"backlog",       "unreachable-socket", "stale-connection",
		"protocol",      "refused-by-rule",    "aborted",
		"remote",        "unexplained",
	};

	(void)state;
	for (unsigned int v = 0; v < VERDICTS; v++)
		assert_string_equal(verdict_name(v), names[v]);
	assert_string_equal(verdict_name(VERDICTS), "unknown");
	assert_string_equal(confidence_name(CONFIDENCE_UNKNOWN), "unknown");
	assert_string_equal(confidence_name(CONFIDENCE_LIKELY), "likely");
	assert_string_equal(confidence_name(CONFIDENCE_PROVEN), "proven");
}

/* Each has a word of its own, which readers of the JSON may rely on. */
static void unseens(void **state)
{
	(void)state;
	for (unsigned int a = 0; a < UNSEENS; a++) {
		assert_string_not_equal(unseen_name(a), "unknown");
		for (unsigned int b = a + 1; b < UNSEENS; b++)
			assert_string_not_equal(unseen_name(a), unseen_name(b));
	}
	assert_string_equal(unseen_name(UNSEENS), "unknown");
	assert_string_equal(unseen_name(UNSEEN_WORK_ITEM), "work-item");
	assert_string_equal(unseen_name(UNSEEN_REMOVAL_BEFORE), "removal-before-window");
}

/* Of what was seen of a socket's end, of a reset's delivery and of an address. */
static void evidence(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < SOCKET_ENDS; i++)
		assert_int_equal(socket_end_parse(socket_end_name(i)), i);
	for (unsigned int i = 0; i < DELIVEREDS; i++)
		assert_int_equal(delivered_parse(delivered_name(i)), i);
	for (unsigned int i = 0; i < UNDELIVEREDS; i++)
		assert_int_equal(undelivered_parse(undelivered_name(i)), i);
	for (unsigned int i = 0; i < VICTIM_ROLES; i++)
		assert_int_equal(victim_role_parse(victim_role_name(i)), i);
	for (unsigned int i = 0; i < EXPIRIES; i++)
		assert_int_equal(expiry_parse(expiry_name(i)), i);
	for (unsigned int i = 0; i < BARRIERS; i++)
		assert_int_equal(barrier_parse(barrier_name(i)), i);
	assert_string_equal(barrier_name(BARRIER_LOOPBACK), "loopback");
	assert_string_equal(barrier_name(BARRIERS), "unknown");
	for (unsigned int i = 0; i < CHANGE_WHYS; i++)
		assert_int_equal(change_why_parse(change_why_name(i)), i);
	assert_string_equal(socket_end_name(SOCKET_END_OOM), "oom");
	assert_string_equal(socket_end_name(SOCKET_ENDS), "unknown");
	assert_int_equal(delivered_parse("perhaps"), DELIVERED_UNKNOWN);
	assert_string_equal(undelivered_name(UNDELIVERED_NOT_MADE), "not-made");
	assert_string_equal(change_why_name(CHANGE_WHY_LIFETIME), "lifetime");
}

static void change_ops(void **state)
{
	(void)state;
	for (unsigned int op = ADDRESS_ADD; op <= LINK_RENAME; op++) {
		bool is_address = op <= ADDRESS_REMOVE;

		assert_int_equal(address_op_parse(change_op_name(op)),
				 is_address ? op : CHANGE_NONE);
		assert_int_equal(link_op_parse(change_op_name(op)), is_address ? CHANGE_NONE : op);
	}
	assert_int_equal(address_op_parse("none"), CHANGE_NONE);
	assert_int_equal(link_op_parse("none"), CHANGE_NONE);
	assert_int_equal(link_op_parse("sideways"), CHANGE_NONE);
}

static void states(void **state)
{
	(void)state;
	for (unsigned int s = 0; s < TRACKER_STATES; s++)
		assert_int_equal(tracker_state_parse(tracker_state_name(s)), s);
	assert_string_equal(tracker_state_name(TRACKER_ESTABLISHED), "ESTABLISHED");
	assert_string_equal(tracker_state_name(TRACKER_TIME_WAIT), "TIME_WAIT");
	assert_string_equal(tracker_state_name(255), "unknown");
	assert_int_equal(tracker_state_parse("unknown"), TRACKER_NONE);
	for (unsigned int s = 0; s < SOCKET_STATES; s++)
		assert_int_equal(socket_state_parse(socket_state_name(s)), s);
	assert_string_equal(socket_state_name(SOCKET_TIME_WAIT), "TIME_WAIT");
	assert_string_equal(socket_state_name(SOCKET_LISTEN), "LISTEN");
	assert_string_equal(socket_state_name(SOCKET_CLOSE), "CLOSE");
	/* "none" is an observation; not to know is another thing */
	assert_int_equal(socket_state_parse("none"), SOCKET_NONE);
	assert_int_equal(socket_state_parse("BOUND_INACTIVE"), SOCKET_UNKNOWN);
	assert_string_equal(socket_state_name(SOCKET_UNKNOWN), "unknown");
}

static void pickups(void **state)
{
	(void)state;
	for (unsigned int p = 0; p <= PICKUP_UNTRACKED; p++)
		assert_int_equal(pickup_parse(pickup_name(p)), p);
	assert_int_equal(pickup_parse("stale"), PICKUP_UNKNOWN);
}

static void status_bits(void **state)
{
	unsigned int bit = 0;

	(void)state;
	for (; status_bit_name(bit); bit++)
		assert_int_equal(status_bit_parse(status_bit_name(bit)), bit);
	assert_int_equal(bit, 16);
	assert_int_equal(status_bit_parse("ASSURED"), 2);
	assert_int_equal(status_bit_parse("SRC_NAT"), 4);
	assert_int_equal(status_bit_parse("DYING"), 9);
	assert_int_equal(status_bit_parse("OFFLOAD"), 14);
	assert_int_equal(status_bit_parse(""), -1);
	assert_null(status_bit_name(32));
}

static void packet_flags(void **state)
{
	char buf[64];

	(void)state;
	for (unsigned int flags = 0; flags < 256; flags++)
		assert_int_equal(packet_flags_parse(packet_flags_format(flags, buf, sizeof(buf))),
				 flags);
	assert_string_equal(packet_flags_format(0x18, buf, sizeof(buf)), "PSH,ACK");
	assert_string_equal(packet_flags_format(0x02, buf, sizeof(buf)), "SYN");
	assert_string_equal(packet_flags_format(0, buf, sizeof(buf)), "");
	/* cut, not overrun */
	for (size_t size = 1; size < sizeof(buf); size++)
		assert_true(strlen(packet_flags_format(0xff, buf, size)) < size);
}

static void packet_flags_as_tcpdump_has_them(void **state)
{
	(void)state;
	assert_int_equal(packet_flags_parse("S"), PACKET_SYN);
	assert_int_equal(packet_flags_parse("S."), PACKET_SYN | PACKET_ACK);
	assert_int_equal(packet_flags_parse("[P.]"), PACKET_PSH | PACKET_ACK);
	assert_int_equal(packet_flags_parse("F."), PACKET_FIN | PACKET_ACK);
	assert_int_equal(packet_flags_parse("R"), PACKET_RST);
	assert_int_equal(packet_flags_parse("."), PACKET_ACK);
	assert_int_equal(packet_flags_parse("none"), 0);
	assert_int_equal(packet_flags_parse(""), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(causes),       cmocka_unit_test(verdicts),
		cmocka_unit_test(unseens),      cmocka_unit_test(evidence),
		cmocka_unit_test(change_ops),   cmocka_unit_test(states),
		cmocka_unit_test(pickups),      cmocka_unit_test(status_bits),
		cmocka_unit_test(packet_flags), cmocka_unit_test(packet_flags_as_tcpdump_has_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
