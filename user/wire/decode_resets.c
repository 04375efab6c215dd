// SPDX-License-Identifier: GPL-2.0-only
/* Resets, what became of their sockets, and listeners that were closed. */
#include "wire/decode_private.h"

#include <arpa/inet.h>
#include <string.h>

/* enum ip_conntrack_info and ip_conntrack_status, uapi/linux/netfilter. */
enum { CTINFO_NEW = 2 };
enum { STATUS_SEEN_REPLY = 1U << 1 };

/* A fresh entry was made of this very packet; one that has seen a reply, or that
 * the packet is a reply to, was there before. */
static enum pickup decode_pickup(const struct event_reset *in)
{
	struct flow flow;

	if (in->conntrack == EVENT_CONNTRACK_UNTRACKED)
		return PICKUP_UNTRACKED;
	if (in->conntrack == EVENT_CONNTRACK_NONE)
		return PICKUP_NONE;
	if (in->conntrack == EVENT_CONNTRACK_INVALID)
		return PICKUP_INVALID;
	if (in->conntrack_info != CTINFO_NEW || (in->conntrack_status & STATUS_SEEN_REPLY))
		return PICKUP_KNOWN;
	decode_flow(in->family, &in->conntrack_orig, &in->conntrack_reply, &flow);
	return flow_is_translated(&flow) ? PICKUP_RENEWED : PICKUP_FRESH;
}

static enum cause abort_cause(const struct event_reset *in, const char *const *names, size_t count,
			      const char *reason)
{
	struct abort_facts facts = {
		.is_orphaned = in->flags & EVENT_RESET_ORPHANED,
		.has_linger2 = in->flags & EVENT_RESET_LINGER2,
		.has_linger0 = in->flags & EVENT_RESET_LINGER0,
		.reason = reason,
	};

	return stack_abort_cause(names, count, &facts);
}

/* One that is there for what it tells is shown when asked for, or when it did not tell. */
static bool is_stack_shown(const struct decoder *d, const struct event_reset *in, enum cause cause)
{
	if (d->with_stacks)
		return true;
	return in->kind == EVENT_RESET_ABORT ? cause == CAUSE_OTHER : in->socket != SOCKET_LISTEN;
}

static void decode_reset_names(struct decoder *d, const struct event_reset *in,
			       struct reset_observation *r)
{
	const char *names[EVENT_STACK_MAX] = { 0 }, *reason = NULL;
	size_t count = decode_stack_names(d, in->stack, names);

	if ((in->flags & EVENT_RESET_HAS_REASON) && d->helpers.reason_name)
		reason = d->helpers.reason_name(d->helpers.ctx, in->reason);
	if (reason)
		decode_text(r->reason, sizeof(r->reason), reason, strlen(reason));
	if (in->kind == EVENT_RESET_ABORT)
		r->cause = abort_cause(in, names, count, r->reason);
	if (in->kind == EVENT_RESET_ANSWER)
		r->is_of_request = stack_has_request(names, count);
	if (is_stack_shown(d, in, r->cause))
		stack_format(names, count, r->stack, sizeof(r->stack));
}

static enum reset_kind decode_kind(uint8_t in)
{
	static const enum reset_kind kinds[] = {
		[EVENT_RESET_ANSWER] = RESET_ANSWER,
		[EVENT_RESET_ABORT] = RESET_ABORT,
		[EVENT_RESET_RECEIVED] = RESET_RECEIVED,
		[EVENT_RESET_REJECTED] = RESET_REJECTED,
	};

	return in < sizeof(kinds) / sizeof(kinds[0]) ? kinds[in] : RESET_ANSWER;
}

static void decode_listener(const struct event_listening *in, struct listener_state *out)
{
	out->is_known = in->flags & EVENT_LISTENER_KNOWN;
	if (!out->is_known)
		return;
	out->is_v6only = in->flags & EVENT_LISTENER_V6ONLY;
	out->family = in->family;
	out->port = ntohs(in->port);
	out->queue = in->queue;
	out->queue_max = in->queue_max;
	out->syn_queue = in->syn_queue;
	out->bound_ifindex = in->bound_ifindex;
	memcpy(out->address.bytes, in->address, sizeof(out->address.bytes));
}

/* What a packet of no trigger can tell stays zero. */
static void decode_trigger(const struct event_reset *in, struct reset_observation *r)
{
	r->pickup = (uint8_t)decode_pickup(in);
	r->hooks = decode_hooks(in->hooks);
	r->has_zone = in->conntrack == EVENT_CONNTRACK_ENTRY ||
		      in->conntrack == EVENT_CONNTRACK_INVALID;
	r->zone = in->conntrack_zone;
	if (r->pickup == PICKUP_KNOWN || r->pickup == PICKUP_INVALID) {
		decode_flow(in->family, &in->conntrack_orig, &in->conntrack_reply, &r->entry);
		r->entry_state = in->conntrack_tcp_state;
		r->entry_netns = in->entry_netns;
		r->entry_hooks = decode_hooks(in->entry_hooks);
	} else {
		r->from_netns = in->entry_netns;
		r->from_hooks = decode_hooks(in->entry_hooks);
		r->bridge_ifindex = in->bridge_ifindex;
		r->bridge_netns = in->bridge_ifindex ? in->entry_netns : 0;
	}
	r->has_numbers = true;
	r->seq = in->seq;
	r->ack = in->ack;
	r->payload_bytes = in->payload_bytes;
}

void decode_listener_closed(const struct event_listener *in, struct observation *out)
{
	struct listener_observation *l = &out->listener;

	out->type = OBSERVATION_LISTENER;
	out->netns = (struct netns_id){ .inum = in->netns };
	memset(l, 0, sizeof(*l));
	decode_listener(&in->listening, &l->listener);
	decode_actor(&in->task, &l->actor);
	decode_exe(&in->exe, &l->actor);
}

/* A close() is the process's own doing, or comes of its end. */
static enum socket_end_how decode_end_how(const struct event_socket_end *in)
{
	static const enum socket_end_how hows[] = {
		[EVENT_END_NONE] = SOCKET_END_NONE,
		[EVENT_END_CLOSED] = SOCKET_END_CLOSED,
		[EVENT_END_TIMED_OUT] = SOCKET_END_TIMED_OUT,
		[EVENT_END_RESET] = SOCKET_END_RESET,
		[EVENT_END_DESTROYED] = SOCKET_END_DESTROYED,
		[EVENT_END_ABORTED] = SOCKET_END_ABORTED,
	};

	if (in->how == EVENT_END_CLOSED && decode_ending(in->ending) != SOCKET_END_NONE)
		return decode_ending(in->ending);
	return in->how < sizeof(hows) / sizeof(hows[0]) ? hows[in->how] : SOCKET_END_NONE;
}

/* What was read of the process may be of an earlier close(): how it ended is not. */
static void decode_end(const struct event_reset_socket *in, struct reset_observation *r)
{
	struct socket_end *ended = &r->ended;

	ended->how = decode_end_how(&in->end);
	ended->ago_ns = in->reset_ns > in->end.ts_ns ? in->reset_ns - in->end.ts_ns : 0;
	decode_actor(&in->task, &ended->by);
	decode_exe(&in->exe, &ended->by);
	ended->by.pid = in->end.pid;
	ended->by.start_boottime_ns = in->end.start_boottime_ns;
	ended->by.ended_by = decode_ending(in->end.ending);
	ended->by.signal = in->end.signal;
}

static void decode_fate(uint8_t fate, struct reset_observation *r)
{
	static const struct {
		uint8_t delivered, undelivered;
	} fates[] = {
		[EVENT_FATE_UNKNOWN] = { DELIVERED_UNKNOWN, UNDELIVERED_NONE },
		[EVENT_FATE_LEFT] = { DELIVERED_YES, UNDELIVERED_NONE },
		[EVENT_FATE_DROPPED] = { DELIVERED_NO, UNDELIVERED_DROPPED },
		[EVENT_FATE_NO_ROUTE] = { DELIVERED_NO, UNDELIVERED_NO_ROUTE },
		[EVENT_FATE_NOT_MADE] = { DELIVERED_NO, UNDELIVERED_NOT_MADE },
	};

	if (fate >= sizeof(fates) / sizeof(fates[0]))
		return;
	r->delivered = fates[fate].delivered;
	r->undelivered = fates[fate].undelivered;
}

static bool is_record(const void *record, size_t size, enum event_type type, size_t needed)
{
	const struct event_header *header = record;

	return size >= needed && header->type == type && header->len >= needed;
}

uint64_t decode_awaited(const void *record, size_t size)
{
	const struct event_reset *reset = record;

	return is_record(record, size, EVENT_RESET, sizeof(*reset)) &&
			       reset->flags & EVENT_RESET_FATE_FOLLOWS ?
		       reset->header.ts_ns :
		       0;
}

bool decode_is_fate(const void *record, size_t size, uint64_t reset_ns)
{
	const struct event_reset_fate *fate = record;

	return is_record(record, size, EVENT_RESET_FATE, sizeof(*fate)) &&
	       fate->reset_ns == reset_ns;
}

bool decode_companion(const void *record, size_t size, struct observation *reset)
{
	const struct event_reset_socket *socket = record;

	if (decode_is_fate(record, size, reset->mono_ns)) {
		decode_fate(((const struct event_reset_fate *)record)->fate, &reset->reset);
		return true;
	}
	if (!is_record(record, size, EVENT_RESET_SOCKET, sizeof(*socket)) ||
	    socket->reset_ns != reset->mono_ns)
		return false;
	decode_end(socket, &reset->reset);
	return true;
}

void decode_reset(struct decoder *d, const struct event_reset *in, struct observation *out)
{
	struct reset_observation *r = &out->reset;

	out->type = OBSERVATION_RESET;
	out->netns = (struct netns_id){ .inum = in->netns };
	memset(r, 0, sizeof(*r));
	r->kind = decode_kind(in->kind);
	r->family = in->family;
	decode_tuple(&in->packet, &r->packet);
	r->flags = in->tcp_flags;
	r->socket = in->socket;
	if (r->kind == RESET_ANSWER || r->kind == RESET_REJECTED)
		decode_trigger(in, r);
	decode_listener(&in->listener, &r->listener);
	r->in_softirq = in->flags & EVENT_RESET_SOFTIRQ;
	r->has_context = true;
	decode_text(r->ifname, sizeof(r->ifname), in->ifname, sizeof(in->ifname));
	decode_actor(&in->task, &r->actor);
	decode_reset_names(d, in, r);
}
