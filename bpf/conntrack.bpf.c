// SPDX-License-Identifier: GPL-2.0-only
/*
 * Conntrack entries that leave the table, the acts that remove them, and new
 * entries that take the place of removed ones.
 */
#include "acts.bpf.h"
#include "expiry.bpf.h"
#include "masquerade.bpf.h"

#define TCP_STATE_TIME_WAIT 7
#define TCP_STATE_CLOSE 8

/* Set by user space: see EVENT_REMOVED_BITS. */
__u8 removed_slots[1 << EVENT_REMOVED_BITS];

/* Removals that a new entry may take the place of: how many the ordinary ring was
 * given, and how many of them user space has marked in removed_slots. */
__u64 marks_due;
__u64 marks_made;

/* ---- masquerade's deferred flush ---- */

/* Context: a kworker. Rate: one for each address removed or link downed in a
 * namespace with masquerade. Missed: its removals have no act; blame then joins
 * by address alone and says so. */
static __always_inline int on_masquerade_begin(const void *work)
{
	struct masquerade_request request = {};
	__u64 task = bpf_get_current_task();
	struct act act = { .kind = EVENT_ACT_MASQUERADE, .announced = 1 };
	const __u64 *words = (const void *)request.address;

	read_masquerade_work(work, &request);
	act.id = new_act_id();
	/* For a link the work item is zeroed and carries no address. */
	act.has_address = words[0] || words[1];
	__builtin_memcpy(act.address, request.address, sizeof(act.address));
	announce_masquerade(&act, read_netns(request.net), request.ifindex);
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
	return on_masquerade_begin((void *)ctx[0]);
}

SEC("?fexit/iterate_cleanup_work")
int on_masquerade_end_fexit(__u64 *ctx)
{
	return on_masquerade_end();
}

SEC("?kprobe/iterate_cleanup_work")
int on_masquerade_begin_kprobe(struct pt_regs *ctx)
{
	return on_masquerade_begin((void *)PT_REGS_PARM1(ctx));
}

SEC("?kretprobe/iterate_cleanup_work")
int on_masquerade_end_kretprobe(struct pt_regs *ctx)
{
	return on_masquerade_end();
}

/* ---- a user's requests ---- */

static __always_inline __u32 read_portid(const struct sk_buff *skb)
{
	struct netlink_skb_parms___request {
		__u32 creds[3];
		__u32 portid;
	} parms = {};

	bpf_core_read(&parms, sizeof(parms), &skb->cb);
	return parms.portid;
}

/* Context: process. Rate: one for each request of conntrack -D and -F, and the like. Missed:
 * the port id that nf_ct_delete() is called with is believed. */
static __always_inline int on_request_begin(const void *first, const void *third)
{
	requester_portids[0] = read_portid(first);
	requester_portids[1] = third ? read_portid(third) : 0;
	*(volatile __u64 *)&requester = bpf_get_current_task();
	return 0;
}

static __always_inline int on_request_end(void)
{
	*(volatile __u64 *)&requester = 0;
	return 0;
}

SEC("?fentry/ctnetlink_del_conntrack")
int on_request_begin_fentry(__u64 *ctx)
{
	return on_request_begin((void *)ctx[0], NULL);
}

SEC("?fexit/ctnetlink_del_conntrack")
int on_request_end_fexit(__u64 *ctx)
{
	return on_request_end();
}

SEC("?kprobe/ctnetlink_del_conntrack")
int on_request_begin_kprobe(struct pt_regs *ctx)
{
	return on_request_begin((void *)PT_REGS_PARM1(ctx), (void *)PT_REGS_PARM3(ctx));
}

SEC("?kretprobe/ctnetlink_del_conntrack")
int on_request_end_kretprobe(struct pt_regs *ctx)
{
	return on_request_end();
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
	/* The kretprobe was attached before and acts after: the return address is still
	 * the caller's. */
	save_walk_stack(ctx, bpf_get_current_task());
	return on_iteration_begin();
}

SEC("?kretprobe/nf_ct_iterate_cleanup")
int on_iteration_end_kretprobe(struct pt_regs *ctx)
{
	__u64 task = bpf_get_current_task();

	bpf_map_delete_elem(&walk_stacks, &task);
	return on_iteration_end();
}

/* ---- removals ---- */

/* Where nobody uses it (without conntrack's events) a compiler may drop nf_ct_delete()'s port id,
 * if it knows all callers (clang's ThinLTO): what is read for it is what a register happened to
 * hold. So a deletion is a user's where ctnetlink is at it, whatever the argument says. */
static __always_inline bool is_asked_for(__u32 portid, __u64 task)
{
	const struct task_struct *t = (void *)task;

	if (*(volatile __u8 *)&sees_requests)
		return *(volatile __u64 *)&requester == task && !is_interrupted();
	if (!portid)
		return false;
	if (is_interrupted() || (BPF_CORE_READ(t, flags) & PF_KTHREAD))
		*(volatile __u8 *)&distrusts_portid = 1;
	return !*(volatile __u8 *)&distrusts_portid;
}

static __always_inline bool is_same_address(const __u8 *a, const __u8 *b)
{
	const __u64 *x = (const void *)a, *y = (const void *)b;

	return x[0] == y[0] && x[1] == y[1];
}

/* A softirq may interrupt an act and remove an entry of its own accord; what
 * the work item says tells the two apart. */
static __always_inline bool belongs_to(const struct act *act, const struct nf_conn *ct,
				       bool is_asked)
{
	__u8 address[EVENT_ADDR_BYTES] __attribute__((aligned(8)));

	if (is_interrupted())
		return false;
	if (act->kind == EVENT_ACT_MASQUERADE && act->has_address) {
		bpf_core_read(address, sizeof(address), &ct->tuplehash[1].tuple.dst.u3);
		return is_same_address(address, act->address);
	}
	if (act->kind == EVENT_ACT_NETLINK_FLUSH)
		return is_asked;
	return true;
}

static __always_inline __u32 entry_netns(const struct nf_conn *ct)
{
	return read_netns(BPF_CORE_READ(ct, ct_net.net));
}

static __always_inline __u32 port_id(void *ctx, bool is_typed)
{
	return is_typed ? (__u32)((__u64 *)ctx)[1] : (__u32)PT_REGS_PARM2((struct pt_regs *)ctx);
}

/* Whose act this removal is of: told before it, with the first of each. A walk shows what it
 * is by its first removal: one that netlink asked for is a user's flush. One that is asked for
 * outside of a walk is an act by itself, whose id is returned: the request named this entry, and
 * `current` made it.
 *
 * Announced in one place, for the verifier goes through that once for each way there. */
static __noinline __u64 announce_first(void *ctx, const struct nf_conn *ct, bool is_asked,
				       bool is_kprobe)
{
	__u64 task = bpf_get_current_task(), id;
	struct act *act = current_act(task);
	__u8 kind = EVENT_ACT_NETLINK_DELETE;

	if (act && belongs_to(act, ct, is_asked)) {
		if (act->announced)
			return 0;
		kind = is_asked ? EVENT_ACT_NETLINK_FLUSH : EVENT_ACT_ITERATION;
		act->kind = kind;
		act->announced = 1;
		id = act->id;
	} else {
		if (!is_asked)
			return 0;
		id = new_act_id();
		if (*(volatile __u8 *)&sees_requests && is_known_deleter()) {
			announce_deletion(id, entry_netns(ct));
			return id;
		}
	}
	id = forget_value(id, task);
	announce_act(ctx, id, entry_netns(ct), forget_value(kind, task), is_kprobe);
	return id;
}

/* What comes after its first removal goes to the flush ring. */
static __always_inline void join_act(void *ctx, struct act *act, __u64 task,
				     const struct nf_conn *ct, bool is_typed)
{
	if (!act->tried_flush) {
		act->tried_flush = 1;
		flush_claim(task, act->id, act->kind,
			    act->kind == EVENT_ACT_NETLINK_FLUSH ?
				    proven_portid(port_id(ctx, is_typed)) :
				    0,
			    BPF_CORE_READ(ct, ct_net.net), act->address, act->has_address);
	}
	act->entries++;
	if (removed_is_tcp(ct, is_typed))
		act->tcp_entries++;
}

/* The entry that a reset makes (mid-stream pick-up of its trigger) and kills on
 * its own way out: no removal of interest. */
static __always_inline bool is_own_reset(__u64 task, unsigned long status, __u8 tcp_state)
{
	const struct reset_cpu *cpu;

	if (tcp_state != TCP_STATE_CLOSE || (status & (1 << IPS_SEEN_REPLY_BIT)))
		return false;
	cpu = this_reset_cpu();
	return (cpu && cpu->task == task) || bpf_map_lookup_elem(&tasks_in_reset, &task);
}

/* In jiffies; nf_ct_is_expired() compares 32 bits in just this way. */
static __always_inline bool is_expired(const struct nf_conn *ct, bool is_typed)
{
	return (__s32)(ENTRY_READ(is_typed, ct, timeout) - (__u32)bpf_jiffies64()) <= 0;
}

static __always_inline bool is_clean_end(__u8 tcp_state, bool is_expired)
{
	return is_expired && (tcp_state == TCP_STATE_TIME_WAIT || tcp_state == TCP_STATE_CLOSE);
}

/* Only a translated entry's successor can acquit it. Read off the tuples: IPVS
 * translates without IPS_SRC_NAT or IPS_DST_NAT. */
static __always_inline bool is_translated4(const struct event_removed4 *e)
{
	return e->addresses[EVENT_ORIG_SRC] != e->addresses[EVENT_REPLY_DST] ||
	       e->addresses[EVENT_ORIG_DST] != e->addresses[EVENT_REPLY_SRC] ||
	       e->tail.ports[EVENT_ORIG_SRC] != e->tail.ports[EVENT_REPLY_DST] ||
	       e->tail.ports[EVENT_ORIG_DST] != e->tail.ports[EVENT_REPLY_SRC];
}

static __always_inline bool is_translated6(const struct event_removed6 *e)
{
	return !is_same_address((const void *)e->addresses[EVENT_ORIG_SRC],
				(const void *)e->addresses[EVENT_REPLY_DST]) ||
	       !is_same_address((const void *)e->addresses[EVENT_ORIG_DST],
				(const void *)e->addresses[EVENT_REPLY_SRC]) ||
	       e->tail.ports[EVENT_ORIG_SRC] != e->tail.ports[EVENT_REPLY_DST] ||
	       e->tail.ports[EVENT_ORIG_DST] != e->tail.ports[EVENT_REPLY_SRC];
}

struct removing {
	const struct nf_conn *ct;
	__u64 act; /* 0: none */
	__u8 act_kind;
	__u32 status;
	bool is_expired;
	bool is_typed;
};

static __always_inline __u16 removal_flags(const struct removing *r, __u8 tcp_state,
					   bool is_translated)
{
	__u16 flags = r->is_expired ? EVENT_REMOVAL_EXPIRED : 0;

	if (is_translated && !is_clean_end(tcp_state, r->is_expired)) {
		flags |= EVENT_REMOVAL_MATTERS;
		if (r->is_expired)
			flags |= expiry_of(r->ct) << EVENT_REMOVAL_EXPIRY_SHIFT;
		__sync_fetch_and_add(&marks_due, 1);
	}
	if (is_interrupted())
		flags |= EVENT_REMOVAL_SOFTIRQ;
	return flags;
}

static __always_inline void fill_removal(struct event_removal *e, const struct removing *r)
{
	e->act = r->act;
	e->act_kind = r->act_kind;
	e->netns = entry_netns(r->ct);
}

static __always_inline void fill_removal4(struct event_removed4 *e, const struct removing *r,
					  __u64 ts_ns)
{
	e->head.ts_ns = ts_ns;
	fill_removed4(e, r->ct, r->status, r->is_typed);
	e->tail.flags = removal_flags(r, e->head.tcp_state, is_translated4(e));
}

static __always_inline void fill_removal6(struct event_removed6 *e, const struct removing *r,
					  __u64 ts_ns)
{
	e->head.ts_ns = ts_ns;
	fill_removed6(e, r->ct, r->status, r->is_typed);
	e->tail.flags = removal_flags(r, e->head.tcp_state, is_translated6(e));
}

/* Unexplained by its act or its time-out: only these pay for a stack. */
static __always_inline void send_removal_with_stack(void *ctx, const struct removing *r, bool is_v4)
{
	struct event_removal_stack *e;

	e = bpf_ringbuf_reserve(&state_events, sizeof(*e), 0);
	if (!e) {
		count_loss(EVENT_PROBE_REMOVAL);
		return;
	}
	__builtin_memset(e->stack, 0, sizeof(e->stack));
	fill_header(&e->removal.header, EVENT_REMOVAL_STACK, sizeof(*e));
	fill_removal(&e->removal, r);
	if (is_v4)
		fill_removal4((void *)&e->entry, r, e->removal.header.ts_ns);
	else
		fill_removal6(&e->entry, r, e->removal.header.ts_ns);
	read_stack(ctx, !r->is_typed, e->stack);
	bpf_ringbuf_submit(e, 0);
}

/* All of the record is written: no need to zero it first. */
#define SEND_REMOVAL(family, r)                                                                    \
	({                                                                                         \
		struct event_removal##family *e =                                                  \
			bpf_ringbuf_reserve(&state_events, sizeof(*e), 0);                         \
		if (e) {                                                                           \
			fill_header(&e->removal.header, EVENT_REMOVAL, sizeof(*e));                \
			fill_removal(&e->removal, r);                                              \
			fill_removal##family(&e->entry, r, e->removal.header.ts_ns);               \
			bpf_ringbuf_submit(e, 0);                                                  \
		} else {                                                                           \
			count_loss(EVENT_PROBE_REMOVAL);                                           \
		}                                                                                  \
	})

static __always_inline void send_removal(void *ctx, const struct removing *r)
{
	bool is_v4 = removed_family(r->ct, r->is_typed) == AF_INET;

	if (!r->act && !r->is_expired)
		send_removal_with_stack(ctx, r, is_v4);
	else if (is_v4)
		SEND_REMOVAL(4, r);
	else
		SEND_REMOVAL(6, r);
}

/* Context: any. Rate: one for each connection's end, a million in a flush, which
 * take the flush ring. Missed: a reset that it caused is entry-unknown; the loss is
 * counted. */
static __always_inline int on_removal(void *ctx, const struct nf_conn *ct, __u32 portid,
				      unsigned long status, bool is_typed)
{
	struct removing r = { .ct = ct, .status = status, .is_typed = is_typed };
	__u64 task = bpf_get_current_task(), announced = 0;
	struct act *act;
	bool is_asked;

	if (removed_is_tcp(ct, is_typed) &&
	    is_own_reset(task, status, ENTRY_READ(is_typed, ct, proto.tcp.state)))
		return 0;
	is_asked = forget_value(is_asked_for(portid, task), task);
	if (is_asked || *(volatile __u64 *)&acts_open)
		announced = announce_first(ctx, ct, is_asked, !is_typed);
	act = current_act(task); /* looked up again, see announce_act() */
	if (act && belongs_to(act, ct, is_asked)) {
		join_act(ctx, act, task, ct, is_typed);
		r.act = act->id;
		r.act_kind = act->kind;
	} else if (announced) {
		r.act = announced;
		r.act_kind = EVENT_ACT_NETLINK_DELETE;
	}
	if (!removed_is_tcp(ct, is_typed))
		return 0;
	r.is_expired = is_expired(ct, is_typed);
	send_removal(ctx, &r);
	return 0;
}

/* Not inlined: what they need of registers and stack, the fast way would pay for. */
static __noinline int on_removal_typed(void *ctx, const struct nf_conn *ct, __u32 portid,
				       unsigned long status)
{
	return on_removal(ctx, ct, portid, status, true);
}

static __noinline int on_removal_untyped(void *ctx, const struct nf_conn *ct, __u32 portid,
					 unsigned long status)
{
	return on_removal(ctx, ct, portid, status, false);
}

#define IPS_CONFIRMED (1 << IPS_CONFIRMED_BIT)
#define IPS_DYING (1 << IPS_DYING_BIT)

/* nf_ct_delete() may be called for an entry that another CPU is removing; it
 * returns at once when IPS_DYING is already set. */
static __always_inline int on_delete(void *ctx, const struct nf_conn *ct, __u32 portid,
				     bool is_typed)
{
	unsigned long status = ENTRY_READ(is_typed, ct, status);

	if ((status & (IPS_CONFIRMED | IPS_DYING)) != IPS_CONFIRMED)
		return 0;
	if (flush_take(ct, status, portid, is_typed))
		return 0;
	return is_typed ? on_removal_typed(ctx, ct, portid, status) :
			  on_removal_untyped(ctx, ct, portid, status);
}

SEC("?fentry/nf_ct_delete")
int on_removal_fentry(__u64 *ctx)
{
	return on_delete(ctx, (void *)ctx[0], (__u32)ctx[1], true);
}

SEC("?kprobe/nf_ct_delete")
int on_removal_kprobe(struct pt_regs *ctx)
{
	return on_delete(ctx, (void *)PT_REGS_PARM1(ctx), (__u32)PT_REGS_PARM2(ctx), false);
}

/* nf_ct_delete.part.N is the half that runs once IPS_DYING was won: all
 * callers, inlined or not, come through it exactly once for each removal. */
SEC("?kprobe/nf_ct_delete.part.0")
int on_removal_part_kprobe(struct pt_regs *ctx)
{
	const struct nf_conn *ct = (void *)PT_REGS_PARM1(ctx);
	__u32 portid = PT_REGS_PARM2(ctx);
	unsigned long status = BPF_CORE_READ(ct, status);

	if (!(status & IPS_CONFIRMED) || flush_take(ct, status, portid, false))
		return 0;
	return on_removal_untyped(ctx, ct, portid, status);
}

/* ---- new entries ---- */

static __always_inline bool was_removed(const struct nf_conntrack_tuple *t, int words)
{
	return removed_slots[event_hash(t->src.u3.all, t->dst.u3.all, words, t->src.u.all,
					t->dst.u.all)];
}

/* Until user space has marked them, any new entry may take a removed one's place. */
static __always_inline bool are_marks_due(void)
{
	return *(volatile __u64 *)&marks_due != *(volatile __u64 *)&marks_made ||
	       *(volatile __u64 *)&flush.head + flush_mask + 1 != *(volatile __u64 *)&flush.limit;
}

static __always_inline void fill_tuple(const struct nf_conntrack_tuple *t, struct event_tuple *out)
{
	copy_address(out->src, &t->src.u3);
	copy_address(out->dst, &t->dst.u3);
	out->sport = t->src.u.all;
	out->dport = t->dst.u.all;
}

/* A record is sent only where the tuple may have been removed before. Both tuples
 * in one read: each costs as much as all. */
static __always_inline int send_entry(const struct nf_conn *ct, __u8 tcp_state,
				      enum event_probe probe)
{
	struct nf_conntrack_tuple_hash both[2];
	const struct nf_conntrack_tuple *orig = &both[0].tuple, *reply = &both[1].tuple;
	struct event_entry *e;

	if (!ct || bpf_core_read(both, sizeof(both), &ct->tuplehash) ||
	    orig->dst.protonum != IPPROTO_TCP)
		return 0;
	if (!are_marks_due() &&
	    !(orig->src.l3num == AF_INET ? was_removed(orig, 1) || was_removed(reply, 1) :
					   was_removed(orig, 4) || was_removed(reply, 4)))
		return 0;
	if (!RESERVE(&state_events, e, EVENT_ENTRY, probe))
		return 0;
	e->netns = entry_netns(ct);
	e->zone = read_zone(ct, 0);
	e->family = orig->src.l3num;
	e->tcp_state = tcp_state == EVENT_ENTRY_INSERTED ? tcp_state :
							   BPF_CORE_READ(ct, proto.tcp.state);
	fill_tuple(orig, &e->orig);
	fill_tuple(reply, &e->reply);
	bpf_ringbuf_submit(e, 0);
	return 0;
}

/* Context: softirq or process. Rate: one for each new connection. Missed: a
 * removal would be blamed for the reset of a later connection with the same
 * ports; the loss is counted, and then nothing is proven. */
static __always_inline int on_entry(const struct sk_buff *skb)
{
	unsigned long nfct = BPF_CORE_READ(skb, _nfct);

	return send_entry((void *)(nfct & NFCT_PTR_MASK), 0, EVENT_PROBE_ENTRY);
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
