// SPDX-License-Identifier: GPL-2.0-only
/*
 * Conntrack entries that leave the table, the acts that remove them, and new
 * entries that take the place of removed ones.
 */
#include "probes.bpf.h"

#define IPS_SEEN_REPLY_BIT 1
#define IPS_CONFIRMED_BIT 3
#define IPS_DYING_BIT 9
#define TCP_STATE_TIME_WAIT 7
#define TCP_STATE_CLOSE 8

/* One thing under way in this task that removes entries. */
struct act {
	__u64 id;
	__u32 entries;
	__u32 tcp_entries;
	__u8 kind;      /* enum event_act_kind */
	__u8 announced; /* EVENT_ACT_BEGIN was sent */
	__u8 has_address;
	__u8 padding[5];
	__u8 address[EVENT_ADDR_BYTES];
};

/* By task_struct. Not LRU: an open act must not be evicted; what a missed
 * kretprobe leaves behind is overwritten by the task's next act. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, __u64);
	__type(value, struct act);
} acts SEC(".maps");

/* How many acts are open: a removal looks into the map only when one is. */
static __u64 acts_open;

/* Which tuples were ever removed, hashed: a byte each, so that two CPUs cannot
 * undo each other's mark. A new entry is reported only if its tuple may have
 * been removed before, which on a quiet node is never. */
__u8 removed_slots[SEEN_SLOTS];

static __always_inline __u32 hash_tuple(const struct event_tuple *t)
{
	const __u32 *words = (const void *)t;
	__u64 hash = 0x9e3779b97f4a7c15ULL;

#pragma unroll
	for (int i = 0; i < sizeof(*t) / sizeof(*words); i++)
		hash = (hash ^ words[i]) * 0xff51afd7ed558ccdULL;
	return (hash >> 40) & (SEEN_SLOTS - 1);
}

static __always_inline __u64 new_act_id(void)
{
	/* Unique by time and CPU, and positive in 64 bits with a sign for years;
	 * 5.10 has no fetching atomic add. */
	return bpf_ktime_get_ns() ^ ((__u64)(bpf_get_smp_processor_id() & 0x3ff) << 52);
}

static __always_inline void announce_act(void *ctx, struct act *act, __u32 netns, __u32 ifindex)
{
	struct event_act_begin *e;

	act->announced = 1;
	if (!RESERVE(&state_events, e, EVENT_ACT_BEGIN,
		     act->kind == EVENT_ACT_MASQUERADE ? EVENT_PROBE_MASQUERADE :
							 EVENT_PROBE_ITERATION))
		return;
	e->act = act->id;
	e->netns = netns;
	e->ifindex = ifindex;
	e->kind = act->kind;
	e->has_address = act->has_address;
	__builtin_memcpy(e->address, act->address, sizeof(e->address));
	if (act->kind == EVENT_ACT_ITERATION)
		read_stack(ctx, e->stack);
	read_task(&e->task);
	bpf_ringbuf_submit(e, 0);
}

static __always_inline void open_act(__u64 task, struct act *act, enum event_probe probe)
{
	if (bpf_map_update_elem(&acts, &task, act, BPF_ANY))
		count_loss(probe);
	else
		__sync_fetch_and_add(&acts_open, 1);
}

static __always_inline int close_act(__u64 task, struct act *act)
{
	struct event_act_end *e;

	if (act->announced && RESERVE(&state_events, e, EVENT_ACT_END,
				      act->kind == EVENT_ACT_MASQUERADE ? EVENT_PROBE_MASQUERADE :
									  EVENT_PROBE_ITERATION)) {
		e->act = act->id;
		e->entries = act->entries;
		e->tcp_entries = act->tcp_entries;
		bpf_ringbuf_submit(e, 0);
	}
	bpf_map_delete_elem(&acts, &task);
	__sync_fetch_and_add(&acts_open, -1);
	return 0;
}

static __always_inline struct act *current_act(__u64 task)
{
	return acts_open ? bpf_map_lookup_elem(&acts, &task) : NULL;
}

/* ---- masquerade's deferred flush ---- */

/* 5.10 has no module BTF: the layout that all kernels since 5.15 (and 5.10.74)
 * share, see nf_nat_masquerade.c there. */
struct masq_dev_work___fixed {
	__u8 work[32];
	struct net *net;
	__u8 addr[EVENT_ADDR_BYTES];
	int ifindex;
};

struct masquerade_request {
	const struct net *net;
	__u8 address[EVENT_ADDR_BYTES]; /* aligned: read as two words */
	int ifindex;
};

static __always_inline void read_masquerade_work(const void *work, struct masquerade_request *out)
{
	if (bpf_core_type_exists(struct masq_dev_work)) {
		const struct masq_dev_work *w = work;

		out->net = BPF_CORE_READ(w, net);
		out->ifindex = BPF_CORE_READ(w, ifindex);
		bpf_core_read(out->address, sizeof(out->address), &w->addr);
	} else {
		struct masq_dev_work___fixed w;

		bpf_probe_read_kernel(&w, sizeof(w), work);
		out->net = w.net;
		out->ifindex = w.ifindex;
		__builtin_memcpy(out->address, w.addr, sizeof(out->address));
	}
}

/* Context: a kworker. Rate: one for each address removed or link downed in a
 * namespace with masquerade. Missed: its removals have no act; blame then joins
 * by address alone and says so. */
static __always_inline int on_masquerade_begin(void *ctx, const void *work)
{
	struct masquerade_request request = {};
	__u64 task = bpf_get_current_task();
	struct act act = { .kind = EVENT_ACT_MASQUERADE };
	const __u64 *words = (const void *)request.address;

	read_masquerade_work(work, &request);
	act.id = new_act_id();
	/* For a link the work item is zeroed and carries no address. */
	act.has_address = words[0] || words[1];
	__builtin_memcpy(act.address, request.address, sizeof(act.address));
	announce_act(ctx, &act, read_netns(request.net), request.ifindex);
	open_act(task, &act, EVENT_PROBE_MASQUERADE);
	return 0;
}

static __always_inline int on_masquerade_end(void)
{
	__u64 task = bpf_get_current_task();
	struct act *act = bpf_map_lookup_elem(&acts, &task);

	return act ? close_act(task, act) : 0;
}

SEC("?fentry/iterate_cleanup_work")
int on_masquerade_begin_fentry(__u64 *ctx)
{
	return on_masquerade_begin(ctx, (void *)ctx[0]);
}

SEC("?fexit/iterate_cleanup_work")
int on_masquerade_end_fexit(__u64 *ctx)
{
	return on_masquerade_end();
}

SEC("?kprobe/iterate_cleanup_work")
int on_masquerade_begin_kprobe(struct pt_regs *ctx)
{
	return on_masquerade_begin(ctx, (void *)PT_REGS_PARM1(ctx));
}

SEC("?kretprobe/iterate_cleanup_work")
int on_masquerade_end_kretprobe(struct pt_regs *ctx)
{
	return on_masquerade_end();
}

/* ---- any other walk of the table ---- */

/* Context: process or kworker. Rate: rare. Announced by its first removal only,
 * for most walks remove nothing. Missed: each removal stands alone. */
static __always_inline int on_iteration_begin(void)
{
	__u64 task = bpf_get_current_task();
	struct act act = { .kind = EVENT_ACT_ITERATION };

	if (current_act(task))
		return 0;
	act.id = new_act_id();
	open_act(task, &act, EVENT_PROBE_ITERATION);
	return 0;
}

static __always_inline int on_iteration_end(void)
{
	__u64 task = bpf_get_current_task();
	struct act *act = current_act(task);

	return act && act->kind != EVENT_ACT_MASQUERADE ? close_act(task, act) : 0;
}

SEC("?fentry/nf_ct_iterate_cleanup")
int on_iteration_begin_fentry(__u64 *ctx)
{
	return on_iteration_begin();
}

SEC("?fexit/nf_ct_iterate_cleanup")
int on_iteration_end_fexit(__u64 *ctx)
{
	return on_iteration_end();
}

SEC("?kprobe/nf_ct_iterate_cleanup")
int on_iteration_begin_kprobe(struct pt_regs *ctx)
{
	return on_iteration_begin();
}

SEC("?kretprobe/nf_ct_iterate_cleanup")
int on_iteration_end_kretprobe(struct pt_regs *ctx)
{
	return on_iteration_end();
}

/* ---- removals ---- */

static __always_inline bool is_same_address(const __u8 *a, const __u8 *b)
{
	const __u64 *x = (const void *)a, *y = (const void *)b;

	return x[0] == y[0] && x[1] == y[1];
}

/* A softirq may interrupt an act and remove an entry of its own accord; what
 * the work item says tells the two apart. */
static __always_inline bool belongs_to(const struct act *act, const struct nf_conn *ct,
				       __u32 portid)
{
	__u8 address[EVENT_ADDR_BYTES] __attribute__((aligned(8)));

	if (in_softirq())
		return false;
	if (act->kind == EVENT_ACT_MASQUERADE && act->has_address) {
		bpf_core_read(address, sizeof(address), &ct->tuplehash[1].tuple.dst.u3);
		return is_same_address(address, act->address);
	}
	if (act->kind == EVENT_ACT_NETLINK_FLUSH)
		return portid;
	return true;
}

static __always_inline __u32 entry_netns(const struct nf_conn *ct)
{
	return read_netns(BPF_CORE_READ(ct, ct_net.net));
}

/* A walk shows what it is by its first removal: one with a netlink port id is a
 * user's flush. */
static __always_inline void join_act(void *ctx, struct act *act, const struct nf_conn *ct,
				     __u32 portid, bool is_tcp)
{
	if (!act->announced) {
		act->kind = portid ? EVENT_ACT_NETLINK_FLUSH : EVENT_ACT_ITERATION;
		announce_act(ctx, act, entry_netns(ct), 0);
	}
	act->entries++;
	if (is_tcp)
		act->tcp_entries++;
}

/* The entry that a reset makes (mid-stream pick-up of its trigger) and kills on
 * its own way out: no removal of interest. */
static __always_inline bool is_own_reset(__u64 task, unsigned long status, __u8 tcp_state)
{
	return tcp_state == TCP_STATE_CLOSE && !(status & (1 << IPS_SEEN_REPLY_BIT)) &&
	       bpf_map_lookup_elem(&tasks_in_reset, &task);
}

/* In jiffies; nf_ct_is_expired() compares 32 bits in just this way. */
static __always_inline __s32 time_left(const struct nf_conn *ct)
{
	return (__s32)(BPF_CORE_READ(ct, timeout) - (__u32)bpf_jiffies64());
}

static __always_inline bool is_clean_end(const struct event_removal *e)
{
	return (e->flags & EVENT_REMOVAL_EXPIRED) &&
	       (e->tcp_state == TCP_STATE_TIME_WAIT || e->tcp_state == TCP_STATE_CLOSE);
}

/* Only a translated entry's successor can acquit it. Read off the tuples: IPVS
 * translates without IPS_SRC_NAT or IPS_DST_NAT. */
static __always_inline bool is_translated(const struct event_removal *e)
{
	return !is_same_address(e->orig.src, e->reply.dst) ||
	       !is_same_address(e->orig.dst, e->reply.src) || e->orig.sport != e->reply.dport ||
	       e->orig.dport != e->reply.sport;
}

static __always_inline void fill_removal(struct event_removal *e, const struct nf_conn *ct,
					 const struct act *act, unsigned long status, __u32 portid)
{
	e->netns = entry_netns(ct);
	e->zone = read_zone(ct, 0);
	e->reply_zone = read_zone(ct, 1);
	e->family = BPF_CORE_READ(ct, tuplehash[0].tuple.src.l3num);
	e->tcp_state = BPF_CORE_READ(ct, proto.tcp.state);
	e->status = status;
	if (bpf_core_field_exists(ct->mark))
		e->mark = BPF_CORE_READ(ct, mark);
	e->portid = portid;
	e->timeout_left = time_left(ct);
	if (e->timeout_left <= 0)
		e->flags |= EVENT_REMOVAL_EXPIRED;
	if (in_softirq())
		e->flags |= EVENT_REMOVAL_SOFTIRQ;
	read_tuple(ct, 0, &e->orig);
	read_tuple(ct, 1, &e->reply);
	if (act) {
		e->act = act->id;
		e->act_kind = act->kind;
	}
	if (!is_clean_end(e) && is_translated(e)) {
		removed_slots[hash_tuple(&e->orig)] = 1;
		removed_slots[hash_tuple(&e->reply)] = 1;
	}
}

/* Unexplained by its act or its time-out: only these pay for a stack. */
static __always_inline void send_removal_with_stack(void *ctx, const struct nf_conn *ct,
						    unsigned long status, __u32 portid)
{
	struct event_removal_stack *e;

	e = bpf_ringbuf_reserve(&state_events, sizeof(*e), 0);
	if (!e) {
		count_loss(EVENT_PROBE_REMOVAL);
		return;
	}
	__builtin_memset(e, 0, sizeof(*e));
	fill_header(&e->removal.header, EVENT_REMOVAL_STACK, sizeof(*e));
	fill_removal(&e->removal, ct, NULL, status, portid);
	read_stack(ctx, e->stack);
	bpf_ringbuf_submit(e, 0);
}

static __always_inline void send_removal(void *ctx, const struct nf_conn *ct, const struct act *act,
					 unsigned long status, __u32 portid)
{
	struct event_removal *e;

	if (!act && time_left(ct) > 0) {
		send_removal_with_stack(ctx, ct, status, portid);
		return;
	}
	if (!RESERVE(&state_events, e, EVENT_REMOVAL, EVENT_PROBE_REMOVAL))
		return;
	fill_removal(e, ct, act, status, portid);
	bpf_ringbuf_submit(e, 0);
}

/* Context: any. Rate: one for each connection's end, a million in a flush.
 * Missed: a reset that it caused is entry-unknown; the loss is counted. */
static __always_inline int on_removal(void *ctx, const struct nf_conn *ct, __u32 portid)
{
	bool is_tcp = BPF_CORE_READ(ct, tuplehash[0].tuple.dst.protonum) == IPPROTO_TCP;
	unsigned long status = BPF_CORE_READ(ct, status);
	__u8 tcp_state = is_tcp ? BPF_CORE_READ(ct, proto.tcp.state) : 0;
	__u64 task = bpf_get_current_task();
	struct act single = {};
	struct act *act;

	if (!(status & (1 << IPS_CONFIRMED_BIT)))
		return 0;
	if (is_tcp && is_own_reset(task, status, tcp_state))
		return 0;
	act = current_act(task);
	if (act && !belongs_to(act, ct, portid))
		act = NULL;
	if (!act && portid) {
		/* No walk: the request named this entry, and `current` made it. */
		single.id = new_act_id();
		single.kind = EVENT_ACT_NETLINK_DELETE;
		announce_act(ctx, &single, entry_netns(ct), 0);
		act = &single;
	} else if (act) {
		join_act(ctx, act, ct, portid, is_tcp);
	}
	if (is_tcp)
		send_removal(ctx, ct, act, status, portid);
	return 0;
}

/* The function may be called for an entry that another CPU is removing; it
 * returns at once when IPS_DYING is already set. */
static __always_inline bool is_already_dying(const struct nf_conn *ct)
{
	return BPF_CORE_READ(ct, status) & (1 << IPS_DYING_BIT);
}

SEC("?fentry/nf_ct_delete")
int on_removal_fentry(__u64 *ctx)
{
	const struct nf_conn *ct = (void *)ctx[0];

	return is_already_dying(ct) ? 0 : on_removal(ctx, ct, (__u32)ctx[1]);
}

SEC("?kprobe/nf_ct_delete")
int on_removal_kprobe(struct pt_regs *ctx)
{
	const struct nf_conn *ct = (void *)PT_REGS_PARM1(ctx);

	return is_already_dying(ct) ? 0 : on_removal(ctx, ct, (__u32)PT_REGS_PARM2(ctx));
}

/* nf_ct_delete.part.N is the half that runs once IPS_DYING was won: all
 * callers, inlined or not, come through it exactly once for each removal. */
SEC("?kprobe/nf_ct_delete.part.0")
int on_removal_part_kprobe(struct pt_regs *ctx)
{
	return on_removal(ctx, (void *)PT_REGS_PARM1(ctx), (__u32)PT_REGS_PARM2(ctx));
}

/* ---- new entries ---- */

/* A record is sent only where the tuple may have been removed before. */
static __always_inline int send_entry(const struct nf_conn *ct, __u8 tcp_state,
				      enum event_probe probe)
{
	struct event_tuple orig = {}, reply = {};
	struct event_entry *e;

	if (!ct || BPF_CORE_READ(ct, tuplehash[0].tuple.dst.protonum) != IPPROTO_TCP)
		return 0;
	read_tuple(ct, 0, &orig);
	read_tuple(ct, 1, &reply);
	if (!removed_slots[hash_tuple(&orig)] && !removed_slots[hash_tuple(&reply)])
		return 0;
	if (!RESERVE(&state_events, e, EVENT_ENTRY, probe))
		return 0;
	e->netns = entry_netns(ct);
	e->zone = read_zone(ct, 0);
	e->family = BPF_CORE_READ(ct, tuplehash[0].tuple.src.l3num);
	e->tcp_state = tcp_state;
	e->orig = orig;
	e->reply = reply;
	bpf_ringbuf_submit(e, 0);
	return 0;
}

/* Context: softirq or process. Rate: one for each new connection. Missed: a
 * removal would be blamed for the reset of a later connection with the same
 * ports; the loss is counted, and then nothing is proven. */
static __always_inline int on_entry(const struct sk_buff *skb)
{
	unsigned long nfct = BPF_CORE_READ(skb, _nfct);
	const struct nf_conn *ct = (void *)(nfct & NFCT_PTR_MASK);

	return send_entry(ct, ct ? BPF_CORE_READ(ct, proto.tcp.state) : 0, EVENT_PROBE_ENTRY);
}

SEC("?fentry/__nf_conntrack_confirm")
int on_entry_fentry(__u64 *ctx)
{
	return on_entry((void *)ctx[0]);
}

SEC("?kprobe/__nf_conntrack_confirm")
int on_entry_kprobe(struct pt_regs *ctx)
{
	return on_entry((void *)PT_REGS_PARM1(ctx));
}

/* Entries that somebody restores by netlink: conntrackd, conntrack -I. Context:
 * process. Rate: rare. Missed: as above. */
SEC("?fentry/nf_conntrack_hash_check_insert")
int on_insert_fentry(__u64 *ctx)
{
	return send_entry((void *)ctx[0], EVENT_ENTRY_INSERTED, EVENT_PROBE_INSERT);
}

SEC("?kprobe/nf_conntrack_hash_check_insert")
int on_insert_kprobe(struct pt_regs *ctx)
{
	return send_entry((void *)PT_REGS_PARM1(ctx), EVENT_ENTRY_INSERTED, EVENT_PROBE_INSERT);
}
