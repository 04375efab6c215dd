/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the three probe files share: maps, loss counters, and readers of kernel
 * structures. Definitions are in shared.bpf.c; the linker joins them.
 */
#ifndef RSTBLAME_PROBES_BPF_H
#define RSTBLAME_PROBES_BPF_H

#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "event.h"

#define AF_INET 2
#define AF_INET6 10
#define IPPROTO_TCP 6

/* skb->_nfct and skb->_skb_refdst carry flags in their low bits. */
#define NFCT_INFO_MASK 7UL
#define NFCT_PTR_MASK ~7UL
#define SKB_DST_PTR_MASK ~1UL

/* preempt_count(): the bit that is set while softirqs run, and only then
 * (local_bh_disable() adds twice that). */
#define SOFTIRQ_OFFSET 0x100
#define PF_KTHREAD 0x00200000

enum { SEEN_SLOTS = 1 << 18 };

/* A removal, address or link event must never be pushed out by a storm of
 * resets: each kind has a ring of its own. */
struct ring {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
};
extern struct ring state_events SEC(".maps");
extern struct ring reset_events SEC(".maps");

/* Tasks that are inside tcp_v[46]_send_reset(); the key is the task_struct. A
 * softirq does not migrate and its task cannot run meanwhile, so `current` is
 * a valid key there, though not a valid actor. */
struct tasks_in_reset {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, __u64);
	__type(value, __u8);
};
extern struct tasks_in_reset tasks_in_reset SEC(".maps");

extern __u64 lost[EVENT_PROBES];
/* Set by the loader: --stack. */
extern const volatile bool with_stacks;

static __always_inline void count_loss(enum event_probe probe)
{
	__sync_fetch_and_add(&lost[probe], 1);
}

static __always_inline void fill_header(struct event_header *header, enum event_type type,
					__u16 len)
{
	header->type = type;
	header->len = len;
	header->cpu = bpf_get_smp_processor_id();
	header->ts_ns = bpf_ktime_get_ns();
}

/* Reserves a zeroed record; a full ring counts as a loss of that probe. */
#define RESERVE(ring, record, event_type_, probe)                                                  \
	({                                                                                         \
		record = bpf_ringbuf_reserve(ring, sizeof(*record), 0);                            \
		if (record) {                                                                      \
			__builtin_memset(record, 0, sizeof(*record));                              \
			fill_header(&record->header, event_type_, sizeof(*record));                \
		} else {                                                                           \
			count_loss(probe);                                                         \
		}                                                                                  \
		record;                                                                            \
	})

#if defined(__TARGET_ARCH_x86)
/* Per-CPU preempt_count lived in pcpu_hot from 64701838bf05 ("x86/percpu: Move
 * preempt_count next to current_task", 6.2) until 6.15. */
extern const int __preempt_count __ksym __weak;
struct pcpu_hot___rstblame {
	int preempt_count;
} __attribute__((preserve_access_index));
extern const struct pcpu_hot___rstblame pcpu_hot __ksym __weak;

static __always_inline int read_preempt_count(void)
{
	if (&__preempt_count)
		return *(const int *)bpf_this_cpu_ptr(&__preempt_count);
	if (&pcpu_hot) {
		const struct pcpu_hot___rstblame *hot = bpf_this_cpu_ptr(&pcpu_hot);
		return hot->preempt_count;
	}
	return 0;
}
#else
static __always_inline int read_preempt_count(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	return BPF_CORE_READ(task, thread_info.preempt_count);
}
#endif

/* With PREEMPT_RT softirqs are counted in the task, not in preempt_count
 * (CONFIG_PREEMPT_RT in include/linux/sched.h and preempt.h). */
struct task_struct___rt {
	int softirq_disable_cnt;
} __attribute__((preserve_access_index));

static __always_inline bool in_softirq(void)
{
	struct task_struct___rt *task = (void *)bpf_get_current_task();

	if (bpf_core_field_exists(task->softirq_disable_cnt))
		return BPF_CORE_READ(task, softirq_disable_cnt) & SOFTIRQ_OFFSET;
	return read_preempt_count() & SOFTIRQ_OFFSET;
}

static __always_inline __u32 read_netns(const struct net *net)
{
	return net ? BPF_CORE_READ(net, ns.inum) : 0;
}

static __always_inline __u32 read_dev_netns(const struct net_device *dev)
{
	return read_netns(BPF_CORE_READ(dev, nd_net.net));
}

/* Whoever runs now. Only a caller in process context may call him an actor;
 * the flags say when he is not one. */
static __always_inline void read_task(struct event_task *out)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	__u64 ids = bpf_get_current_pid_tgid();
	const char *cgroup;

	out->pid = ids >> 32;
	out->tid = (__u32)ids;
	out->netns = read_netns(BPF_CORE_READ(task, nsproxy, net_ns));
	out->start_boottime_ns = BPF_CORE_READ(task, group_leader, start_boottime);
	bpf_get_current_comm(out->comm, sizeof(out->comm));
	cgroup = BPF_CORE_READ(task, cgroups, dfl_cgrp, kn, name);
	bpf_probe_read_kernel_str(out->cgroup, sizeof(out->cgroup), cgroup);
	if (BPF_CORE_READ(task, flags) & PF_KTHREAD)
		out->flags |= EVENT_TASK_KTHREAD;
	if (in_softirq())
		out->flags |= EVENT_TASK_SOFTIRQ;
}

/* Direction 0 is the original tuple, 1 the reply. */
static __always_inline void read_tuple(const struct nf_conn *ct, int dir, struct event_tuple *out)
{
	struct nf_conntrack_tuple tuple;

	bpf_core_read(&tuple, sizeof(tuple), &ct->tuplehash[dir].tuple);
	__builtin_memcpy(out->src, &tuple.src.u3, sizeof(out->src));
	__builtin_memcpy(out->dst, &tuple.dst.u3, sizeof(out->dst));
	out->sport = tuple.src.u.all;
	out->dport = tuple.dst.u.all;
}

/* The zone that a packet of that direction has to be in; a zone may hold for one
 * direction only (struct nf_conntrack_zone.dir). */
static __always_inline __u16 read_zone(const struct nf_conn *ct, int dir)
{
	/* CONFIG_NF_CONNTRACK_ZONES may be off. */
	if (!bpf_core_field_exists(ct->zone))
		return 0;
	return BPF_CORE_READ(ct, zone.dir) & (1 << dir) ? BPF_CORE_READ(ct, zone.id) : 0;
}

/* The rest of `stack` stays zero. */
static __always_inline void read_stack(void *ctx, __u64 *stack)
{
	bpf_get_stack(ctx, stack, EVENT_STACK_MAX * sizeof(*stack), 0);
}

#endif
