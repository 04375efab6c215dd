// SPDX-License-Identifier: GPL-2.0-only
/*
 * Netfilter hooks that come and go with the ruleset. Without conntrack's and
 * NAT's the entries stay in the table, and nothing uses them.
 *
 * Context: process (nft, iptables, a module that is unloaded), or a kernel thread
 * (a namespace that goes). Rate: rare. Missed: a bypassed entry has no author.
 */
#include "budget.bpf.h"

#define NFPROTO_INET 1

/* 1 where both are equal. Without a branch: else the verifier goes through all that comes
 * after once for each outcome, sixteen times over. */
static __always_inline __u32 are_equal(__u32 a, __u32 b, __u32 c, __u32 d)
{
	__u32 differs = (a ^ b) | (c ^ d), sign = -differs;

	asm volatile("" : "+r"(sign)); /* or the compiler makes it one */
	return 1 ^ ((differs | sign) >> 31);
}

/* Which of the two a hook is, by its place, as read_hooks() in reset.bpf.c looks
 * for it: enum event_hook, 0 for none. */
static __always_inline __u32 hook_of(const struct nf_hook_ops *ops)
{
	__u32 hook = BPF_CORE_READ(ops, hooknum), priority = BPF_CORE_READ(ops, priority);

	return are_equal(hook, NF_PRE_ROUTING, priority, NF_IP_PRI_CONNTRACK) *
		       EVENT_HOOK_CONNTRACK |
	       are_equal(hook, NF_POST_ROUTING, priority, NF_IP_PRI_NAT_SRC) * EVENT_HOOK_NAT;
}

/* Nobody holds the namespace any more: cleanup_net() takes its hooks away. The count moved
 * in 8eb71d95f34a ("net: Change namespace's refcount into ns_common", 5.11) and later. */
struct net___count {
	refcount_t count;
} __attribute__((preserve_access_index));

struct ns_common___count {
	refcount_t count;
} __attribute__((preserve_access_index));

struct ns_common___ref {
	refcount_t __ns_ref;
} __attribute__((preserve_access_index));

static __always_inline bool is_going(const struct net *net)
{
	const struct net___count *old = (const void *)net;
	const struct ns_common___count *common = (const void *)&net->ns;
	const struct ns_common___ref *now = (const void *)&net->ns;

	if (bpf_core_field_exists(old->count))
		return !BPF_CORE_READ(old, count.refs.counter);
	if (bpf_core_field_exists(common->count))
		return !BPF_CORE_READ(common, count.refs.counter);
	if (bpf_core_field_exists(now->__ns_ref))
		return !BPF_CORE_READ(now, __ns_ref.refs.counter);
	return false;
}

/* conntrack and NAT register theirs as an array, with one family: nf_ct_netns_get(),
 * nf_nat_register_fn(). A single hook is a chain's own, and no matter. */
static __always_inline int on_hooks(const struct net *net, const struct nf_hook_ops *ops,
				    __u32 count, __u8 op, enum event_probe probe)
{
	__u8 family = BPF_CORE_READ(ops, pf);
	__u32 netns = read_netns(net), hooks = 0;
	struct event_ruleset *e;

	for (int i = 0; i < EVENT_HOOK_WALK_MAX && i < count; i++)
		hooks |= hook_of((void *)ops + i * bpf_core_type_size(struct nf_hook_ops));
	if (!hooks || (family != AF_INET && family != AF_INET6 && family != NFPROTO_INET))
		return 0;
	if (!has_state_budget(netns, probe, is_foreign(net)) ||
	    !RESERVE(&state_events, e, EVENT_RULESET, probe))
		return 0;
	e->netns = netns;
	e->op = op;
	e->family = family == NFPROTO_INET ? 0 : family;
	e->hooks = hooks;
	e->is_exit = is_going(net);
	read_sleeping_task(&e->task);
	read_exe(&e->exe);
	bpf_ringbuf_submit(e, 0);
	return 0;
}

#define HOOKS_PROGRAMS(name, symbol, op, probe)                                                    \
	SEC("?fentry/" symbol)                                                                     \
	int on_##name##_fentry(__u64 *ctx)                                                         \
	{                                                                                          \
		return on_hooks((void *)ctx[0], (void *)ctx[1], (__u32)ctx[2], op, probe);         \
	}                                                                                          \
	SEC("?kprobe/" symbol)                                                                     \
	int on_##name##_kprobe(struct pt_regs *ctx)                                                \
	{                                                                                          \
		return on_hooks((void *)PT_REGS_PARM1(ctx), (void *)PT_REGS_PARM2(ctx),            \
				(__u32)PT_REGS_PARM3(ctx), op, probe);                             \
	}

HOOKS_PROGRAMS(hooks_add, "nf_register_net_hooks", EVENT_RULESET_ADD, EVENT_PROBE_HOOKS_ADD)
HOOKS_PROGRAMS(hooks_remove, "nf_unregister_net_hooks", EVENT_RULESET_REMOVE,
	       EVENT_PROBE_HOOKS_REMOVE)

/* ---- who commits rules ---- */

/* What a rule needed goes later, by nf_tables_trans_destroy_work() in a kworker: conntrack's
 * hooks after `nft flush chain`. The process that commits is the one behind it. */
struct committer {
	__u64 ts_ns;
	__u64 start_boottime_ns;
	__u64 pid;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 256);
	__type(key, __u32); /* namespace */
	__type(value, struct committer);
} committers SEC(".maps");

/* One process's are told once a second, and each time that another's came between. */
#define COMMITS_NS 1000000000ULL

static __always_inline bool is_known_committer(__u32 netns)
{
	const struct task_struct *task = (void *)bpf_get_current_task();
	const struct committer *last = bpf_map_lookup_elem(&committers, &netns);
	struct committer now = { bpf_ktime_get_ns(),
				 BPF_CORE_READ(task, group_leader, start_boottime),
				 bpf_get_current_pid_tgid() >> 32 };

	if (last && last->pid == now.pid && last->start_boottime_ns == now.start_boottime_ns &&
	    now.ts_ns - last->ts_ns < COMMITS_NS)
		return true;
	bpf_map_update_elem(&committers, &netns, &now, BPF_ANY);
	return false;
}

/* Context: process. Rate: one for each `nft` or iptables-nft, more where a controller
 * updates sets. Missed: hooks that a kworker took away have no author. */
static __always_inline int on_rules(const struct net *net)
{
	__u32 netns = read_netns(net);
	struct event_rules *e;

	if (is_known_committer(netns) ||
	    !has_state_budget(netns, EVENT_PROBE_RULES, is_foreign(net)) ||
	    !RESERVE(&state_events, e, EVENT_RULES, EVENT_PROBE_RULES))
		return 0;
	e->netns = netns;
	read_sleeping_task(&e->task);
	read_exe(&e->exe);
	bpf_ringbuf_submit(e, 0);
	return 0;
}

SEC("?kprobe/nf_tables_commit")
int on_rules_kprobe(struct pt_regs *ctx)
{
	return on_rules((void *)PT_REGS_PARM1(ctx));
}

SEC("?fentry/nf_tables_commit")
int on_rules_fentry(__u64 *ctx)
{
	return on_rules((void *)ctx[0]);
}
