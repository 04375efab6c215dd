/* SPDX-License-Identifier: GPL-2.0-only */
/* An act: one thing that a task does which removes any number of entries. Opened and closed
 * by the programs of conntrack.bpf.c, announced with its first removal. */
#ifndef RSTBLAME_ACTS_BPF_H
#define RSTBLAME_ACTS_BPF_H

#include "removed.bpf.h"

/* One thing under way in this task that removes entries. */
struct act {
	__u64 id;
	__u32 entries;
	__u32 tcp_entries;
	__u8 kind;      /* enum event_act_kind */
	__u8 announced; /* EVENT_ACT_BEGIN was sent */
	__u8 has_address;
	__u8 tried_flush; /* to have the flush ring for itself */
	__u8 padding[4];
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

/* Set by the loader, as sees_drops. */
__u8 sees_requests;

/* The task inside ctnetlink_del_conntrack(), one at a time (nfnl_lock(NFNL_SUBSYS_CTNETLINK)), and
 * what may be its socket's port id: the packet is the first argument, or was the third before
 * "netfilter: nfnetlink: pass struct nfnl_info to …" (5.12). */
static __u64 requester;
/* Not static: clang would make two variables of it and leave them the array's type, and the
 * kernel would refuse all types of the object for that. */
__u32 requester_portids[2];

/* Without the probe: an argument that cannot be was seen, so none is believed any more. */
static __u8 distrusts_portid;

/* For the flush ring, which compares it without asking further; 0: do not. */
static __always_inline __u32 proven_portid(__u32 portid)
{
	if (*(volatile __u8 *)&sees_requests && portid != requester_portids[0] &&
	    portid != requester_portids[1])
		return 0;
	return *(volatile __u8 *)&distrusts_portid ? 0 : portid;
}

static __always_inline __u64 new_act_id(void)
{
	/* Unique by time and CPU, and positive in 64 bits with a sign for years;
	 * 5.10 has no fetching atomic add. */
	return bpf_ktime_get_ns() ^ ((__u64)(bpf_get_smp_processor_id() & 0x3ff) << 52);
}

/* Who began the walk that is under way in this task, where a kretprobe waits for its end:
 * before 19138af1bd88 ("x86/unwind: Recover kretprobe trampoline entry", 5.16) the
 * unwinder stops at the trampoline that stands for the return address, and a removal's own
 * stack with it. */
struct walk_stack {
	__u64 frames[EVENT_STACK_MAX];
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 256);
	__type(key, __u64);
	__type(value, struct walk_stack);
} walk_stacks SEC(".maps");

static const struct walk_stack no_stack;

static __always_inline void save_walk_stack(void *ctx, __u64 task)
{
	struct walk_stack *walk;

	bpf_map_update_elem(&walk_stacks, &task, &no_stack, BPF_ANY);
	walk = bpf_map_lookup_elem(&walk_stacks, &task);
	if (walk)
		read_stack(ctx, true, walk->frames);
}

static __always_inline void read_walk_stack(void *ctx, bool is_kprobe, __u64 *stack)
{
	__u64 task = bpf_get_current_task();
	struct walk_stack *walk = bpf_map_lookup_elem(&walk_stacks, &task);

	if (walk)
		__builtin_memcpy(stack, walk->frames, sizeof(walk->frames));
	else
		read_stack(ctx, is_kprobe, stack);
}

/* A process that deletes entry by entry, a hundred thousand perhaps, tells its
 * executable ten times a second; in between its acts are half as long. */
#define DELETER_TELLS_NS 100000000ULL

static __u64 deleter, deleter_born_ns, deleter_mm, deleter_since_ns;

/* The task_struct and the pid may be the next process's within a millisecond, but not
 * with the same start; exec() keeps all three, and takes a new mm before it drops the old. */
static __always_inline bool is_known_deleter(void)
{
	const struct task_struct *task = (void *)bpf_get_current_task();
	__u64 process = bpf_get_current_pid_tgid(), now_ns = bpf_ktime_get_ns();
	__u64 born_ns = BPF_CORE_READ(task, group_leader, start_boottime);
	__u64 mm = (unsigned long)BPF_CORE_READ(task, mm);

	if (deleter == process && deleter_born_ns == born_ns && deleter_mm == mm &&
	    now_ns - deleter_since_ns < DELETER_TELLS_NS)
		return true;
	deleter = process;
	deleter_born_ns = born_ns;
	deleter_mm = mm;
	deleter_since_ns = now_ns;
	return false;
}

static __always_inline void fill_act(struct event_act_begin *e, const struct act *act, __u32 netns,
				     __u32 ifindex)
{
	e->act = act->id;
	e->netns = netns;
	e->ifindex = ifindex;
	e->kind = act->kind;
	e->has_address = act->has_address;
	__builtin_memcpy(e->address, act->address, sizeof(e->address));
	read_brief_task(&e->task); /* the work's task is a kernel thread */
}

static __always_inline void announce_deletion(__u64 id, __u32 netns)
{
	struct event_act_begin *e;

	e = bpf_ringbuf_reserve(&state_events, EVENT_ACT_BRIEF_BYTES, 0);
	if (!e) {
		count_loss(EVENT_PROBE_ITERATION);
		return;
	}
	__builtin_memset(e, 0, EVENT_ACT_BRIEF_BYTES);
	advance_epoch();
	fill_header(&e->header, EVENT_ACT_BEGIN, EVENT_ACT_BRIEF_BYTES);
	e->act = id;
	e->netns = netns;
	e->kind = EVENT_ACT_NETLINK_DELETE;
	read_brief_task(&e->task);
	bpf_ringbuf_submit(e, 0);
}

static __always_inline void announce_masquerade(const struct act *act, __u32 netns, __u32 ifindex)
{
	struct event_act_begin *e;

	if (!RESERVE(&state_events, e, EVENT_ACT_BEGIN, EVENT_PROBE_MASQUERADE))
		return;
	fill_act(e, act, netns, ifindex);
	bpf_ringbuf_submit(e, 0);
}

/* Not inlined: the verifier's work grows with the square of a program's length. And it
 * goes through this, the longest part, once for each combination of values that it
 * follows in the caller: whatever is needed after it is better read again. */
static __noinline void announce_act(void *ctx, __u64 id, __u32 netns, __u8 kind, bool is_kprobe)
{
	struct event_act_begin *e;

	if (!RESERVE(&state_events, e, EVENT_ACT_BEGIN, EVENT_PROBE_ITERATION))
		return;
	e->act = id;
	e->netns = netns;
	e->kind = kind;
	read_sleeping_task(&e->task);
	/* Without the probe of requests, a request is believed whose function is on the stack. */
	if (kind == EVENT_ACT_ITERATION || !*(volatile __u8 *)&sees_requests)
		read_walk_stack(ctx, is_kprobe, e->stack);
	read_exe(&e->exe);
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

	if (flush_is_mine(task)) {
		act->tcp_entries += flush_tcp_entries();
		act->entries += flush_tcp_entries() + flush.other_entries;
		flush_release();
	}
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

#endif
