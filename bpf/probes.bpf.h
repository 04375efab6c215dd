/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the probe files share: maps, loss counters, and readers of kernel
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

/* enum ip_conntrack_status, uapi/linux/netfilter/nf_conntrack_common.h */
#define IPS_SEEN_REPLY_BIT 1
#define IPS_CONFIRMED_BIT 3
#define IPS_DYING_BIT 9

#define NF_PRE_ROUTING 0
#define NF_LOCAL_OUT 3
#define NF_POST_ROUTING 4
#define NF_IP_PRI_CONNTRACK (-200)
#define NF_IP_PRI_NAT_DST (-100)
#define NF_IP_PRI_NAT_SRC 100

/* skb->_nfct and skb->_skb_refdst carry flags in their low bits. */
#define NFCT_INFO_MASK 7UL
#define NFCT_PTR_MASK ~7UL
#define SKB_DST_PTR_MASK ~1UL

/* preempt_count(): the bit that is set while softirqs run, and only then
 * (local_bh_disable() adds twice that). */
#define SOFTIRQ_OFFSET 0x100
#define PF_EXITING 0x00000004
#define PF_KTHREAD 0x00200000

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

/* A reset under way: see flight.bpf.h. */
struct flight {
	__u64 task; /* `current`, a softirq's too; 0: none is */
	__u64 reset_ns;
	__u64 net;          /* struct net * */
	__u64 made, sent;   /* what the kernel had counted before it */
	__u32 softirq;      /* in_softirq() */
	__u16 sport, dport; /* the RST's, network order */
	__u8 family;        /* 0: an abort */
	__u8 fate;          /* enum event_fate, where its end was seen */
	__u8 is_unsure;     /* it was freed, which need not be its end */
	__u8 padding[5];
};

/* What a CPU keeps about resets. */
struct reset_cpu {
	__u64 task;      /* whose softirq is inside, answering a SYN that is only counted */
	__u64 second_ns; /* when the present second began */
	__u64 samples;   /* sent in it */
	__u64 in_drop;   /* drop.bpf.c's program runs: the kernel skips it for a softirq inside */
	struct flight flight;
};

struct reset_cpus {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct reset_cpu);
};
extern struct reset_cpus reset_cpus SEC(".maps");

static __always_inline struct reset_cpu *this_reset_cpu(void)
{
	__u32 key = 0;

	return bpf_map_lookup_elem(&reset_cpus, &key);
}

extern __u64 lost[EVENT_PROBES];
/* Counted up before any record takes its time: see flush_time(). */
extern __u64 epoch;
/* Set by the loader once drop.bpf.c's program is attached: without it nothing is known to have
 * left. */
extern __u8 sees_drops;
/* Set by the loader: --stack. */
extern const volatile bool with_stacks;

static __always_inline void count_loss(enum event_probe probe)
{
	__sync_fetch_and_add(&lost[probe], 1);
}

static __always_inline void advance_epoch(void)
{
	__sync_fetch_and_add(&epoch, 1);
}

static __always_inline void fill_header(struct event_header *header, enum event_type type,
					__u16 len)
{
	header->type = type;
	header->len = len;
	header->cpu = bpf_get_smp_processor_id();
	header->ts_ns = bpf_ktime_get_ns();
}

/* Reserves a zeroed record; NULL when the ring is full. */
#define TRY_RESERVE(ring, record, event_type_)                                                     \
	({                                                                                         \
		record = bpf_ringbuf_reserve(ring, sizeof(*record), 0);                            \
		if (record) {                                                                      \
			__builtin_memset(record, 0, sizeof(*record));                              \
			advance_epoch();                                                           \
			fill_header(&record->header, event_type_, sizeof(*record));                \
		}                                                                                  \
		record;                                                                            \
	})

/* The same, and a full ring counts as a loss of that probe. */
#define RESERVE(ring, record, event_type_, probe)                                                  \
	({                                                                                         \
		if (!TRY_RESERVE(ring, record, event_type_))                                       \
			count_loss(probe);                                                         \
		record;                                                                            \
	})

/* Where the kernel has them, from kallsyms. 0: not known. */
extern const volatile __u64 per_cpu_offsets_address;
extern const volatile __u64 queue_handler_address;
/* Where they are among the kernel's (flight.bpf.h); all ones: not known. */
extern const volatile __u32 made_counter;
extern const volatile __u32 sent_counter;

#if defined(__TARGET_ARCH_x86)
struct pcpu_hot___rstblame {
	int preempt_count;
} __attribute__((preserve_access_index));

/* A per-CPU variable of the kernel: user/attach/fentry_targets.c puts its type's id in the place of the
 * number before the program is loaded, or 0. libbpf would for an extern __ksym, but parse
 * all types of the kernel for it, and load nothing where there are none. */
#define KERNEL_VARIABLE(number)                                                                    \
	({                                                                                         \
		const void *variable_;                                                             \
		asm volatile("%0 = %1 ll" : "=r"(variable_) : "i"(number));                        \
		variable_;                                                                         \
	})

/* Where the kernel's BTF has no variables (5.10): the loader takes them from
 * kallsyms. 0: not known. */
extern const volatile __u64 preempt_count_offset;
extern const volatile __u64 pcpu_hot_offset;

static __always_inline __u64 per_cpu_preempt_count(void)
{
	if (preempt_count_offset)
		return preempt_count_offset;
	if (pcpu_hot_offset && bpf_core_type_exists(struct pcpu_hot___rstblame))
		return pcpu_hot_offset + __builtin_preserve_field_info(
						 ((struct pcpu_hot___rstblame *)0)->preempt_count,
						 BPF_FIELD_BYTE_OFFSET);
	return 0;
}

/* THREAD_SIZE, x86-64 without KASAN; there, what is deep counts as a softirq. */
#define TASK_STACK_BYTES (16 << 10)

/* A softirq runs on a stack of the CPU's (do_softirq_own_stack(), run_on_irqstack_cond()), or
 * in ksoftirqd, as what it is called while it is a kernel thread. Our own frame is on the
 * stack of whatever we stopped. For a pointer's negative the verifier takes any number. */
static __always_inline int guess_preempt_count(void)
{
	const struct task_struct *task = (void *)bpf_get_current_task();
	__u64 stack = (unsigned long)BPF_CORE_READ(task, stack), minus_frame;
	char comm[] = "ksoftirqd/", name[16] = {};

	asm volatile("%0 = r10\n%0 = -%0" : "=r"(minus_frame));
	if (-minus_frame - stack >= TASK_STACK_BYTES)
		return SOFTIRQ_OFFSET;
	if (!(BPF_CORE_READ(task, flags) & PF_KTHREAD))
		return 0;
	bpf_get_current_comm(name, sizeof(name));
#pragma unroll
	for (int i = 0; i < sizeof(comm) - 1; i++)
		if (name[i] != comm[i])
			return 0;
	return SOFTIRQ_OFFSET;
}

static __always_inline int read_preempt_count_by_address(void)
{
	__u64 cpu = bpf_get_smp_processor_id(), base = 0, offset = per_cpu_preempt_count();
	int count = SOFTIRQ_OFFSET;

	/* Hidden (kptr_restrict=2). */
	if (!offset || !per_cpu_offsets_address)
		return guess_preempt_count();
	if (bpf_probe_read_kernel(&base, sizeof(base), (void *)(per_cpu_offsets_address + cpu * 8)))
		return SOFTIRQ_OFFSET;
	bpf_probe_read_kernel(&count, sizeof(count), (void *)(base + offset));
	return count;
}

/* It lived in pcpu_hot from 64701838bf05 ("x86/percpu: Move preempt_count next to
 * current_task", 6.2) until 6.15. */
#define READ_PREEMPT_COUNT(number, hot_number)                                                     \
	({                                                                                         \
		const void *count_ = KERNEL_VARIABLE(number);                                      \
		const void *hot_ = count_ ? NULL : KERNEL_VARIABLE(hot_number);                    \
		const struct pcpu_hot___rstblame *of_cpu_;                                         \
		int value_;                                                                        \
		if (count_) {                                                                      \
			value_ = *(const int *)bpf_this_cpu_ptr(count_);                           \
		} else if (hot_) {                                                                 \
			of_cpu_ = bpf_this_cpu_ptr(hot_);                                          \
			value_ = of_cpu_->preempt_count;                                           \
		} else {                                                                           \
			value_ = read_preempt_count_by_address();                                  \
		}                                                                                  \
		value_;                                                                            \
	})

static __always_inline int read_preempt_count(void)
{
	return READ_PREEMPT_COUNT(EVENT_PREEMPT_COUNT_VARIABLE, EVENT_PCPU_HOT_VARIABLE);
}

/* By its address, where that is known. */
static __always_inline int read_preempt_count_rarely(void)
{
	return READ_PREEMPT_COUNT(EVENT_PREEMPT_COUNT_RARELY, EVENT_PCPU_HOT_RARELY);
}
#else
static __always_inline int read_preempt_count(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	return BPF_CORE_READ(task, thread_info.preempt_count);
}

static __always_inline int read_preempt_count_rarely(void)
{
	return read_preempt_count();
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

/* The same, for what runs rarely: where a program names a variable of the kernel, loading it
 * looks through all symbols and types, three million instructions for each place; this takes
 * two reads of memory a time instead. */
static __noinline __attribute__((unused)) bool in_softirq_rarely(void)
{
	struct task_struct___rt *task = (void *)bpf_get_current_task();

	if (bpf_core_field_exists(task->softirq_disable_cnt))
		return BPF_CORE_READ(task, softirq_disable_cnt) & SOFTIRQ_OFFSET;
	return read_preempt_count_rarely() & SOFTIRQ_OFFSET;
}

/* Else the compiler may make a branch of it, and the verifier goes through what comes after
 * once for each outcome. */
#define NO_BRANCH(value) asm volatile("" : "+r"(value))

/* Afterwards the verifier takes it for any number: it follows what comes next once, and not for
 * each value by itself. `any`: a number of which it knows nothing. */
static __always_inline __u64 forget_value(__u64 value, __u64 any)
{
	asm volatile("%0 += %1\n%0 -= %1" : "+r"(value) : "r"(any));
	return value;
}

/* All ones where both are the same. */
static __always_inline __u64 mask_of_same(__u64 a, __u64 b)
{
	__u64 differs = a ^ b, sign = -differs;

	NO_BRANCH(sign);
	return ((differs | sign) >> 63) - 1;
}

/* Of NULL 0, as of whatever cannot be read. Not asked for: the verifier would go through all that
 * comes after once more. */
static __always_inline __u32 read_netns(const struct net *net)
{
	return BPF_CORE_READ(net, ns.inum);
}

static __always_inline __u32 read_dev_netns(const struct net_device *dev)
{
	return read_netns(BPF_CORE_READ(dev, nd_net.net));
}

/* signal_struct.oom_mm: mark_oom_victim(), since 26db62f179d1 ("oom: keep mm of the killed
 * task available", 4.9). The code is set before the files are closed (do_exit()); its low
 * bits are the signal. Without a branch, as is what comes after: see NO_BRANCH(). */
static __always_inline void read_ending(const struct task_struct *task, __u32 task_flags,
					struct event_task *out)
{
	__u64 is_exiting = -(__u64) !!(task_flags & PF_EXITING);
	__u64 is_oom = (unsigned long)BPF_CORE_READ(task, signal, oom_mm);
	__u64 signal = BPF_CORE_READ(task, exit_code) & 0x7f;

	is_oom = ~mask_of_same(is_oom, 0);
	out->signal = signal & is_exiting;
	out->ending = ((EVENT_ENDING_OOM & is_oom) |
		       (EVENT_ENDING_SIGNAL & ~is_oom & ~mask_of_same(signal, 0)) |
		       (EVENT_ENDING_EXIT & ~is_oom & mask_of_same(signal, 0))) &
		      is_exiting;
}

/* The rarer half: a dozen reads more. */
static __always_inline void read_more(struct event_task *out)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	const struct task_struct *leader = BPF_CORE_READ(task, group_leader);
	const struct task_struct *parent = BPF_CORE_READ(leader, real_parent, group_leader);
	const struct task_struct *grandparent = BPF_CORE_READ(parent, real_parent, group_leader);

	out->uid = (__u32)bpf_get_current_uid_gid();
	out->parent_pid = BPF_CORE_READ(parent, tgid);
	bpf_probe_read_kernel_str(out->process, sizeof(out->process), leader->comm);
	bpf_probe_read_kernel_str(out->parent, sizeof(out->parent), parent->comm);
	bpf_probe_read_kernel_str(out->grandparent, sizeof(out->grandparent), grandparent->comm);
	read_ending(task, BPF_CORE_READ(task, flags), out);
	out->has_more = 1;
}

static __always_inline void fill_task(struct event_task *out, bool is_softirq)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	const char *cgroup;
	__u64 ids;

	if (BPF_CORE_READ(task, flags) & PF_KTHREAD)
		out->flags |= EVENT_TASK_KTHREAD;
	if (is_softirq)
		out->flags |= EVENT_TASK_SOFTIRQ;
	if (out->flags)
		return;
	ids = bpf_get_current_pid_tgid();
	out->pid = ids >> 32;
	out->tid = (__u32)ids;
	out->netns = read_netns(BPF_CORE_READ(task, nsproxy, net_ns));
	out->start_boottime_ns = BPF_CORE_READ(task, group_leader, start_boottime);
	bpf_get_current_comm(out->comm, sizeof(out->comm));
	cgroup = BPF_CORE_READ(task, cgroups, dfl_cgrp, kn, name);
	bpf_probe_read_kernel_str(out->cgroup, sizeof(out->cgroup), cgroup);
}

/* Whoever runs now, into a zeroed record. Only a caller in process context may call him
 * an actor; where he is none the flags say so, and the rest is left out: in a storm of
 * resets it would be a third of the cost. */
static __always_inline void read_task_in(struct event_task *out, bool is_softirq)
{
	fill_task(out, is_softirq);
	if (!out->flags)
		read_more(out);
}

static __always_inline void read_task(struct event_task *out)
{
	read_task_in(out, in_softirq_rarely());
}

/* The same, of what runs in a process or a kernel thread only, for its callers may sleep.
 * To ask costs nothing when it runs, but much before: for each variable of the kernel
 * that a program names, the verifier looks through all types. */
static __always_inline void read_sleeping_task(struct event_task *out)
{
	fill_task(out, false);
	if (!out->flags)
		read_more(out);
}

/* Without the rarer half, and into a record that may end before it. */
static __always_inline void read_brief_task(struct event_task *out)
{
	fill_task(out, false);
}

/* Only what is needed of them, and private to fs/: the offsets are the kernel's. */
struct qstr___exe {
	const unsigned char *name;
} __attribute__((preserve_access_index));

struct dentry___exe {
	struct dentry___exe *d_parent;
	struct qstr___exe d_name;
} __attribute__((preserve_access_index));

struct vfsmount___exe {
	struct dentry___exe *mnt_root;
} __attribute__((preserve_access_index));

struct mount___exe {
	struct mount___exe *mnt_parent;
	struct dentry___exe *mnt_mountpoint;
	struct vfsmount___exe mnt;
} __attribute__((preserve_access_index));

struct path___exe {
	struct vfsmount___exe *mnt;
	struct dentry___exe *dentry;
} __attribute__((preserve_access_index));

struct file___exe {
	struct path___exe f_path;
} __attribute__((preserve_access_index));

struct mm_struct___exe {
	struct file___exe *exe_file;
} __attribute__((preserve_access_index));

struct task_struct___exe {
	struct mm_struct___exe *mm;
} __attribute__((preserve_access_index));

static __always_inline void *choose_by_mask(__u64 mask, const void *a, const void *b)
{
	return (void *)(((unsigned long)a & mask) | ((unsigned long)b & ~mask));
}

struct exe_walk {
	struct dentry___exe *dentry;
	struct mount___exe *mount;
	__u64 is_at_top; /* masks: all ones, or 0 */
	__u64 is_broken;
};

/* One step up; none where it is over, or where it cannot be told. */
static __always_inline void read_exe_step(struct exe_walk *walk, char *name)
{
	struct dentry___exe *at = walk->dentry;
	struct mount___exe *mount = walk->mount;
	struct mount___exe *parent = BPF_CORE_READ(mount, mnt_parent);
	__u64 is_root =
		mask_of_same((unsigned long)at, (unsigned long)BPF_CORE_READ(mount, mnt.mnt_root));
	__u64 is_over, has_name;
	__s64 len, is_bad;

	walk->is_at_top |= is_root & mask_of_same((unsigned long)parent, (unsigned long)mount) &
			   ~walk->is_broken;
	NO_BRANCH(walk->is_at_top);
	is_over = walk->is_at_top | walk->is_broken;
	has_name = ~is_root & ~is_over;
	NO_BRANCH(has_name);
	len = bpf_probe_read_kernel_str(name, EVENT_EXE_NAME_BYTES & has_name,
					BPF_CORE_READ(at, d_name.name));
	/* From 2 on, and less than there is room for. */
	is_bad = len - 2;
	NO_BRANCH(is_bad);
	is_bad |= EVENT_EXE_NAME_BYTES - 1 - len;
	NO_BRANCH(is_bad);
	walk->is_broken |= has_name & (is_bad >> 63);
	NO_BRANCH(walk->is_broken);
	at = choose_by_mask(has_name, BPF_CORE_READ(at, d_parent), at);
	walk->dentry = choose_by_mask(is_root & ~is_over, BPF_CORE_READ(mount, mnt_mountpoint), at);
	walk->mount = choose_by_mask(is_root & ~is_over, parent, mount);
}

/* As d_path() does, which may be called from a few functions only. For what is rare: a
 * hundred reads of kernel memory. They may race with a rename; no address is believed. */
static __noinline __attribute__((unused)) void read_exe(struct event_exe *out)
{
	struct task_struct___exe *task = (void *)bpf_get_current_task();
	struct dentry___exe *dentry = NULL;
	struct mount___exe *mount = NULL;
	struct exe_walk walk = {};
	struct file___exe *file;
	void *mnt;

	if (!bpf_core_field_exists(mount->mnt_mountpoint) ||
	    !bpf_core_field_exists(dentry->d_name.name))
		return;
	file = BPF_CORE_READ(task, mm, exe_file);
	dentry = BPF_CORE_READ(file, f_path.dentry);
	mnt = BPF_CORE_READ(file, f_path.mnt);
	if (!dentry || !mnt)
		return;
	walk.dentry = dentry;
	walk.mount = mnt - bpf_core_field_offset(mount->mnt);
	/* Not unrolled: what verifying costs grows with the square of a program's length. */
#pragma clang loop unroll(disable)
	for (int i = 0; i < EVENT_EXE_NAMES; i++)
		read_exe_step(&walk, out->names[i]);
	out->is_whole = walk.is_at_top & 1;
}

/* Both are aligned to four bytes: of arrays of bytes the compiler copies each byte. */
static __always_inline void copy_address(__u8 *out, const union nf_inet_addr *in)
{
	__u32 *words = (void *)out;

#pragma unroll
	for (int i = 0; i < EVENT_ADDR_BYTES / sizeof(*words); i++)
		words[i] = in->all[i];
}

/* Direction 0 is the original tuple, 1 the reply. */
static __always_inline void read_tuple(const struct nf_conn *ct, int dir, struct event_tuple *out)
{
	struct nf_conntrack_tuple tuple;

	bpf_core_read(&tuple, sizeof(tuple), &ct->tuplehash[dir].tuple);
	copy_address(out->src, &tuple.src.u3);
	copy_address(out->dst, &tuple.dst.u3);
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

/* The rest of `stack` stays zero. On arm64 a function's frame is not there yet where a
 * kprobe stops it: the kernel unwinds from its caller's frame, and the caller itself is
 * in the link register only. */
static __always_inline void read_stack(void *ctx, bool is_kprobe, __u64 *stack)
{
	bpf_get_stack(ctx, stack, EVENT_STACK_MAX * sizeof(*stack), 0);
#if defined(__TARGET_ARCH_arm64)
	if (!is_kprobe)
		return;
#pragma unroll
	for (int i = EVENT_STACK_MAX - 1; i > 1; i--)
		stack[i] = stack[i - 1];
	stack[1] = PT_REGS_RET((struct pt_regs *)ctx);
#endif
}

#endif
