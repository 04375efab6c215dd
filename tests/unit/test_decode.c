// SPDX-License-Identifier: GPL-2.0-only
/* Wire records into observations, as the probes fill them in. */
#include "make.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "../../bpf/event.h"
#include "decode.h"

#define HEADER(type_, what)                                                                        \
	{                                                                                          \
		.type = (type_), .len = sizeof(what), .cpu = 1, .ts_ns = MONO_BASE_NS              \
	}

/* An address here is an index into a table of names. */
static const char *name_of(void *ctx, uint64_t address)
{
	static const char *const names[] = { "",
					     "nf_ct_delete.part.0",
					     "early_drop",
					     "nf_ct_delete",
					     "my_module_fn",
					     "bpf_prog_2534_on_removal",
					     "bpf_trampoline_64" };

	(void)ctx;
	assert_in_range(address, 1, 6);
	return names[address];
}
enum { DELETE_PART = 1, EARLY_DROP, DELETE, MY_MODULE, OWN_PROGRAM, OWN_TRAMPOLINE };

static const char *reason_of(void *ctx, uint32_t reason)
{
	(void)ctx;
	return reason == 1 ? "NO_SOCKET" : NULL;
}

static struct decoder decoder = { .helpers = { .name_address = name_of, .reason_name = reason_of },
				  .wall_offset_ns = WALL_BASE_NS - MONO_BASE_NS };

/* From a copy that is exactly as long as the record: ASan watches its end. */
static int decode_copy(const void *record, size_t size, struct observation *out)
{
	void *copy = malloc(size ? size : 1);
	int got;

	memcpy(copy, record, size);
	got = decode(&decoder, copy, size, out);
	free(copy);
	return got;
}

static struct observation decoded(const void *record, size_t size)
{
	struct observation out;

	memset(&out, 0xa5, sizeof(out));
	assert_int_equal(decode_copy(record, size, &out), 1);
	assert_int_equal(out.mono_ns, MONO_BASE_NS);
	assert_int_equal(out.wall_ns, WALL_BASE_NS);
	assert_int_equal(out.netns.node, 0);
	return out;
}
#define DECODED(record) decoded(&(record), sizeof(record))

static struct event_tuple wire_tuple(const struct tuple *t)
{
	struct event_tuple out;

	memcpy(out.src, t->src.bytes, 16);
	memcpy(out.dst, t->dst.bytes, 16);
	out.sport = htons(t->sport);
	out.dport = htons(t->dport);
	return out;
}

static struct event_task wire_task(uint32_t flags)
{
	return (struct event_task){ .pid = 412,
				    .tid = 413,
				    .netns = NODE_NETNS,
				    .flags = flags,
				    .start_boottime_ns = 5,
				    .comm = "systemd-network",
				    .cgroup = "systemd-networkd.service" };
}

static struct event_removed_tail wire_removed_tail(const struct flow *flow)
{
	return (struct event_removed_tail){
		.ports = { htons(flow->orig.sport), htons(flow->orig.dport),
			   htons(flow->reply.sport), htons(flow->reply.dport) },
		.mark = 0xdeadbeef,
	};
}

static struct event_removed4 wire_removed4(void)
{
	struct flow flow = masqueraded(40112);
	struct event_removed4 e = { .head = { .ts_ns = MONO_BASE_NS,
					      .family = AF_INET,
					      .tcp_state = TRACKER_ESTABLISHED,
					      .status = 0x19e },
				    .tail = wire_removed_tail(&flow) };

	memcpy(&e.addresses[EVENT_ORIG_SRC], flow.orig.src.bytes, 4);
	memcpy(&e.addresses[EVENT_ORIG_DST], flow.orig.dst.bytes, 4);
	memcpy(&e.addresses[EVENT_REPLY_SRC], flow.reply.src.bytes, 4);
	memcpy(&e.addresses[EVENT_REPLY_DST], flow.reply.dst.bytes, 4);
	return e;
}

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

static struct event_removal4 wire_removal(void)
{
	return (struct event_removal4){ .removal = { .header = HEADER(EVENT_REMOVAL,
								      struct event_removal4),
						     .act = 7,
						     .netns = NODE_NETNS,
						     .act_kind = EVENT_ACT_MASQUERADE },
					.entry = wire_removed4() };
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
		{ 7, 200, 0, CAUSE_OTHER }, /* a kind from the future */
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

static struct event_removal_stack wire_removal_stack(uint64_t inner, uint64_t outer)
{
	struct event_removal4 removal = wire_removal();
	struct event_removal_stack e = { .removal = removal.removal, .stack = { inner, outer } };

	memcpy(&e.entry, &removal.entry, sizeof(removal.entry));
	e.removal.header.type = EVENT_REMOVAL_STACK;
	e.removal.header.len = sizeof(e);
	e.removal.act = 0;
	return e;
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

static void address(void **state)
{
	struct event_address e = { .header = HEADER(EVENT_ADDRESS, e),
				   .netns = NODE_NETNS,
				   .ifindex = UP0,
				   .family = AF_INET,
				   .op = EVENT_ADDRESS_REMOVE,
				   .prefix_len = 24,
				   .flags = EVENT_ADDRESS_DEAD,
				   .ifname = "averylongifname", /* all 15 */
				   .local = { 10, 9, 0, 1 },
				   .address = { 10, 9, 0, 254 },
				   .task = wire_task(0) };
	struct observation o = DECODED(e);
	struct address local = make_ip("10.9.0.1"), peer = make_ip("10.9.0.254");

	(void)state;
	assert_int_equal(o.type, OBSERVATION_ADDRESS);
	assert_int_equal(o.change.op, ADDRESS_REMOVE);
	assert_int_equal(o.change.id, 0);
	assert_int_equal(o.change.ifindex, UP0);
	assert_int_equal(o.change.prefix_len, 24);
	assert_true(o.change.is_dead);
	assert_false(o.change.by_kernel);
	assert_string_equal(o.change.ifname, "averylongifname");
	assert_true(address_equal(&o.change.local, &local));
	assert_true(address_equal(&o.change.address, &peer));
	assert_int_equal(o.change.actor.pid, 412); /* not the thread */
	assert_int_equal(o.change.actor.start_boottime_ns, 5);
	assert_string_equal(o.change.actor.comm, "systemd-network");
	assert_string_equal(o.change.actor.unit, "systemd-networkd.service");
	e.op = EVENT_ADDRESS_ADD;
	e.flags = 0;
	o = DECODED(e);
	assert_int_equal(o.change.op, ADDRESS_ADD);
	assert_false(o.change.is_dead);
}

/* Who asks is often gone when the record is read: the kernel says what he ran. */
static void executable(void **state)
{
	struct event_address e = { .header = HEADER(EVENT_ADDRESS, e),
				   .family = AF_INET,
				   .op = EVENT_ADDRESS_REMOVE,
				   .task = wire_task(0),
				   .exe = { .names = { "conntrack", "sbin", "", "usr", "" },
					    .is_whole = 1 } };

	(void)state;
	assert_string_equal(DECODED(e).change.actor.exe, "/usr/sbin/conntrack");
	e.exe.is_whole = 0; /* a part of it would be another file */
	assert_string_equal(DECODED(e).change.actor.exe, "");
	e.exe.is_whole = 1;
	e.task.flags = EVENT_TASK_SOFTIRQ; /* nobody's */
	assert_string_equal(DECODED(e).change.actor.exe, "");
	e.task.flags = 0;
	/* Without an end, and all of it more than fits. */
	memset(e.exe.names, 'x', sizeof(e.exe.names));
	assert_string_equal(DECODED(e).change.actor.exe, "");
	memset(e.exe.names, 0, sizeof(e.exe.names));
	memset(e.exe.names[0], 'y', sizeof(e.exe.names[0]));
	assert_int_equal(strlen(DECODED(e).change.actor.exe), 1 + EVENT_EXE_NAME_BYTES);
	memset(e.exe.names, 0, sizeof(e.exe.names));
	assert_string_equal(DECODED(e).change.actor.exe, "");
}

static void names_without_an_end(void **state)
{
	struct event_address e = { .header = HEADER(EVENT_ADDRESS, e), .task = wire_task(0) };
	struct observation o;

	(void)state;
	memset(e.ifname, 'i', sizeof(e.ifname));
	memset(e.task.comm, 'c', sizeof(e.task.comm));
	memset(e.task.cgroup, 'g', sizeof(e.task.cgroup));
	o = DECODED(e);
	assert_int_equal(strlen(o.change.ifname), EVENT_IFNAME_BYTES - 1);
	assert_int_equal(strlen(o.change.actor.comm), EVENT_COMM_BYTES);
	assert_string_equal(o.change.actor.unit, ""); /* no unit's name */
}

static void link_event(void **state)
{
	static const enum change_op ops[] = { CHANGE_NONE,     LINK_UP,     LINK_DOWN,
					      LINK_UNREGISTER, LINK_RENAME, CHANGE_NONE };
	struct event_link e = { .header = HEADER(EVENT_LINK, e),
				.netns = NODE_NETNS,
				.ifindex = UP0,
				.ifname = "up0",
				.task = wire_task(0) };

	(void)state;
	for (uint8_t op = 0; op < 6; op++) {
		struct observation o;

		e.op = op;
		o = DECODED(e);
		assert_int_equal(o.type, OBSERVATION_LINK);
		assert_int_equal(o.change.op, ops[op]);
		assert_int_equal(o.change.family, 0);
		assert_string_equal(o.change.ifname, "up0");
		assert_string_equal(o.change.actor.comm, "systemd-network");
	}
}

static struct event_act_begin wire_act(uint8_t kind)
{
	struct address node = make_ip("10.9.0.1");
	struct event_act_begin e = { .header = HEADER(EVENT_ACT_BEGIN, e),
				     .act = 7,
				     .netns = NODE_NETNS,
				     .ifindex = UP0,
				     .kind = kind,
				     .has_address = 1,
				     .stack = { DELETE, EARLY_DROP },
				     .task = wire_task(EVENT_TASK_KTHREAD) };

	memcpy(e.address, node.bytes, sizeof(e.address));
	return e;
}

static void act_begin(void **state)
{
	static const enum cause causes[] = { CAUSE_TABLE_FULL, CAUSE_ADDRESS_REMOVED,
					     CAUSE_USER_FLUSH, CAUSE_USER_DELETE,
					     CAUSE_TABLE_FULL, CAUSE_TABLE_FULL };
	struct event_act_begin e = wire_act(EVENT_ACT_MASQUERADE);
	struct address node = make_ip("10.9.0.1");
	struct observation o = DECODED(e);

	(void)state;
	assert_int_equal(o.type, OBSERVATION_ACT_BEGIN);
	assert_int_equal(o.act.act, 7);
	assert_int_equal(o.act.ifindex, UP0);
	assert_true(o.act.has_address);
	assert_false(o.act.is_given);
	assert_true(address_equal(&o.act.address, &node));
	for (uint8_t kind = 0; kind < 6; kind++) {
		e = wire_act(kind);
		assert_int_equal(DECODED(e).act.cause, causes[kind]);
	}
	e = wire_act(EVENT_ACT_MASQUERADE); /* a link's work carries no address */
	e.has_address = 0;
	assert_int_equal(DECODED(e).act.cause, CAUSE_LINK_DOWN);
	e = wire_act(EVENT_ACT_ITERATION);
	assert_null(DECODED(e).act.stack); /* the cause says it */
	e.stack[0] = 0;
	o = DECODED(e);
	assert_int_equal(o.act.cause, CAUSE_OTHER);
	assert_null(o.act.stack);
	e.stack[0] = MY_MODULE;
	e.stack[1] = 0;
	o = DECODED(e);
	assert_int_equal(o.act.cause, CAUSE_OTHER);
	assert_string_equal(o.act.stack, "my_module_fn");
}

/* Of a process that has told its executable just before. */
static void brief_act(void **state)
{
	struct event_act_begin e = wire_act(EVENT_ACT_NETLINK_DELETE);
	struct observation o;

	(void)state;
	e.task = wire_task(0);
	e.header.len = EVENT_ACT_BRIEF_BYTES;
	strcpy(e.exe.names[0], "conntrack"); /* what is beyond is not the record's */
	e.exe.is_whole = 1;
	assert_int_equal(decode_copy(&e, EVENT_ACT_BRIEF_BYTES, &o), 1);
	assert_int_equal(o.act.cause, CAUSE_USER_DELETE);
	assert_int_equal(o.act.actor.pid, 412);
	assert_string_equal(o.act.actor.exe, "");
	e.header.len = sizeof(e);
	assert_int_equal(decode_copy(&e, sizeof(e), &o), 1);
	assert_string_equal(o.act.actor.exe, "/conntrack");
}

static void act_end(void **state)
{
	struct event_act_end e = {
		.header = HEADER(EVENT_ACT_END, e), .act = 7, .entries = 25, .tcp_entries = 24
	};
	struct observation o = DECODED(e);

	(void)state;
	assert_int_equal(o.type, OBSERVATION_ACT_END);
	assert_int_equal(o.act.act, 7);
	assert_int_equal(o.act.entries, 25);
	assert_int_equal(o.act.tcp_entries, 24);
}

/* Rule 6: whatever was interrupted, and whichever kworker ran it, is nobody. */
static void nobody_in_softirq_and_kthreads(void **state)
{
	static const uint32_t flags[] = { EVENT_TASK_KTHREAD, EVENT_TASK_SOFTIRQ,
					  EVENT_TASK_KTHREAD | EVENT_TASK_SOFTIRQ };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct event_address a = { .header = HEADER(EVENT_ADDRESS, a),
					   .task = wire_task(flags[i]) };
		struct event_link l = { .header = HEADER(EVENT_LINK, l),
					.task = wire_task(flags[i]) };
		struct event_act_begin b = { .header = HEADER(EVENT_ACT_BEGIN, b),
					     .kind = EVENT_ACT_NETLINK_FLUSH,
					     .task = wire_task(flags[i]) };
		struct event_reset r = { .header = HEADER(EVENT_RESET, r),
					 .task = wire_task(flags[i]) };
		struct observation o = DECODED(a);

		assert_int_equal(o.change.actor.pid, 0);
		assert_string_equal(o.change.actor.comm, "");
		assert_true(o.change.by_kernel);
		o = DECODED(l);
		assert_int_equal(o.change.actor.pid, 0);
		assert_true(o.change.by_kernel);
		assert_int_equal(DECODED(b).act.actor.pid, 0);
		assert_int_equal(DECODED(r).reset.actor.pid, 0);
	}
}

#define CONTAINER "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void unit_or_container_of_the_group(void **state)
{
	static const struct {
		const char *cgroup, *unit, *container;
	} cases[] = {
		{ "ssh.service", "ssh.service", "" },
		{ "session-4.scope", "session-4.scope", "" },
		{ "user.slice", "", "" },
		{ "/", "", "" },
		{ "", "", "" },
		{ ".service", "", "" },
		{ "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde", "", "" },
		{ CONTAINER, "", CONTAINER },
		{ "docker-" CONTAINER ".scope", "", CONTAINER },
		{ "cri-containerd-" CONTAINER ".scope", "", CONTAINER },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct event_link e = { .header = HEADER(EVENT_LINK, e), .task = wire_task(0) };

		memset(e.task.cgroup, 0, sizeof(e.task.cgroup));
		memcpy(e.task.cgroup, cases[i].cgroup, strlen(cases[i].cgroup));
		assert_string_equal(DECODED(e).change.actor.unit, cases[i].unit);
		assert_string_equal(DECODED(e).change.actor.container, cases[i].container);
	}
}

static struct event_reset wire_reset(void)
{
	struct flow flow = masqueraded(40112);
	struct tuple inverse = tuple_inverse(&flow.reply);

	return (struct event_reset){ .header = HEADER(EVENT_RESET, struct event_reset),
				     .netns = NODE_NETNS,
				     .ifindex = UP0,
				     .packet = wire_tuple(&flow.reply),
				     .family = AF_INET,
				     .tcp_flags = 0x18,
				     .socket = EVENT_SOCKET_NONE,
				     .conntrack = EVENT_CONNTRACK_ENTRY,
				     .seq = 0xfffffffe,
				     .ack = 0x80000000,
				     .payload_bytes = 36,
				     .flags = EVENT_RESET_SOFTIRQ,
				     .hooks = EVENT_HOOK_KNOWN | EVENT_HOOK_NAT,
				     .conntrack_info = 2, /* IP_CT_NEW */
				     .conntrack_status = 0x188,
				     .conntrack_zone = 5,
				     .conntrack_orig = wire_tuple(&flow.reply),
				     .conntrack_reply = wire_tuple(&inverse),
				     .ifname = "up0",
				     .task = wire_task(0) };
}

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

static bool expects(const struct event_reset *e, size_t size, struct expected_reset *out)
{
	void *copy = malloc(size);
	bool is_one;

	memcpy(copy, e, size);
	is_one = decode_expected(copy, size, out);
	free(copy);
	return is_one;
}

/* Before its turn: what it will ask for, if it is one that asks for anything. */
static void reset_is_expected(void **state)
{
	struct event_reset e = wire_reset();
	struct flow flow = masqueraded(40112);
	struct expected_reset expected;

	(void)state;
	for (uint8_t kind = EVENT_RESET_ANSWER; kind <= EVENT_RESET_REJECTED + 1; kind++) {
		e.kind = kind;
		memset(&expected, 0xff, sizeof(expected));
		assert_int_equal(expects(&e, sizeof(e), &expected),
				 kind == EVENT_RESET_ANSWER || kind == EVENT_RESET_REJECTED);
	}
	e.kind = EVENT_RESET_ANSWER;
	assert_true(expects(&e, sizeof(e), &expected));
	assert_true(tuple_equal(&expected.packet, &flow.reply));
	assert_int_equal(expected.family, AF_INET);
	assert_int_equal(expected.netns.inum, NODE_NETNS);
	assert_int_equal(expected.netns.node, 0);
	assert_false(expects(&e, sizeof(e) - 1, &expected));
	e.header.len--;
	assert_false(expects(&e, sizeof(e), &expected));
	e.header.len++;
	e.header.type = EVENT_ENTRY;
	assert_false(expects(&e, sizeof(e), &expected));
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
		cmocka_unit_test(removal_with_a_stack),
		cmocka_unit_test(entry),
		cmocka_unit_test(address),
		cmocka_unit_test(executable),
		cmocka_unit_test(names_without_an_end),
		cmocka_unit_test(link_event),
		cmocka_unit_test(act_begin),
		cmocka_unit_test(brief_act),
		cmocka_unit_test(act_end),
		cmocka_unit_test(nobody_in_softirq_and_kthreads),
		cmocka_unit_test(unit_or_container_of_the_group),
		cmocka_unit_test(reset),
		cmocka_unit_test(reset_pickup),
		cmocka_unit_test(reset_names),
		cmocka_unit_test(reset_is_expected),
		cmocka_unit_test(no_helpers),
		cmocka_unit_test(truncated_records),
		cmocka_unit_test(unknown_types),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
