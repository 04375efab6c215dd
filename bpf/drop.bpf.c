// SPDX-License-Identifier: GPL-2.0-only
/*
 * Resets of this host that the kernel throws away on their way out.
 *
 * Context: any. Rate: whatever the kernel drops; what is not dropped is consumed, and not
 * seen here. Returns at once where this CPU is not inside a reset. Missed: of no reset it is
 * known that it left (read_seen_fate()).
 */
#include "packet.bpf.h"

/* Since c504e5c2f964 ("net: skb: introduce kfree_skb_reason()", 5.17); the tracepoint has it
 * as its third argument. */
enum skb_drop_reason___flight {
	SKB_DROP_REASON_NETFILTER_DROP___flight,
	SKB_DROP_REASON_BPF_CGROUP_EGRESS___flight,
	SKB_DROP_REASON_IP_OUTNOROUTES___flight,
};

#define IS_REASON(reason, name)                                                                    \
	(bpf_core_enum_value_exists(enum skb_drop_reason___flight, name) &&                        \
	 (reason) == bpf_core_enum_value(enum skb_drop_reason___flight, name))

static __always_inline bool is_this_flight(const struct sk_buff *skb, const struct flight *f)
{
	struct tcp_start start = {};
	__u8 flags = 0;
	const struct tcphdr *tcp = tcp_header(skb);

	bpf_probe_read_kernel(&start, 4, tcp);
	bpf_probe_read_kernel(&flags, 1, (void *)tcp + TCP_FLAG_BYTE);
	return (flags & TCPHDR_RST) && start.sport == f->sport && start.dport == f->dport;
}

/* One that has come in again (loopback, veth) was delivered: __netif_receive_skb_core() has
 * set skb_iif. Until ip_output() and ip6_output() set the device it cannot have left. After
 * that it need not be a loss: some drivers free so what they have sent. */
static __always_inline void note_drop(struct flight *f, const struct sk_buff *skb, __u32 reason)
{
	if (BPF_CORE_READ(skb, skb_iif))
		return;
	if (IS_REASON(reason, SKB_DROP_REASON_IP_OUTNOROUTES___flight))
		f->fate = EVENT_FATE_NO_ROUTE;
	else if (!BPF_CORE_READ(skb, dev) ||
		 IS_REASON(reason, SKB_DROP_REASON_NETFILTER_DROP___flight) ||
		 IS_REASON(reason, SKB_DROP_REASON_BPF_CGROUP_EGRESS___flight))
		f->fate = EVENT_FATE_DROPPED;
	else
		f->is_unsure = 1;
}

static __always_inline void on_drop(__u64 *ctx, struct flight *f)
{
	const struct sk_buff *skb = (void *)ctx[0];
	__u32 reason = 0;

	if (!is_this_flight(skb, f))
		return;
	if (bpf_core_type_exists(enum skb_drop_reason___flight))
		reason = (__u32)ctx[2];
	note_drop(f, skb, reason);
}

SEC("?raw_tp/kfree_skb")
int on_drop_tracepoint(__u64 *ctx)
{
	struct reset_cpu *cpu = this_reset_cpu();

	if (!cpu)
		return 0;
	*(volatile __u64 *)&cpu->in_drop = 1;
	if (cpu->flight.task && cpu->flight.task == bpf_get_current_task())
		on_drop(ctx, &cpu->flight);
	*(volatile __u64 *)&cpu->in_drop = 0;
	return 0;
}
