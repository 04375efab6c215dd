// SPDX-License-Identifier: GPL-2.0-only
/* Wire records into observations: removals and entries, and what is not whole. */
#include "cast/wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>

static struct event_removed6 wire_removed6(struct flow *flow)
{
	struct event_removed6 e = { .head = { .ts_ns = MONO_BASE_NS,
					      .family = AF_INET6,
					      .tcp_state = TRACKER_FIN_WAIT,
					      .status = 0x19e } };

	*flow = masqueraded(40112);
	flow->family = AF_INET6;
	flow->orig.src.bytes[15] = 1; /* all sixteen count */
	flow->orig.dst.bytes[15] = 2;
	flow->reply.src.bytes[15] = 3;
	flow->reply.dst.bytes[15] = 4;
	e.tail = wire_removed_tail(flow);
	memcpy(e.addresses[EVENT_ORIG_SRC], flow->orig.src.bytes, 16);
	memcpy(e.addresses[EVENT_ORIG_DST], flow->orig.dst.bytes, 16);
	memcpy(e.addresses[EVENT_REPLY_SRC], flow->reply.src.bytes, 16);
	memcpy(e.addresses[EVENT_REPLY_DST], flow->reply.dst.bytes, 16);
	return e;
}

static void removal(void **state)
{
	struct event_removal4 e = wire_removal();
	struct observation o = DECODED(e);
	struct flow flow = masqueraded(40112);

	(void)state;
	assert_int_equal(o.type, OBSERVATION_REMOVAL);
	assert_int_equal(o.netns.inum, NODE_NETNS);
	assert_int_equal(o.removal.act, 7);
	assert_int_equal(o.removal.cause, CAUSE_ADDRESS_REMOVED);
	assert_flow_equal(&o.removal.flow, &flow); /* byte order, too */
	assert_int_equal(o.removal.zone, 0);
	assert_int_equal(o.removal.reply_zone, 0);
	assert_false(o.removal.has_actor);
	assert_int_equal(o.removal.tcp_state, TRACKER_ESTABLISHED);
	assert_int_equal(o.removal.status, 0x19e);
	assert_int_equal(o.removal.mark, 0xdeadbeef);
	assert_null(o.removal.stack);
}

static void removal_of_ipv6(void **state)
{
	struct flow flow;
	struct event_removal6 e = { .removal = wire_removal().removal,
				    .entry = wire_removed6(&flow) };
	struct observation out;

	(void)state;
	e.removal.header.len = sizeof(e);
	out = DECODED(e);
	assert_flow_equal(&out.removal.flow, &flow);
	assert_int_equal(out.removal.tcp_state, TRACKER_FIN_WAIT);
	assert_int_equal(out.removal.mark, 0xdeadbeef);
	/* too short for its family */
	e.removal.header.len = sizeof(struct event_removal4);
	assert_int_equal(decode_copy(&e, sizeof(struct event_removal4), &out), -EINVAL);
}

/* A zone may be of one direction, of both or of none. */
static void removal_zone(void **state)
{
	static const uint16_t zones[][2] = { { 0, 0 }, { 3, 0 }, { 0, 3 }, { 3, 3 } };

	(void)state;
	for (uint8_t dirs = 0; dirs < 4; dirs++) {
		struct event_removal4 e = wire_removal();

		e.entry.head.zone = 3;
		e.entry.tail.zone_dirs = dirs;
		assert_int_equal(DECODED(e).removal.zone, zones[dirs][0]);
		assert_int_equal(DECODED(e).removal.reply_zone, zones[dirs][1]);
	}
}

static size_t decode_slots(struct decoder *d, const void *entry, size_t size,
			   struct observation *out)
{
	struct event_flush_slot slots[2] = { 0 };

	memcpy(slots, entry, size);
	return decode_flush(d, slots, out);
}

/* What a flush removes belongs to the act that the mark before it names. */
static void flush_slots(void **state)
{
	struct event_flush_mark mark = { .ts_ns = MONO_BASE_NS,
					 .act_kind = EVENT_ACT_NETLINK_FLUSH,
					 .netns = NODE_NETNS,
					 .act = 99 };
	struct event_removed4 v4 = wire_removed4();
	struct flow flow4 = masqueraded(40112), flow6;
	struct event_removed6 v6 = wire_removed6(&flow6);
	struct decoder d = decoder;
	struct observation out;

	(void)state;
	assert_int_equal(decode_slots(&d, &mark, sizeof(mark), &out), 1);
	assert_int_not_equal(out.type, OBSERVATION_REMOVAL);
	assert_int_equal(decode_slots(&d, &v4, sizeof(v4), &out), 1);
	assert_int_equal(out.type, OBSERVATION_REMOVAL);
	assert_int_equal(out.netns.inum, NODE_NETNS);
	assert_int_equal(out.mono_ns, MONO_BASE_NS);
	assert_int_equal(out.wall_ns, WALL_BASE_NS);
	assert_int_equal(out.removal.act, 99);
	assert_int_equal(out.removal.cause, CAUSE_USER_FLUSH);
	assert_int_equal(out.removal.status, 0x19e);
	assert_flow_equal(&out.removal.flow, &flow4);
	mark.act_kind = EVENT_ACT_MASQUERADE;
	mark.act = 100;
	assert_int_equal(decode_slots(&d, &mark, sizeof(mark), &out), 1);
	assert_int_equal(decode_slots(&d, &v6, sizeof(v6), &out), 2);
	assert_int_equal(out.removal.act, 100);
	assert_int_equal(out.removal.cause, CAUSE_ADDRESS_REMOVED);
	assert_flow_equal(&out.removal.flow, &flow6);
}

static void removal_cause(void **state)
{
	static const struct {
		uint64_t act;
		uint8_t kind, flags;
		enum cause cause;
	} cases[] = {
		{ 7, EVENT_ACT_MASQUERADE, 0, CAUSE_ADDRESS_REMOVED },
		{ 7, EVENT_ACT_NETLINK_FLUSH, 0, CAUSE_USER_FLUSH },
		{ 7, EVENT_ACT_NETLINK_DELETE, 0, CAUSE_USER_DELETE },
		{ 7, EVENT_ACT_ITERATION, 0, CAUSE_OTHER },
		{ 7, EVENT_ACT_ITERATION + 1, 0, CAUSE_OTHER }, /* a kind from the future */
		{ 7, EVENT_ACT_ITERATION + 1, EVENT_REMOVAL_EXPIRED, CAUSE_TIMEOUT },
		{ 7, 200, 0, CAUSE_OTHER },
		/* what an act removes it removes, expired or not */
		{ 7, EVENT_ACT_MASQUERADE, EVENT_REMOVAL_EXPIRED, CAUSE_ADDRESS_REMOVED },
		{ 0, 0, EVENT_REMOVAL_EXPIRED, CAUSE_TIMEOUT },
		{ 0, EVENT_ACT_MASQUERADE, 0, CAUSE_OTHER },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct event_removal4 e = wire_removal();

		e.removal.act = cases[i].act;
		e.removal.act_kind = cases[i].kind;
		e.entry.tail.flags = cases[i].flags;
		assert_int_equal(DECODED(e).removal.cause, cases[i].cause);
	}
}

/* Which timeout it was: of what timed out, and not of what an act removed. */
static void removal_expiry(void **state)
{
	static const enum expiry expiries[] = {
		[EVENT_EXPIRY_UNKNOWN] = EXPIRY_UNKNOWN,
		[EVENT_EXPIRY_STATE] = EXPIRY_STATE,
		[EVENT_EXPIRY_RETRANS] = EXPIRY_RETRANS,
		[EVENT_EXPIRY_UNACKED] = EXPIRY_UNACKED,
		[EVENT_EXPIRY_POLICY] = EXPIRY_POLICY,
		[EVENT_EXPIRY_FLOWTABLE] = EXPIRY_FLOWTABLE,
		[EVENT_EXPIRY_FLOWTABLE + 1] = EXPIRY_UNKNOWN, /* from the future */
	};

	(void)state;
	for (uint16_t i = 0; i < sizeof(expiries) / sizeof(expiries[0]); i++) {
		struct event_removal4 e = wire_removal();

		e.removal.act = 0;
		e.entry.tail.flags =
			(uint16_t)(EVENT_REMOVAL_EXPIRED | i << EVENT_REMOVAL_EXPIRY_SHIFT);
		assert_int_equal(DECODED(e).removal.expiry, expiries[i]);
		e.removal.act = 7;
		e.removal.act_kind = EVENT_ACT_MASQUERADE;
		assert_int_equal(DECODED(e).removal.expiry, EXPIRY_UNKNOWN);
	}
}

static void removal_with_a_stack(void **state)
{
	struct event_removal_stack e = wire_removal_stack(DELETE_PART, EARLY_DROP);
	struct observation o = DECODED(e);
	struct flow flow = masqueraded(40112);

	(void)state;
	assert_int_equal(o.type, OBSERVATION_REMOVAL);
	assert_flow_equal(&o.removal.flow, &flow);
	assert_int_equal(o.removal.cause, CAUSE_TABLE_FULL);
	assert_null(o.removal.stack); /* the cause says it */
	decoder.with_stacks = true;
	o = DECODED(e);
	assert_string_equal(o.removal.stack, "nf_ct_delete.part.0 < early_drop");
	decoder.with_stacks = false;
	e = wire_removal_stack(DELETE, MY_MODULE);
	o = DECODED(e);
	assert_int_equal(o.removal.cause, CAUSE_OTHER);
	assert_string_equal(o.removal.stack, "nf_ct_delete < my_module_fn");
	e.stack[0] = OWN_PROGRAM; /* our own frames tell nothing */
	e.stack[1] = OWN_TRAMPOLINE;
	e.stack[2] = DELETE;
	e.stack[3] = MY_MODULE;
	assert_string_equal(DECODED(e).removal.stack, "nf_ct_delete < my_module_fn");
	e = wire_removal_stack(0, EARLY_DROP); /* 0 ends it */
	o = DECODED(e);
	assert_int_equal(o.removal.cause, CAUSE_OTHER);
	assert_null(o.removal.stack);
	for (size_t i = 0; i < EVENT_STACK_MAX; i++) /* and so does the room for it */
		e.stack[i] = MY_MODULE;
	assert_int_equal(DECODED(e).removal.cause, CAUSE_OTHER);
}

static void entry(void **state)
{
	struct flow flow = masqueraded_v6(40112);
	struct event_entry e = { .header = HEADER(EVENT_ENTRY, e),
				 .netns = NODE_NETNS,
				 .zone = 9,
				 .family = AF_INET6,
				 .tcp_state = TRACKER_SYN_SENT,
				 .orig = wire_tuple(&flow.orig),
				 .reply = wire_tuple(&flow.reply) };
	struct observation o = DECODED(e);

	(void)state;
	assert_int_equal(o.type, OBSERVATION_ENTRY);
	assert_flow_equal(&o.entry.flow, &flow);
	assert_int_equal(o.entry.zone, 9);
	assert_true(o.entry.by_syn);
	e.tcp_state = TRACKER_ESTABLISHED;
	assert_false(DECODED(e).entry.by_syn);
	e.tcp_state = EVENT_ENTRY_INSERTED; /* restored: as good as by a SYN */
	assert_true(DECODED(e).entry.by_syn);
}

static void no_helpers(void **state)
{
	struct decoder saved = decoder;
	struct event_reset r = wire_reset();
	struct event_removal_stack e = wire_removal_stack(DELETE, EARLY_DROP);
	struct event_act_begin b = wire_act(EVENT_ACT_ITERATION);

	(void)state;
	memset(&decoder.helpers, 0, sizeof(decoder.helpers));
	decoder.with_stacks = true;
	r.flags |= EVENT_RESET_HAS_REASON;
	r.stack[0] = DELETE;
	assert_string_equal(DECODED(r).reset.reason, "");
	assert_string_equal(DECODED(r).reset.stack, "");
	assert_int_equal(DECODED(e).removal.cause, CAUSE_OTHER);
	assert_int_equal(DECODED(b).act.cause, CAUSE_OTHER);
	decoder = saved;
}

/* ---- records that are not whole ---- */

static void truncated_records(void **state)
{
	static const uint16_t sizes[] = {
		[EVENT_RESET] = sizeof(struct event_reset),
		[EVENT_REMOVAL] = sizeof(struct event_removal4),
		[EVENT_ENTRY] = sizeof(struct event_entry),
		[EVENT_ADDRESS] = sizeof(struct event_address),
		[EVENT_LINK] = sizeof(struct event_link),
		[EVENT_ACT_BEGIN] = EVENT_ACT_BRIEF_BYTES,
		[EVENT_ACT_END] = sizeof(struct event_act_end),
		[EVENT_REMOVAL_STACK] = sizeof(struct event_removal_stack),
	};
	_Alignas(8) uint8_t record[1024] = { 0 };
	struct event_header *header = (struct event_header *)record;
	struct decoder saved = decoder;
	struct observation out;

	(void)state;
	memset(&decoder.helpers, 0, sizeof(decoder.helpers));
	for (uint16_t type = EVENT_RESET; type <= EVENT_REMOVAL_STACK; type++) {
		header->type = type;
		header->len = sizes[type];
		record[offsetof(struct event_removal4, entry.head.family)] =
			type == EVENT_REMOVAL ? AF_INET : 0;
		assert_int_equal(decode_copy(record, sizes[type], &out), 1);
		for (uint16_t size = 0; size < sizes[type]; size++) {
			/* it says that it is whole, and is not */
			header->len = sizes[type];
			assert_int_equal(decode_copy(record, size, &out), -EINVAL);
			/* it says how short it is */
			header->len = size;
			assert_int_equal(decode_copy(record, size, &out), -EINVAL);
		}
		/* a newer, longer one: what it appends is not for us */
		header->len = (uint16_t)(sizes[type] + 8);
		assert_int_equal(decode_copy(record, sizes[type] + 8U, &out), 1);
		header->len = (uint16_t)(sizes[type] + 9);
		assert_int_equal(decode_copy(record, sizes[type] + 8U, &out), -EINVAL);
	}
	decoder = saved;
}

static void unknown_types(void **state)
{
	struct event_header header = { .len = sizeof(header) };
	static const uint16_t types[] = { 0, EVENT_RULESET + 1, 255, 65535 };
	struct observation out;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		header.type = types[i];
		assert_int_equal(decode_copy(&header, sizeof(header), &out), 0);
	}
	header.len++;
	assert_int_equal(decode_copy(&header, sizeof(header), &out), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(removal),
		cmocka_unit_test(removal_of_ipv6),
		cmocka_unit_test(removal_zone),
		cmocka_unit_test(flush_slots),
		cmocka_unit_test(removal_cause),
		cmocka_unit_test(removal_expiry),
		cmocka_unit_test(removal_with_a_stack),
		cmocka_unit_test(entry),
		cmocka_unit_test(no_helpers),
		cmocka_unit_test(truncated_records),
		cmocka_unit_test(unknown_types),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
