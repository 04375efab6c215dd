// SPDX-License-Identifier: GPL-2.0-only
#include "cast/wire.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

static const char *name_of(void *ctx, uint64_t address)
{
	static const char *const names[] = { "",
					     "nf_ct_delete.part.0",
					     "early_drop",
					     "nf_ct_delete",
					     "my_module_fn",
					     "bpf_prog_2534_on_removal",
					     "bpf_trampoline_64",
					     "tcp_v4_send_reset",
					     "tcp_check_req",
					     "ctnetlink_del_conntrack",
					     "nf_ct_iterate_cleanup",
					     "tcp_abort" };

	(void)ctx;
	assert_in_range(address, 1, ABORT);
	return names[address];
}

static const char *reason_of(void *ctx, uint32_t reason)
{
	(void)ctx;
	return reason == 1 ? "NO_SOCKET" : NULL;
}

struct decoder decoder = { .helpers = { .name_address = name_of, .reason_name = reason_of },
			   .wall_offset_ns = WALL_BASE_NS - MONO_BASE_NS };

int decode_copy(const void *record, size_t size, struct observation *out)
{
	void *copy = malloc(size ? size : 1);
	int got;

	memcpy(copy, record, size);
	got = decode(&decoder, copy, size, out);
	free(copy);
	return got;
}

struct observation decoded(const void *record, size_t size)
{
	struct observation out;

	memset(&out, 0xa5, sizeof(out));
	assert_int_equal(decode_copy(record, size, &out), 1);
	assert_int_equal(out.mono_ns, MONO_BASE_NS);
	assert_int_equal(out.wall_ns, WALL_BASE_NS);
	assert_int_equal(out.netns.node, 0);
	return out;
}

struct event_tuple wire_tuple(const struct tuple *t)
{
	struct event_tuple out;

	memcpy(out.src, t->src.bytes, 16);
	memcpy(out.dst, t->dst.bytes, 16);
	out.sport = htons(t->sport);
	out.dport = htons(t->dport);
	return out;
}

struct event_task wire_task(uint32_t flags)
{
	return (struct event_task){ .pid = 412,
				    .tid = 413,
				    .netns = NODE_NETNS,
				    .flags = flags,
				    .start_boottime_ns = 5,
				    .comm = "systemd-network",
				    .cgroup = "systemd-networkd.service" };
}

struct event_removed_tail wire_removed_tail(const struct flow *flow)
{
	return (struct event_removed_tail){
		.ports = { htons(flow->orig.sport), htons(flow->orig.dport),
			   htons(flow->reply.sport), htons(flow->reply.dport) },
		.mark = 0xdeadbeef,
	};
}

struct event_removed4 wire_removed4(void)
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

struct event_removal4 wire_removal(void)
{
	return (struct event_removal4){ .removal = { .header = HEADER(EVENT_REMOVAL,
								      struct event_removal4),
						     .act = 7,
						     .netns = NODE_NETNS,
						     .act_kind = EVENT_ACT_MASQUERADE },
					.entry = wire_removed4() };
}

struct event_removal_stack wire_removal_stack(uint64_t inner, uint64_t outer)
{
	struct event_removal4 removal = wire_removal();
	struct event_removal_stack e = { .removal = removal.removal, .stack = { inner, outer } };

	memcpy(&e.entry, &removal.entry, sizeof(removal.entry));
	e.removal.header.type = EVENT_REMOVAL_STACK;
	e.removal.header.len = sizeof(e);
	e.removal.act = 0;
	return e;
}

struct event_act_begin wire_act(uint8_t kind)
{
	struct address node = make_ip("10.9.0.1");
	struct event_act_begin e = { .header = HEADER(EVENT_ACT_BEGIN, e),
				     .act = 7,
				     .netns = NODE_NETNS,
				     .ifindex = UP0,
				     .kind = kind,
				     .has_address = 1,
				     .task = wire_task(EVENT_TASK_KTHREAD) };

	/* Of the others only where requests are not seen. */
	if (kind != EVENT_ACT_NETLINK_FLUSH && kind != EVENT_ACT_NETLINK_DELETE) {
		e.stack[0] = DELETE;
		e.stack[1] = EARLY_DROP;
	}
	memcpy(e.address, node.bytes, sizeof(e.address));
	return e;
}

struct event_reset wire_reset(void)
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
