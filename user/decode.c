// SPDX-License-Identifier: GPL-2.0-only
#include "decode.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "../bpf/event.h"

/* enum ip_conntrack_info and ip_conntrack_status, uapi/linux/netfilter. */
enum { CTINFO_NEW = 2 };
enum { STATUS_SEEN_REPLY = 1U << 1 };

static void decode_text(char *out, size_t size, const char *in, size_t in_size)
{
	size_t len = strnlen(in, in_size < size ? in_size : size - 1);

	memcpy(out, in, len);
	out[len] = '\0';
}

static void decode_tuple(const struct event_tuple *in, struct tuple *out)
{
	memcpy(out->src.bytes, in->src, sizeof(out->src.bytes));
	memcpy(out->dst.bytes, in->dst, sizeof(out->dst.bytes));
	out->sport = ntohs(in->sport);
	out->dport = ntohs(in->dport);
}

static void decode_flow(uint8_t family, const struct event_tuple *orig,
			const struct event_tuple *reply, struct flow *out)
{
	out->family = family;
	decode_tuple(orig, &out->orig);
	decode_tuple(reply, &out->reply);
}

static bool has_suffix(const char *text, const char *suffix)
{
	size_t len = strlen(text), suffix_len = strlen(suffix);

	return len > suffix_len && !strcmp(text + len - suffix_len, suffix);
}

/* Rule 6: in a softirq or a kernel thread, `current` is nobody. */
static void decode_actor(const struct event_task *in, struct actor *out)
{
	memset(out, 0, sizeof(*out));
	if (in->flags & (EVENT_TASK_KTHREAD | EVENT_TASK_SOFTIRQ))
		return;
	out->pid = in->pid;
	out->netns = in->netns;
	out->start_boottime_ns = in->start_boottime_ns;
	decode_text(out->comm, sizeof(out->comm), in->comm, sizeof(in->comm));
	decode_text(out->unit, sizeof(out->unit), in->cgroup, sizeof(in->cgroup));
	if (!has_suffix(out->unit, ".service") && !has_suffix(out->unit, ".scope"))
		out->unit[0] = '\0';
}

/* The innermost frames are our own: the BPF program and its trampoline. */
static bool is_own_frame(const char *name)
{
	return !strncmp(name, "bpf_prog_", strlen("bpf_prog_")) ||
	       !strncmp(name, "bpf_trampoline_", strlen("bpf_trampoline_"));
}

static size_t name_stack(const struct decoder *d, const __u64 *stack, const char **names)
{
	size_t count = 0;

	if (!d->helpers.name_address)
		return 0;
	for (size_t i = 0; i < EVENT_STACK_MAX && stack[i]; i++) {
		const char *name = d->helpers.name_address(d->helpers.ctx, stack[i]);

		if (count || !is_own_frame(name))
			names[count++] = name;
	}
	return count;
}

static enum cause removal_cause(const struct event_removal *in)
{
	static const enum cause by_act[] = {
		[EVENT_ACT_MASQUERADE] = CAUSE_ADDRESS_REMOVED,
		[EVENT_ACT_NETLINK_FLUSH] = CAUSE_USER_FLUSH,
		[EVENT_ACT_NETLINK_DELETE] = CAUSE_USER_DELETE,
		[EVENT_ACT_ITERATION] = CAUSE_OTHER,
	};

	if (in->act && in->act_kind < sizeof(by_act) / sizeof(by_act[0]))
		return by_act[in->act_kind];
	return in->flags & EVENT_REMOVAL_EXPIRED ? CAUSE_TIMEOUT : CAUSE_OTHER;
}

static void decode_removal(const struct event_removal *in, struct observation *out)
{
	struct removal_observation *r = &out->removal;

	out->type = OBSERVATION_REMOVAL;
	out->netns = (struct netns_id){ .inum = in->netns };
	r->act = in->act;
	r->cause = removal_cause(in);
	decode_flow(in->family, &in->orig, &in->reply, &r->flow);
	r->zone = in->zone;
	r->reply_zone = in->reply_zone;
	r->tcp_state = in->tcp_state;
	r->status = in->status;
	r->mark = in->mark;
	r->stack = NULL;
	r->has_actor = false;
}

static void decode_removal_stack(struct decoder *d, const struct event_removal_stack *in,
				 struct observation *out)
{
	struct removal_observation *r = &out->removal;
	const char *names[EVENT_STACK_MAX] = { 0 };
	size_t count = name_stack(d, in->stack, names);

	decode_removal(&in->removal, out);
	r->cause = stack_cause(names, count);
	if (count && (r->cause == CAUSE_OTHER || d->with_stacks))
		r->stack = stack_format(names, count, d->stack_text, sizeof(d->stack_text));
}

static void decode_entry(const struct event_entry *in, struct observation *out)
{
	out->type = OBSERVATION_ENTRY;
	out->netns = (struct netns_id){ .inum = in->netns };
	decode_flow(in->family, &in->orig, &in->reply, &out->entry.flow);
	out->entry.zone = in->zone;
	/* Restored whole by netlink, it stands for the connection as after a SYN. */
	out->entry.by_syn = in->tcp_state == TRACKER_SYN_SENT ||
			    in->tcp_state == EVENT_ENTRY_INSERTED;
}

static void decode_address(const struct event_address *in, struct observation *out)
{
	struct change_observation *c = &out->change;

	out->type = OBSERVATION_ADDRESS;
	out->netns = (struct netns_id){ .inum = in->netns };
	memset(c, 0, sizeof(*c));
	c->op = in->op == EVENT_ADDRESS_ADD ? ADDRESS_ADD : ADDRESS_REMOVE;
	c->family = in->family;
	c->prefix_len = in->prefix_len;
	c->is_dead = in->flags & EVENT_ADDRESS_DEAD;
	c->by_kernel = in->task.flags != 0;
	c->ifindex = in->ifindex;
	decode_text(c->ifname, sizeof(c->ifname), in->ifname, sizeof(in->ifname));
	memcpy(c->local.bytes, in->local, sizeof(c->local.bytes));
	memcpy(c->address.bytes, in->address, sizeof(c->address.bytes));
	decode_actor(&in->task, &c->actor);
}

static void decode_link(const struct event_link *in, struct observation *out)
{
	static const enum change_op ops[] = {
		[EVENT_LINK_UP] = LINK_UP,
		[EVENT_LINK_DOWN] = LINK_DOWN,
		[EVENT_LINK_UNREGISTER] = LINK_UNREGISTER,
		[EVENT_LINK_RENAME] = LINK_RENAME,
	};
	struct change_observation *c = &out->change;

	out->type = OBSERVATION_LINK;
	out->netns = (struct netns_id){ .inum = in->netns };
	memset(c, 0, sizeof(*c));
	c->op = in->op < sizeof(ops) / sizeof(ops[0]) ? ops[in->op] : CHANGE_NONE;
	c->by_kernel = in->task.flags != 0;
	c->ifindex = in->ifindex;
	decode_text(c->ifname, sizeof(c->ifname), in->ifname, sizeof(in->ifname));
	decode_actor(&in->task, &c->actor);
}

static enum cause act_cause(const struct decoder *d, const struct event_act_begin *in)
{
	const char *names[EVENT_STACK_MAX] = { 0 };

	switch (in->kind) {
	case EVENT_ACT_MASQUERADE: /* the work item of a link carries no address */
		return in->has_address ? CAUSE_ADDRESS_REMOVED : CAUSE_LINK_DOWN;
	case EVENT_ACT_NETLINK_FLUSH:
		return CAUSE_USER_FLUSH;
	case EVENT_ACT_NETLINK_DELETE:
		return CAUSE_USER_DELETE;
	}
	return stack_cause(names, name_stack(d, in->stack, names));
}

static void decode_act_begin(struct decoder *d, const struct event_act_begin *in,
			     struct observation *out)
{
	struct act_observation *a = &out->act;

	out->type = OBSERVATION_ACT_BEGIN;
	out->netns = (struct netns_id){ .inum = in->netns };
	memset(a, 0, sizeof(*a));
	a->act = in->act;
	a->cause = act_cause(d, in);
	a->has_address = in->has_address;
	a->ifindex = in->ifindex;
	memcpy(a->address.bytes, in->address, sizeof(a->address.bytes));
	decode_actor(&in->task, &a->actor);
}

static void decode_act_end(const struct event_act_end *in, struct observation *out)
{
	out->type = OBSERVATION_ACT_END;
	out->netns = (struct netns_id){ 0 };
	memset(&out->act, 0, sizeof(out->act));
	out->act.act = in->act;
	out->act.entries = in->entries;
	out->act.tcp_entries = in->tcp_entries;
}

/* A fresh entry was made of this very packet; one that has seen a reply, or that
 * the packet is a reply to, was there before. */
static enum pickup decode_pickup(const struct event_reset *in)
{
	struct flow flow;

	if (in->conntrack == EVENT_CONNTRACK_UNTRACKED)
		return PICKUP_UNTRACKED;
	if (in->conntrack == EVENT_CONNTRACK_NONE)
		return PICKUP_NONE;
	if (in->conntrack_info != CTINFO_NEW || (in->conntrack_status & STATUS_SEEN_REPLY))
		return PICKUP_KNOWN;
	decode_flow(in->family, &in->conntrack_orig, &in->conntrack_reply, &flow);
	return flow_is_translated(&flow) ? PICKUP_RENEWED : PICKUP_FRESH;
}

static uint8_t decode_hooks(uint8_t in)
{
	return (uint8_t)((in & EVENT_HOOK_KNOWN ? HOOKS_KNOWN : 0) |
			 (in & EVENT_HOOK_CONNTRACK ? HOOKS_CONNTRACK : 0) |
			 (in & EVENT_HOOK_NAT ? HOOKS_NAT : 0));
}

static void decode_reset_names(struct decoder *d, const struct event_reset *in,
			       struct reset_observation *r)
{
	const char *names[EVENT_STACK_MAX] = { 0 }, *reason = NULL;
	size_t count = name_stack(d, in->stack, names);

	if ((in->flags & EVENT_RESET_HAS_REASON) && d->helpers.reason_name)
		reason = d->helpers.reason_name(d->helpers.ctx, in->reason);
	if (reason)
		decode_text(r->reason, sizeof(r->reason), reason, strlen(reason));
	stack_format(names, count, r->stack, sizeof(r->stack));
}

static void decode_reset(struct decoder *d, const struct event_reset *in, struct observation *out)
{
	struct reset_observation *r = &out->reset;

	out->type = OBSERVATION_RESET;
	out->netns = (struct netns_id){ .inum = in->netns };
	memset(r, 0, sizeof(*r));
	r->family = in->family;
	decode_tuple(&in->packet, &r->packet);
	r->flags = in->tcp_flags;
	r->socket = in->socket;
	r->pickup = (uint8_t)decode_pickup(in);
	r->hooks = decode_hooks(in->hooks);
	r->in_softirq = in->flags & EVENT_RESET_SOFTIRQ;
	r->has_context = true;
	r->has_zone = in->conntrack == EVENT_CONNTRACK_ENTRY;
	r->zone = in->conntrack_zone;
	r->has_numbers = true;
	r->seq = in->seq;
	r->ack = in->ack;
	r->payload_bytes = in->payload_bytes;
	decode_text(r->ifname, sizeof(r->ifname), in->ifname, sizeof(in->ifname));
	decode_actor(&in->task, &r->actor);
	decode_reset_names(d, in, r);
}

static size_t record_size(uint16_t type)
{
	switch (type) {
	case EVENT_RESET:
		return sizeof(struct event_reset);
	case EVENT_REMOVAL:
		return sizeof(struct event_removal);
	case EVENT_REMOVAL_STACK:
		return sizeof(struct event_removal_stack);
	case EVENT_ENTRY:
		return sizeof(struct event_entry);
	case EVENT_ADDRESS:
		return sizeof(struct event_address);
	case EVENT_LINK:
		return sizeof(struct event_link);
	case EVENT_ACT_BEGIN:
		return sizeof(struct event_act_begin);
	case EVENT_ACT_END:
		return sizeof(struct event_act_end);
	}
	return 0;
}

int decode(struct decoder *d, const void *record, size_t size, struct observation *out)
{
	const struct event_header *header = record;
	size_t needed;

	if (size < sizeof(*header) || header->len > size || header->len < sizeof(*header))
		return -EINVAL;
	needed = record_size(header->type);
	if (!needed)
		return 0;
	if (header->len < needed)
		return -EINVAL;
	out->mono_ns = header->ts_ns;
	out->wall_ns = header->ts_ns + d->wall_offset_ns;
	switch (header->type) {
	case EVENT_RESET:
		decode_reset(d, record, out);
		break;
	case EVENT_REMOVAL:
		decode_removal(record, out);
		break;
	case EVENT_REMOVAL_STACK:
		decode_removal_stack(d, record, out);
		break;
	case EVENT_ENTRY:
		decode_entry(record, out);
		break;
	case EVENT_ADDRESS:
		decode_address(record, out);
		break;
	case EVENT_LINK:
		decode_link(record, out);
		break;
	case EVENT_ACT_BEGIN:
		decode_act_begin(d, record, out);
		break;
	case EVENT_ACT_END:
		decode_act_end(record, out);
		break;
	}
	return 1;
}
