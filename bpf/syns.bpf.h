/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Resets in answer to SYNs that no socket took. They can be nothing but `no-listener`
 * (judge_syn() in user/blame/judge.c asks for no more than that), and a port scan makes a
 * storm of them: the first of each second and CPU are sent in full, the others are
 * counted by port.
 *
 * Context: softirq, or local_bh_disable() of whoever sends to this host: nothing else
 * on this CPU comes in between and finds the same place.
 */
#ifndef RSTBLAME_SYNS_BPF_H
#define RSTBLAME_SYNS_BPF_H

#include "packet.bpf.h"

#define SYN_BUDGET_NS 1000000000ULL

struct syn_counts {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, EVENT_SYN_PORTS_MAX);
	__type(key, struct event_syn_key);
	__type(value, struct event_syn_count);
} syn_counts SEC(".maps");

/* Of the ports that found no room above, without telling them apart. */
struct syn_others {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, EVENT_SYN_OTHERS_MAX);
	__type(key, struct event_syn_key);
	__type(value, struct event_syn_count);
} syn_others SEC(".maps");

/* Set by the loader: where nobody needs each packet. */
const volatile bool counts_syns = false;
/* Counted up by user space after each look; and when it takes the past ones' ports out. */
__u64 syn_round;
__u8 syn_generation;

/* All that is read of the TCP header, in one go: each read costs as much as all. */
struct syn_header {
	__u16 sport, dport; /* network order */
	__u32 seq, ack;
	__u8 offset, flags;
};

#define SYN_HEADER_BYTES 14

static __always_inline bool is_lone_syn(__u8 tcp_flags)
{
	return (tcp_flags & (TCPHDR_SYN | TCPHDR_ACK | TCPHDR_RST)) == TCPHDR_SYN;
}

/* Whether this second's budget of samples is spent. */
static __always_inline bool syn_is_over_budget(struct reset_cpu *cpu, __u64 now_ns)
{
	if (now_ns - cpu->second_ns >= SYN_BUDGET_NS) {
		cpu->second_ns = now_ns;
		cpu->samples = 0;
	}
	return cpu->samples >= EVENT_SYN_SAMPLES;
}

static __always_inline struct event_syn_count *syn_count_of(void *map,
							    const struct event_syn_key *key)
{
	static const struct event_syn_count none;
	struct event_syn_count *count = bpf_map_lookup_elem(map, key);

	if (count)
		return count;
	/* Another CPU may have put it in: whoever it was, it is there now. */
	bpf_map_update_elem(map, key, &none, BPF_NOEXIST);
	return bpf_map_lookup_elem(map, key);
}

/* Exact: 5.10 has atomic adds as long as nobody asks for the result, and an entry is
 * removed only when no program can hold it any more: see make_room() in user/wire/syn_storm.c.
 * False: there is no room, and the reset has to be sent. */
static __noinline bool count_syn(__u32 netns, __u8 family, __u16 port, __u64 now_ns)
{
	struct event_syn_key key = { .netns = netns,
				     .port = port,
				     .family = family,
				     .generation = *(volatile __u8 *)&syn_generation };
	struct event_syn_count *count = syn_count_of(&syn_counts, &key);
	__u64 round = *(volatile __u64 *)&syn_round;

	if (!count) {
		key.port = 0;
		key.generation = 0; /* these stay */
		count = syn_count_of(&syn_others, &key);
	}
	if (!count)
		return false;
	if (!count->first_ns || count->round != round) {
		count->round = round;
		count->first_ns = now_ns;
	}
	count->last_ns = now_ns;
	__sync_fetch_and_add(&count->count, 1); /* last: who sees a count sees its times */
	return true;
}

#endif
