/* SPDX-License-Identifier: GPL-2.0-only */
/* Removed conntrack entries as records, and the ring of what a flush removes. */
#ifndef RSTBLAME_REMOVED_BPF_H
#define RSTBLAME_REMOVED_BPF_H

#include "probes.bpf.h"

/* In one place of each program: see in_softirq_rarely(). */
static __noinline bool is_interrupted(void)
{
	return in_softirq();
}

/* A field of an entry. `is_typed`: the pointer is the argument of an fentry program,
 * whose type the verifier knows; such a load is a handful of instructions, a
 * bpf_probe_read_kernel() more than fifty. Known at compile time. */
#define ENTRY_READ(is_typed, ct, field) ((is_typed) ? (ct)->field : BPF_CORE_READ(ct, field))

static __always_inline __u64 removed_family(const struct nf_conn *ct, bool is_typed)
{
	return ENTRY_READ(is_typed, ct, tuplehash[0].tuple.src.l3num);
}

static __always_inline bool removed_is_tcp(const struct nf_conn *ct, bool is_typed)
{
	return ENTRY_READ(is_typed, ct, tuplehash[0].tuple.dst.protonum) == IPPROTO_TCP;
}

/* CONFIG_NF_CONNTRACK_ZONES may be off. */
static __always_inline __u16 removed_zone(const struct nf_conn *ct, bool is_typed)
{
	return bpf_core_field_exists(ct->zone) ? ENTRY_READ(is_typed, ct, zone.id) : 0;
}

static __always_inline void fill_head(struct event_removed_head *head, const struct nf_conn *ct,
				      __u8 family, __u32 status, __u16 zone, bool is_typed)
{
	head->family = family;
	head->tcp_state = ENTRY_READ(is_typed, ct, proto.tcp.state);
	head->zone = zone;
	head->status = status;
}

static __always_inline void fill_tail(struct event_removed_tail *tail, const struct nf_conn *ct,
				      __u16 zone, bool is_typed)
{
	tail->ports[EVENT_ORIG_SRC] = ENTRY_READ(is_typed, ct, tuplehash[0].tuple.src.u.all);
	tail->ports[EVENT_ORIG_DST] = ENTRY_READ(is_typed, ct, tuplehash[0].tuple.dst.u.all);
	tail->ports[EVENT_REPLY_SRC] = ENTRY_READ(is_typed, ct, tuplehash[1].tuple.src.u.all);
	tail->ports[EVENT_REPLY_DST] = ENTRY_READ(is_typed, ct, tuplehash[1].tuple.dst.u.all);
	*(__u32 *)&tail->zone_dirs = 0; /* and the flags */
	if (zone)                       /* most entries are in none */
		tail->zone_dirs = ENTRY_READ(is_typed, ct, zone.dir);
	/* CONFIG_NF_CONNTRACK_MARK may be off. */
	tail->mark = bpf_core_field_exists(ct->mark) ? ENTRY_READ(is_typed, ct, mark) : 0;
}

/* Word i of an address: in IPv4 there is one. */
#define ADDRESS_READ(is_typed, ct, place, i)                                                       \
	((place) == EVENT_ORIG_SRC  ? ENTRY_READ(is_typed, ct, tuplehash[0].tuple.src.u3.all[i]) : \
	 (place) == EVENT_ORIG_DST  ? ENTRY_READ(is_typed, ct, tuplehash[0].tuple.dst.u3.all[i]) : \
	 (place) == EVENT_REPLY_SRC ? ENTRY_READ(is_typed, ct, tuplehash[1].tuple.src.u3.all[i]) : \
				      ENTRY_READ(is_typed, ct, tuplehash[1].tuple.dst.u3.all[i]))

static __always_inline void fill_removed4(struct event_removed4 *e, const struct nf_conn *ct,
					  __u32 status, bool is_typed)
{
	__u16 zone = removed_zone(ct, is_typed);

	fill_head(&e->head, ct, AF_INET, status, zone, is_typed);
#pragma unroll
	for (int place = 0; place < EVENT_PLACES; place++)
		e->addresses[place] = ADDRESS_READ(is_typed, ct, place, 0);
	fill_tail(&e->tail, ct, zone, is_typed);
}

static __always_inline void fill_addresses6(__u32 (*addresses)[4], const struct nf_conn *ct,
					    int dir, bool is_typed)
{
#pragma unroll
	for (int i = 0; i < 4; i++) {
		addresses[0][i] = ADDRESS_READ(is_typed, ct, dir * 2, i);
		addresses[1][i] = ADDRESS_READ(is_typed, ct, dir * 2 + 1, i);
	}
}

static __always_inline void fill_removed6(struct event_removed6 *e, const struct nf_conn *ct,
					  __u32 status, bool is_typed)
{
	__u16 zone = removed_zone(ct, is_typed);

	fill_head(&e->head, ct, AF_INET6, status, zone, is_typed);
	fill_addresses6(&e->addresses[EVENT_ORIG_SRC], ct, 0, is_typed);
	fill_addresses6(&e->addresses[EVENT_REPLY_SRC], ct, 1, is_typed);
	fill_tail(&e->tail, ct, zone, is_typed);
}

/* ---- the flush ring ---- */

/*
 * A flush removes a million entries in one go, so each instruction counts: what an
 * act removes goes to a plain array in memory that user space maps. One act at a
 * time may write it: nothing is reserved, locked or submitted, and its entries are
 * in the order of time. All else (a second act at the same time, no room, a softirq
 * in between) takes the ordinary ring. Nobody is woken: the act's beginning does
 * that, in the ordinary ring, and user space polls while a writer is there.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1); /* the loader's: flush_mask + 1 */
	__type(key, __u32);
	__type(value, struct event_flush_slot);
} flush_slots SEC(".maps");

const volatile __u32 flush_mask = 0;

/* BPF_NOEXIST makes the claim atomic; 5.10 has no compare and exchange. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} flush_claims SEC(".maps");

struct event_flush_writer flush;

static __always_inline struct event_flush_slot *flush_slot(__u64 position)
{
	__u32 key = position & flush_mask;

	return bpf_map_lookup_elem(&flush_slots, &key);
}

/* Reading the clock is a fifth of the budget. The time of the entry before will do
 * while nothing has happened that a removal is compared with: each record of the
 * other rings counts the epoch up before it takes its time, and user space does so
 * each time that it looks. So the order of removals, resets and new entries is
 * exact, and the time shown is early by no more than user space takes to look. */
static __always_inline __u64 flush_time(struct event_flush_writer *w)
{
	__u64 now = *(volatile __u64 *)&epoch;

	if (now != w->epoch) {
		w->epoch = now;
		w->ts_ns = bpf_ktime_get_ns();
	}
	return w->ts_ns;
}

static __always_inline bool flush_has_room(const struct event_flush_writer *w)
{
	return w->head + 2 <= *(volatile __u64 *)&w->limit;
}

/* User space must find the slot filled when it sees the head move: x86 keeps the
 * order of stores; elsewhere it makes sure itself (user/wire/flush_ring.c). */
static __always_inline void flush_publish(struct event_flush_writer *w, __u64 slots)
{
	asm volatile("" ::: "memory");
	w->head += slots;
}

static __always_inline bool flush_push4(struct event_flush_writer *w, const struct nf_conn *ct,
					__u32 status, bool is_typed)
{
	struct event_removed4 *e = (void *)flush_slot(w->head);

	if (!e)
		return false;
	e->head.ts_ns = flush_time(w);
	fill_removed4(e, ct, status, is_typed);
	flush_publish(w, 1);
	return true;
}

/* Two slots, which need not be neighbours where the ring wraps. */
static __always_inline bool flush_push6(struct event_flush_writer *w, const struct nf_conn *ct,
					__u32 status, bool is_typed)
{
	struct event_flush_slot *one = flush_slot(w->head), *two = flush_slot(w->head + 1);
	__u16 zone = removed_zone(ct, is_typed);

	if (!one || !two)
		return false;
	((struct event_removed_head *)one)->ts_ns = flush_time(w);
	fill_head((void *)one, ct, AF_INET6, status, zone, is_typed);
	fill_addresses6((void *)&one->words[2], ct, 0, is_typed);
	fill_addresses6((void *)&two->words[0], ct, 1, is_typed);
	fill_tail((void *)&two->words[4], ct, zone, is_typed);
	w->wide_entries++;
	flush_publish(w, 2);
	return true;
}

/* masq_inet_event() and its work compare the reply's destination in this way. */
static __always_inline bool flush_goes_to(const struct event_flush_writer *w,
					  const struct nf_conn *ct, __u64 family, bool is_typed)
{
	__u32 differs = ADDRESS_READ(is_typed, ct, EVENT_REPLY_DST, 0) ^ w->address[0];

	if (family == AF_INET)
		return w->is_short && !differs;
#pragma unroll
	for (int i = 1; i < 4; i++)
		differs |= ADDRESS_READ(is_typed, ct, EVENT_REPLY_DST, i) ^ w->address[i];
	return !differs;
}

/* Is it this act's? A softirq may interrupt the act and remove an entry of its own
 * accord, without a port id. What has one is under the one mutex of ctnetlink's
 * deletions (NFNL_CB_MUTEX), as the whole flush is, so the same port id is the same
 * request; where the argument is not to be believed the act has none, and it goes by its
 * task. Masquerade walks one namespace (nf_ct_iterate_cleanup_net()). */
static __always_inline bool flush_owns(const struct event_flush_writer *w, const struct nf_conn *ct,
				       __u64 family, __u32 portid, bool is_typed)
{
	if (portid == w->request)
		return true;
	if (!w->task || w->request != EVENT_NO_REQUEST || w->task != bpf_get_current_task() ||
	    is_interrupted())
		return false;
	if (w->has_address)
		return flush_goes_to(w, ct, family, is_typed);
	return (unsigned long)ENTRY_READ(is_typed, ct, ct_net.net) == w->net;
}

/* False: take the ordinary way. */
static __always_inline bool flush_take(const struct nf_conn *ct, __u32 status, __u32 portid,
				       bool is_typed)
{
	__u64 family = removed_family(ct, is_typed);
	struct event_flush_writer *w = &flush;

	/* One register for its address, instead of a load for each use; and no narrowing
	 * of the family at each use. */
	asm volatile("" : "+r"(w), "+r"(family));
	if (!flush_owns(w, ct, family, portid, is_typed))
		return false;
	if (!removed_is_tcp(ct, is_typed)) {
		w->other_entries++;
		return true;
	}
	if (!flush_has_room(w))
		return false;
	return family == AF_INET ? flush_push4(w, ct, status, is_typed) :
				   flush_push6(w, ct, status, is_typed);
}

/* From its second entry on an act writes the flush ring, unless another does. */
static __always_inline void flush_claim(__u64 task, __u64 act, __u8 kind, __u32 portid,
					const struct net *net, const __u8 *address,
					bool has_address)
{
	__u32 key = 0, one = 1;
	struct event_flush_mark *mark;

	if (!flush_has_room(&flush) || bpf_map_update_elem(&flush_claims, &key, &one, BPF_NOEXIST))
		return;
	mark = (void *)flush_slot(flush.head);
	if (!mark)
		return;
	advance_epoch(); /* no time taken yet */
	flush.other_entries = flush.wide_entries = 0;
	flush.net = (unsigned long)net;
	flush.has_address = has_address;
	__builtin_memcpy(flush.address, address, sizeof(flush.address));
	flush.is_short = !flush.address[1] && !flush.address[2] && !flush.address[3];
	mark->ts_ns = flush_time(&flush);
	mark->family = 0;
	mark->act_kind = kind;
	mark->netns = read_netns(net);
	mark->act = act;
	flush_publish(&flush, 1);
	flush.first = flush.head;
	flush.task = task;
	flush.request = portid ? portid : EVENT_NO_REQUEST;
}

static __always_inline bool flush_is_mine(__u64 task)
{
	return flush.task == task;
}

static __always_inline __u64 flush_tcp_entries(void)
{
	return flush.head - flush.first - flush.wide_entries;
}

static __always_inline void flush_release(void)
{
	__u32 key = 0;

	flush.request = EVENT_NO_REQUEST;
	flush.task = 0;
	bpf_map_delete_elem(&flush_claims, &key);
}

#endif
