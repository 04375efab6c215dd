/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What one namespace may send of state in a second, so that none fills the ring for all. All
 * that belong to another user namespace than the initial one (anybody can make those, and as
 * many as he likes) share one budget, a smaller one. What is past a budget is counted, for
 * that namespace.
 *
 * Context: any. For what is rare otherwise: two looks into maps for each.
 */
#ifndef RSTBLAME_BUDGET_BPF_H
#define RSTBLAME_BUDGET_BPF_H

#include "probes.bpf.h"

#define STATE_BUDGET_NS 1000000000ULL

struct state_budget {
	__u64 second_ns; /* when the present second began */
	__u64 used;      /* in it */
};

/* The key: a namespace, 0 for all foreign ones, and above it the probe. */
struct state_budgets {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, __u64);
	__type(value, struct state_budget);
};
extern struct state_budgets state_budgets SEC(".maps");

struct state_losses {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, EVENT_STATE_LOSSES_MAX);
	__type(key, struct event_state_key);
	__type(value, __u64);
};
extern struct state_losses state_losses SEC(".maps");
/* Counted up with each of them. */
extern __u64 state_over_budget;

struct user_namespace___budget {
	int level; /* 0: the initial one */
} __attribute__((preserve_access_index));

struct net___budget {
	struct user_namespace___budget *user_ns;
} __attribute__((preserve_access_index));

static __always_inline bool is_foreign(const struct net *net)
{
	const struct net___budget *n = (const void *)net;

	__u64 minus_level = -(__s64)BPF_CORE_READ(n, user_ns, level); /* of no namespace: 0 */

	NO_BRANCH(minus_level);
	return minus_level >> 63;
}

/* Of more namespaces than there is room for none is told apart. */
static __noinline void count_over_budget(__u32 netns, __u8 probe, __u8 foreign)
{
	struct event_state_key key = { .netns = netns, .probe = probe, .is_foreign = foreign };
	__u64 none = 0, *count = bpf_map_lookup_elem(&state_losses, &key);

	if (!count) {
		bpf_map_update_elem(&state_losses, &key, &none, BPF_NOEXIST);
		count = bpf_map_lookup_elem(&state_losses, &key);
	}
	if (!count) {
		key.netns = 0; /* user space put these in */
		count = bpf_map_lookup_elem(&state_losses, &key);
	}
	if (count)
		__sync_fetch_and_add(count, 1);
	else
		count_loss(probe);
	__sync_fetch_and_add(&state_over_budget, 1);
}

/* False: it is spent, and that was counted. */
static __noinline __attribute__((unused)) bool has_state_budget(__u32 netns, __u8 probe,
								bool foreign)
{
	static const struct state_budget unused;
	__u64 key = (foreign ? 0 : netns) | (__u64)probe << 32, now_ns = bpf_ktime_get_ns();
	__u64 limit = foreign ? EVENT_STATE_BUDGET_FOREIGN : EVENT_STATE_BUDGET;
	struct state_budget *budget = bpf_map_lookup_elem(&state_budgets, &key);

	if (!budget) {
		bpf_map_update_elem(&state_budgets, &key, &unused, BPF_NOEXIST);
		budget = bpf_map_lookup_elem(&state_budgets, &key);
	}
	if (!budget)
		return true;
	if (now_ns - budget->second_ns >= STATE_BUDGET_NS) {
		budget->second_ns = now_ns;
		budget->used = 0;
	}
	if (budget->used >= limit) {
		count_over_budget(netns, probe, foreign);
		return false;
	}
	__sync_fetch_and_add(&budget->used, 1);
	return true;
}

#endif
