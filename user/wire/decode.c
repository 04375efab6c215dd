// SPDX-License-Identifier: GPL-2.0-only
#include "wire/decode_private.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "model/causes.h"
/* What a removal happened in. */
struct removal_origin {
	uint64_t act;
	uint32_t netns;
	uint8_t act_kind;
};

static enum cause removal_cause(const struct removal_origin *origin, uint16_t flags)
{
	static const enum cause by_act[] = {
		[EVENT_ACT_MASQUERADE] = CAUSE_ADDRESS_REMOVED,
		[EVENT_ACT_NETLINK_FLUSH] = CAUSE_USER_FLUSH,
		[EVENT_ACT_NETLINK_DELETE] = CAUSE_USER_DELETE,
		[EVENT_ACT_ITERATION] = CAUSE_OTHER,
	};

	if (origin->act && origin->act_kind < sizeof(by_act) / sizeof(by_act[0]))
		return by_act[origin->act_kind];
	return flags & EVENT_REMOVAL_EXPIRED ? CAUSE_TIMEOUT : CAUSE_OTHER;
}

static uint8_t decode_expiry(uint16_t flags)
{
	static const enum expiry expiries[] = {
		[EVENT_EXPIRY_UNKNOWN] = EXPIRY_UNKNOWN,
		[EVENT_EXPIRY_STATE] = EXPIRY_STATE,
		[EVENT_EXPIRY_RETRANS] = EXPIRY_RETRANS,
		[EVENT_EXPIRY_UNACKED] = EXPIRY_UNACKED,
		[EVENT_EXPIRY_POLICY] = EXPIRY_POLICY,
		[EVENT_EXPIRY_FLOWTABLE] = EXPIRY_FLOWTABLE,
	};
	unsigned int at = flags >> EVENT_REMOVAL_EXPIRY_SHIFT;

	return at < sizeof(expiries) / sizeof(expiries[0]) ? (uint8_t)expiries[at] : EXPIRY_UNKNOWN;
}

static void decode_removed_tuple(const __u32 *src, const __u32 *dst, size_t address_size,
				 uint16_t sport, uint16_t dport, struct tuple *out)
{
	memset(out, 0, sizeof(*out));
	memcpy(out->src.bytes, src, address_size);
	memcpy(out->dst.bytes, dst, address_size);
	out->sport = ntohs(sport);
	out->dport = ntohs(dport);
}

static void decode_removed_flow(const struct event_removed_head *head,
				const struct event_removed_tail *tail, struct flow *out)
{
	size_t size = head->family == AF_INET ? sizeof(__u32) : 4 * sizeof(__u32);
	const __u32 *addresses = (const void *)(head + 1);
	size_t words = size / sizeof(*addresses);
	const __u16 *ports = tail->ports;

	out->family = head->family;
	decode_removed_tuple(addresses, addresses + words, size, ports[EVENT_ORIG_SRC],
			     ports[EVENT_ORIG_DST], &out->orig);
	decode_removed_tuple(addresses + 2 * words, addresses + 3 * words, size,
			     ports[EVENT_REPLY_SRC], ports[EVENT_REPLY_DST], &out->reply);
}

/* `head` begins a struct event_removed4 or 6, as its family says. */
static void decode_removed(const struct decoder *d, const struct event_removed_head *head,
			   const struct removal_origin *origin, struct observation *out)
{
	const struct event_removed_tail *tail =
		head->family == AF_INET ?
			&((const struct event_removed4 *)(const void *)head)->tail :
			&((const struct event_removed6 *)(const void *)head)->tail;
	struct removal_observation *r = &out->removal;

	out->type = OBSERVATION_REMOVAL;
	out->netns = (struct netns_id){ .inum = origin->netns };
	out->mono_ns = head->ts_ns;
	out->wall_ns = head->ts_ns + d->wall_offset_ns;
	r->act = origin->act;
	r->cause = removal_cause(origin, tail->flags);
	r->expiry = r->cause == CAUSE_TIMEOUT ? decode_expiry(tail->flags) : EXPIRY_UNKNOWN;
	decode_removed_flow(head, tail, &r->flow);
	r->zone = tail->zone_dirs & 1 ? head->zone : 0;
	r->reply_zone = tail->zone_dirs & 2 ? head->zone : 0;
	r->tcp_state = head->tcp_state;
	r->status = head->status;
	r->mark = tail->mark;
	r->stack = NULL;
	r->has_actor = false;
}

static struct removal_origin removal_origin(const struct event_removal *in)
{
	return (struct removal_origin){ .act = in->act,
					.netns = in->netns,
					.act_kind = in->act_kind };
}

/* Where the family asks for more than the record has, that is an error. */
static int decode_removal(const struct decoder *d, const struct event_removal *in,
			  struct observation *out)
{
	const struct event_removed_head *head = (const void *)(in + 1);
	struct removal_origin origin = removal_origin(in);

	if (head->family != AF_INET && in->header.len < sizeof(struct event_removal6))
		return -EINVAL;
	decode_removed(d, head, &origin, out);
	return 1;
}

/* What the stack says of a walk of the table, or of one removal: the cause, and the
 * stack itself where it is to be shown, else NULL. */
static enum cause read_cause(struct decoder *d, const __u64 *stack, const char **shown)
{
	const char *names[EVENT_STACK_MAX] = { 0 };
	size_t count = decode_stack_names(d, stack, names);
	enum cause cause = stack_cause(names, count);

	*shown = NULL;
	if (count && (cause == CAUSE_OTHER || d->with_stacks))
		*shown = stack_format(names, count, d->stack_text, sizeof(d->stack_text));
	return cause;
}

static void decode_removal_stack(struct decoder *d, const struct event_removal_stack *in,
				 struct observation *out)
{
	struct removal_observation *r = &out->removal;
	struct removal_origin origin = removal_origin(&in->removal);

	decode_removed(d, &in->entry.head, &origin, out);
	r->cause = read_cause(d, in->stack, &r->stack);
}

size_t decode_flush(struct decoder *d, const struct event_flush_slot *slots,
		    struct observation *out)
{
	const struct event_removed_head *head = (const void *)slots;
	const struct event_flush_mark *mark = (const void *)slots;
	struct removal_origin origin = { d->flush_act, d->flush_netns, d->flush_kind };

	out->type = OBSERVATION_START; /* none of a flush's */
	if (head->family) {
		decode_removed(d, head, &origin, out);
		return head->family == AF_INET ? 1 : 2;
	}
	d->flush_act = mark->act;
	d->flush_netns = mark->netns;
	d->flush_kind = mark->act_kind;
	return 1;
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

/* Nothing but a lifetime makes a kernel thread take an address away that is not its
 * device's last (check_lifetime(), addrconf_verify_rtnl()), and nothing but a router's
 * word makes one in a softirq (addrconf_prefix_rcv()). */
static enum change_why address_why(const struct event_address *in)
{
	bool is_lasting = in->valid_s == VALID_FOREVER || (in->flags & EVENT_ADDRESS_PERMANENT);

	if (in->op == EVENT_ADDRESS_REMOVE)
		return (in->task.flags & EVENT_TASK_KTHREAD) && !is_lasting &&
				       !(in->flags & EVENT_ADDRESS_DEAD) ?
			       CHANGE_WHY_LIFETIME :
			       CHANGE_WHY_NONE;
	return in->family == AF_INET6 && (in->task.flags & EVENT_TASK_SOFTIRQ) ?
		       CHANGE_WHY_ROUTER_ADVERTISEMENT :
		       CHANGE_WHY_NONE;
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
	c->is_foreign = in->flags & EVENT_ADDRESS_FOREIGN;
	c->valid_s = in->flags & EVENT_ADDRESS_PERMANENT ? VALID_FOREVER : in->valid_s;
	c->protocol = in->protocol;
	c->why = (uint8_t)address_why(in);
	c->by_kernel = in->task.flags != 0;
	c->ifindex = in->ifindex;
	decode_text(c->ifname, sizeof(c->ifname), in->ifname, sizeof(in->ifname));
	memcpy(c->local.bytes, in->local, sizeof(c->local.bytes));
	memcpy(c->address.bytes, in->address, sizeof(c->address.bytes));
	decode_actor(&in->task, &c->actor);
	decode_exe(&in->exe, &c->actor);
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
	c->is_foreign = in->flags & EVENT_LINK_FOREIGN;
	c->by_kernel = in->task.flags != 0;
	c->ifindex = in->ifindex;
	decode_text(c->ifname, sizeof(c->ifname), in->ifname, sizeof(in->ifname));
	decode_actor(&in->task, &c->actor);
	decode_exe(&in->exe, &c->actor);
}

static void decode_ruleset(const struct event_ruleset *in, struct observation *out)
{
	struct ruleset_observation *r = &out->ruleset;

	out->type = OBSERVATION_RULESET;
	out->netns = (struct netns_id){ .inum = in->netns };
	memset(r, 0, sizeof(*r));
	r->op = in->op == EVENT_RULESET_ADD ? RULESET_HOOKS_ADDED : RULESET_HOOKS_REMOVED;
	r->family = in->family;
	r->hooks = decode_hooks(in->hooks);
	r->by_kernel = in->task.flags != 0;
	r->is_exit = r->by_kernel && in->is_exit;
	decode_actor(&in->task, &r->actor);
	decode_exe(&in->exe, &r->actor);
}

static void decode_rules(const struct event_rules *in, struct observation *out)
{
	out->type = OBSERVATION_RULES;
	out->netns = (struct netns_id){ .inum = in->netns };
	memset(&out->rules, 0, sizeof(out->rules));
	decode_actor(&in->task, &out->rules.actor);
	decode_exe(&in->exe, &out->rules.actor);
}

/* The port id that nf_ct_delete() was called with says that a process asked for this. Where
 * the request itself was not seen there is a stack: it has ctnetlink's function, or shows
 * what it was instead; or it cannot be named. */
static enum cause asked_cause(struct decoder *d, const struct event_act_begin *in,
			      struct act_observation *a, enum cause asked)
{
	const char *stack = NULL;
	enum cause seen = in->stack[0] ? read_cause(d, in->stack, &stack) : CAUSE_OTHER;

	a->is_confirmed = seen == CAUSE_USER_DELETE;
	return a->is_confirmed || seen == CAUSE_OTHER ? asked : seen;
}

static enum cause act_cause(struct decoder *d, const struct event_act_begin *in,
			    struct act_observation *a)
{
	switch (in->kind) {
	case EVENT_ACT_MASQUERADE: /* the work item of a link carries no address */
		return in->has_address ? CAUSE_ADDRESS_REMOVED : CAUSE_LINK_DOWN;
	case EVENT_ACT_NETLINK_FLUSH:
		return asked_cause(d, in, a, CAUSE_USER_FLUSH);
	case EVENT_ACT_NETLINK_DELETE:
		return asked_cause(d, in, a, CAUSE_USER_DELETE);
	}
	return read_cause(d, in->stack, &a->stack);
}

static void decode_act_begin(struct decoder *d, const struct event_act_begin *in,
			     struct observation *out)
{
	struct act_observation *a = &out->act;

	out->type = OBSERVATION_ACT_BEGIN;
	out->netns = (struct netns_id){ .inum = in->netns };
	memset(a, 0, sizeof(*a));
	a->act = in->act;
	a->cause = act_cause(d, in, a);
	a->has_address = in->has_address;
	a->ifindex = in->ifindex;
	memcpy(a->address.bytes, in->address, sizeof(a->address.bytes));
	/* Whoever ran meanwhile asked for nothing. */
	if (in->kind != EVENT_ACT_MASQUERADE && in->kind != EVENT_ACT_ITERATION &&
	    cause_row(a->cause)->needs != CAUSE_NEEDS_ACTOR)
		return;
	decode_actor(&in->task, &a->actor);
	decode_exe(&in->exe, &a->actor);
}

/* A brief record has neither stack nor executable. */
static void decode_act(struct decoder *d, const struct event_header *header,
		       struct observation *out)
{
	struct event_act_begin whole = { 0 };
	bool is_brief = header->len < sizeof(whole);

	memcpy(&whole, header, is_brief ? EVENT_ACT_BRIEF_BYTES : sizeof(whole));
	decode_act_begin(d, &whole, out);
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

static size_t record_size(uint16_t type)
{
	switch (type) {
	case EVENT_RESET:
		return sizeof(struct event_reset);
	case EVENT_REMOVAL: /* at least */
		return sizeof(struct event_removal4);
	case EVENT_REMOVAL_STACK:
		return sizeof(struct event_removal_stack);
	case EVENT_ENTRY:
		return sizeof(struct event_entry);
	case EVENT_ADDRESS:
		return sizeof(struct event_address);
	case EVENT_LINK:
		return sizeof(struct event_link);
	case EVENT_RULESET:
		return sizeof(struct event_ruleset);
	case EVENT_LISTENER:
		return sizeof(struct event_listener);
	case EVENT_RULES:
		return sizeof(struct event_rules);
	case EVENT_ACT_BEGIN:
		return EVENT_ACT_BRIEF_BYTES;
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
		return decode_removal(d, record, out);
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
	case EVENT_RULESET:
		decode_ruleset(record, out);
		break;
	case EVENT_LISTENER:
		decode_listener_closed(record, out);
		break;
	case EVENT_RULES:
		decode_rules(record, out);
		break;
	case EVENT_ACT_BEGIN:
		decode_act(d, record, out);
		break;
	case EVENT_ACT_END:
		decode_act_end(record, out);
		break;
	}
	return 1;
}
