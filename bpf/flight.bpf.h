/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What becomes of a reset while the kernel sends it, which is until its function returns: the
 * kernel may decide against it (TCP MD5 and AO without the key), find no route for it, or
 * throw it away on its way out, as a rule in OUTPUT says. What is told is read off the
 * kernel's own counters, and off what it frees meanwhile (drop.bpf.c).
 *
 * A CPU keeps one flight. Whoever comes in between (a softirq, another task) takes its place,
 * and of the first nothing is told.
 */
#ifndef RSTBLAME_FLIGHT_BPF_H
#define RSTBLAME_FLIGHT_BPF_H

#include "probes.bpf.h"

#define COUNTER_UNKNOWN (~0ULL)

struct netns_mib___flight {
	void *tcp_statistics; /* per CPU */
	void *ip_statistics;
} __attribute__((preserve_access_index));

struct netns_nf___flight {
	void *queue_handler;
} __attribute__((preserve_access_index));

struct net___flight {
	struct netns_mib___flight mib;
	struct netns_nf___flight nf;
} __attribute__((preserve_access_index));

/* This CPU's: struct tcp_mib and struct ipstats_mib begin with an array of them. */
static __always_inline __u64 read_counter(const void *counters, __u32 index)
{
	__u64 cpu = bpf_get_smp_processor_id(), base = 0, value = 0;

	if (!per_cpu_offsets_address || !counters || index == ~0U ||
	    bpf_probe_read_kernel(&base, sizeof(base),
				  (void *)(per_cpu_offsets_address + cpu * 8)) ||
	    bpf_probe_read_kernel(&value, sizeof(value), (void *)counters + base + index * 8))
		return COUNTER_UNKNOWN;
	return value;
}

/* tcp_v[46]_send_reset() count it whatever becomes of it, but for IPv6 without a route. */
static __always_inline __u64 read_made(__u64 net)
{
	const struct net___flight *n = (void *)net;

	return read_counter(BPF_CORE_READ(n, mib.tcp_statistics), made_counter);
}

static __always_inline __u64 read_sent(__u64 net)
{
	const struct net___flight *n = (void *)net;

	return read_counter(BPF_CORE_READ(n, mib.ip_statistics), sent_counter);
}

/* `packet`: the peer's, as it came. `family`: of an answer. */
static __always_inline void begin_flight(const struct event_tuple *packet, const struct net *net,
					 __u8 family, __u64 reset_ns, bool is_softirq)
{
	struct reset_cpu *cpu = this_reset_cpu();
	struct flight *f;

	if (!cpu)
		return;
	f = &cpu->flight;
	f->net = (unsigned long)net;
	f->reset_ns = reset_ns;
	f->softirq = is_softirq;
	f->sport = packet->dport;
	f->dport = packet->sport;
	f->family = family;
	f->fate = EVENT_FATE_UNKNOWN;
	f->is_unsure = 0;
	if (family)
		f->made = read_made(f->net);
	if (family == AF_INET)
		f->sent = read_sent(f->net);
	f->task = bpf_get_current_task();
}

/* In a process a softirq may have sent something else of the same namespace. */
static __always_inline __u8 read_sent_fate(const struct flight *f)
{
	__u64 sent = read_sent(f->net);

	if (sent == COUNTER_UNKNOWN || f->sent == COUNTER_UNKNOWN)
		return EVENT_FATE_UNKNOWN;
	if (sent == f->sent)
		return EVENT_FATE_NO_ROUTE;
	return f->softirq || sent - f->sent == 1 ? EVENT_FATE_LEFT : EVENT_FATE_UNKNOWN;
}

/* Whoever waits for packets in user space (NFQUEUE) may have it, and send it or not. The
 * namespaces' own until 870299707436 ("netfilter: nf_queue: move hookfn registration out of
 * struct net", 5.14). */
static __always_inline bool may_be_queued(__u64 net)
{
	const struct net___flight *n = (void *)net;
	__u64 handler = 0;

	if (bpf_core_field_exists(n->nf.queue_handler))
		return BPF_CORE_READ(n, nf.queue_handler) != NULL;
	if (queue_handler_address)
		bpf_probe_read_kernel(&handler, sizeof(handler), (void *)queue_handler_address);
	return handler;
}

static __always_inline __u8 read_fate(const struct flight *f)
{
	__u64 made;

	if (f->fate && !f->family)
		return f->fate;
	if (!f->family)
		return f->is_unsure || may_be_queued(f->net) ? EVENT_FATE_UNKNOWN : EVENT_FATE_LEFT;
	made = read_made(f->net);
	if (made == COUNTER_UNKNOWN || f->made == COUNTER_UNKNOWN)
		return f->fate;
	if (made == f->made) /* tcp_v6_send_response() frees what it has no route for */
		return f->fate ? EVENT_FATE_NO_ROUTE : EVENT_FATE_NOT_MADE;
	if (f->fate || f->is_unsure || may_be_queued(f->net))
		return f->fate;
	return f->family == AF_INET ? read_sent_fate(f) : EVENT_FATE_LEFT;
}

/* A record that finds no room is no loss: nothing is claimed of that reset then. */
static __noinline int tell_fate(__u64 reset_ns, __u8 fate)
{
	struct event_reset_fate *e;

	if (!TRY_RESERVE(&reset_events, e, EVENT_RESET_FATE))
		return 0;
	e->reset_ns = reset_ns;
	e->fate = fate;
	bpf_ringbuf_submit(e, 0);
	return 0;
}

/* That nothing was seen to drop it says that it left only where a drop is seen. */
static __always_inline __u8 read_seen_fate(const struct reset_cpu *cpu)
{
	__u8 fate = read_fate(&cpu->flight);
	bool is_blind = !*(volatile __u8 *)&sees_drops || cpu->in_drop;

	return fate == EVENT_FATE_LEFT && is_blind ? EVENT_FATE_UNKNOWN : fate;
}

/* At the function's return, which may be another call's than the one that began it: that of a
 * softirq in between. */
static __always_inline void end_flight(struct reset_cpu *cpu, __u64 task, bool is_softirq)
{
	struct flight *f = &cpu->flight;

	if (f->task != task || f->softirq != is_softirq)
		return;
	f->task = 0;
	tell_fate(f->reset_ns, read_seen_fate(cpu));
}

#endif
