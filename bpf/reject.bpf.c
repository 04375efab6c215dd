// SPDX-License-Identifier: GPL-2.0-only
/*
 * Resets that a netfilter rule sends: REJECT with tcp-reset.
 *
 * Context: softirq for the most part. Rate: as many as the rule refuses. Missed:
 * that reset is not reported; the loss is counted.
 */
#include "packet.bpf.h"

#define IPV6_HEADER_BYTES 40
#define IPV6_NEXT_HEADER 6

/* In the FORWARD chain skb->transport_header may not be set: as nf_reject_*()
 * do, go by the IP header. Behind IPv6 extension headers the probe does not see. */
static __always_inline const struct tcphdr *rejected_tcp(const struct sk_buff *skb, __u8 family)
{
	const void *ip = (void *)(BPF_CORE_READ(skb, head) + BPF_CORE_READ(skb, network_header));
	__u8 byte = 0;

	if (family == AF_INET) {
		bpf_probe_read_kernel(&byte, 1, ip);
		return ip + (byte & 0x0f) * 4;
	}
	bpf_probe_read_kernel(&byte, 1, ip + IPV6_NEXT_HEADER);
	return byte == IPPROTO_TCP ? ip + IPV6_HEADER_BYTES : NULL;
}

static __always_inline int on_reject(const struct net *net, const struct sk_buff *skb, __u8 family)
{
	enum event_probe probe = family == AF_INET ? EVENT_PROBE_REJECT_V4 : EVENT_PROBE_REJECT_V6;
	const struct tcphdr *tcp = rejected_tcp(skb, family);
	const struct net_device *dev;
	struct event_reset *e;
	__u8 tcp_flags = 0;

	if (!tcp)
		return 0;
	bpf_probe_read_kernel(&tcp_flags, 1, (void *)tcp + TCP_FLAG_BYTE);
	if (tcp_flags & TCPHDR_RST) /* never a reset in answer to a reset */
		return 0;
	if (!RESERVE(&reset_events, e, EVENT_RESET, probe))
		return 0;
	e->kind = EVENT_RESET_REJECTED;
	e->family = family;
	e->tcp_flags = tcp_flags;
	e->netns = read_netns(net);
	e->ifindex = BPF_CORE_READ(skb, skb_iif);
	dev = BPF_CORE_READ(skb, dev);
	if (dev)
		bpf_probe_read_kernel_str(e->ifname, sizeof(e->ifname), dev->name);
	read_packet(skb, tcp, e);
	read_conntrack(skb, e);
	read_task(&e->task);
	if (e->task.flags & EVENT_TASK_SOFTIRQ)
		e->flags |= EVENT_RESET_SOFTIRQ;
	bpf_ringbuf_submit(e, 0);
	return 0;
}

/* nf_send_reset(net, sk, skb, hook) */
#define REJECT_PROGRAMS(v, symbol, family)                                                         \
	SEC("?fentry/" symbol)                                                                     \
	int on_reject_v##v##_fentry(__u64 *ctx)                                                    \
	{                                                                                          \
		return on_reject((void *)ctx[0], (void *)ctx[2], family);                          \
	}                                                                                          \
	SEC("?kprobe/" symbol)                                                                     \
	int on_reject_v##v##_kprobe(struct pt_regs *ctx)                                           \
	{                                                                                          \
		return on_reject((void *)PT_REGS_PARM1(ctx), (void *)PT_REGS_PARM3(ctx), family);  \
	}

REJECT_PROGRAMS(4, "nf_send_reset", AF_INET)
REJECT_PROGRAMS(6, "nf_send_reset6", AF_INET6)
