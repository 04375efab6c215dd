/* SPDX-License-Identifier: GPL-2.0-only */
/* What the probes of resets share: the trigger packet, what conntrack made of
 * it, and the kernel's own reason. */
#ifndef RSTBLAME_PACKET_BPF_H
#define RSTBLAME_PACKET_BPF_H

#include "probes.bpf.h"

#define TCP_FLAG_BYTE 13
#define TCPHDR_RST 0x04
#define TCPHDR_SYN 0x02
#define TCPHDR_ACK 0x10

/* Packets that conntrack judged INVALID though it has an entry for them: struct
 * sk_buff * to struct nf_conn *. Only the path from there to the reset reads it,
 * and compares the tuple again: an address that was reused does no harm. */
struct invalid_packets {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, __u64);
	__type(value, __u64);
};
extern struct invalid_packets invalid_packets SEC(".maps");

/* enum sk_rst_reason came with 5cb2cb3eb1ac ("rstreason: prepare for passive
 * reset", 6.10), and the third argument with it: without the type, the argument
 * register holds garbage. */
enum sk_rst_reason___rstblame { SK_RST_REASON_NOT_SPECIFIED___rstblame };

/* 0 in the high half means that the kernel gives no reason. */
#define REASON_PRESENT (1ULL << 32)

static __always_inline bool kernel_gives_reason(void)
{
	return bpf_core_type_exists(enum sk_rst_reason___rstblame);
}

static __always_inline const struct tcphdr *tcp_header(const struct sk_buff *skb)
{
	return (void *)(BPF_CORE_READ(skb, head) + BPF_CORE_READ(skb, transport_header));
}

/* What is read of a TCP header, in one go: each read costs as much as all. */
struct tcp_start {
	__u16 sport, dport; /* network order, as all of it */
	__u32 seq, ack;
	__u8 offset;
	__u8 padding[3];
};

static __always_inline void read_addresses(const void *ip, struct event_reset *e)
{
	__u32 both[2] = {};

	if (e->family == AF_INET) {
		bpf_probe_read_kernel(both, sizeof(both), ip + 12);
		__builtin_memcpy(e->packet.src, &both[0], sizeof(both[0]));
		__builtin_memcpy(e->packet.dst, &both[1], sizeof(both[1]));
	} else {
		bpf_probe_read_kernel(e->packet.src, 2 * EVENT_ADDR_BYTES, ip + 8);
	}
}

static __always_inline void read_packet(const struct sk_buff *skb, const struct tcphdr *tcp,
					struct event_reset *e)
{
	struct tcp_start start = {};
	__u32 headers, len;

	read_addresses((void *)(BPF_CORE_READ(skb, head) + BPF_CORE_READ(skb, network_header)), e);
	bpf_probe_read_kernel(&start, offsetof(struct tcp_start, padding), tcp);
	e->packet.sport = start.sport;
	e->packet.dport = start.dport;
	e->seq = bpf_ntohl(start.seq);
	e->ack = bpf_ntohl(start.ack);
	/* skb->len counts from skb->data: the TCP header in TCP, the IP header in
	 * netfilter. */
	headers = (__u32)((unsigned long)tcp - (unsigned long)BPF_CORE_READ(skb, data)) +
		  (start.offset >> 4) * 4;
	len = BPF_CORE_READ(skb, len);
	if (len > headers)
		e->payload_bytes = len - headers;
}

static __always_inline bool is_alive(__u32 status)
{
	return (status & (1 << IPS_CONFIRMED_BIT)) && !(status & (1 << IPS_DYING_BIT));
}

/* Of what lies in a ring record: aligned to four bytes. */
static __always_inline bool is_same_tuple(const struct event_tuple *a, const struct event_tuple *b)
{
	const __u32 *x = (const void *)a, *y = (const void *)b;
	__u32 differs = 0;

#pragma unroll
	for (int i = 0; i < sizeof(*a) / sizeof(*x); i++)
		differs |= x[i] ^ y[i];
	return !differs;
}

static __always_inline void read_entry(const struct nf_conn *ct, struct event_reset *e)
{
	e->conntrack_status = BPF_CORE_READ(ct, status);
	e->conntrack_tcp_state = BPF_CORE_READ(ct, proto.tcp.state);
	e->conntrack_zone = read_zone(ct, 0);
	read_tuple(ct, 0, &e->conntrack_orig);
	read_tuple(ct, 1, &e->conntrack_reply);
}

/* What conntrack made of the trigger packet. Never the removed entry: at best a
 * fresh one, picked up mid-stream in the untranslated direction. */
static __always_inline void read_conntrack(const struct sk_buff *skb, struct event_reset *e)
{
	unsigned long nfct = 0;
	struct nf_conn *ct;

	if (bpf_core_field_exists(skb->_nfct))
		nfct = BPF_CORE_READ(skb, _nfct);
	ct = (void *)(nfct & NFCT_PTR_MASK);
	e->conntrack_info = nfct & NFCT_INFO_MASK;
	if (!ct) {
		e->conntrack = nfct ? EVENT_CONNTRACK_UNTRACKED : EVENT_CONNTRACK_NONE;
		return;
	}
	e->conntrack = EVENT_CONNTRACK_ENTRY;
	read_entry(ct, e);
}

/* Made of this very packet, or so it looks: it has seen no other. */
static __always_inline bool is_fresh_entry(const struct event_reset *e)
{
	return e->conntrack_info == IP_CT_NEW && !(e->conntrack_status & (1 << IPS_SEEN_REPLY_BIT));
}

/* The entry that the packet would have used, had it not been judged INVALID: what
 * the probe on the judgement left under this skb, if it is alive still. Its namespace, or
 * NULL; of `net` only where that has made no entry of the packet. */
static __always_inline const struct net *read_invalid(const struct sk_buff *skb,
						      const struct net *net, struct event_reset *e)
{
	__u64 key = (unsigned long)skb;
	__u64 *value = bpf_map_lookup_elem(&invalid_packets, &key);
	const struct nf_conn *ct;
	const struct net *home;

	if (!value)
		return NULL;
	ct = (void *)*value;
	bpf_map_delete_elem(&invalid_packets, &key);
	home = BPF_CORE_READ(ct, ct_net.net);
	if (e->conntrack == EVENT_CONNTRACK_ENTRY && home == net)
		return NULL;
	read_entry(ct, e);
	if (is_alive(e->conntrack_status) && (is_same_tuple(&e->packet, &e->conntrack_orig) ||
					      is_same_tuple(&e->packet, &e->conntrack_reply))) {
		e->conntrack = EVENT_CONNTRACK_INVALID;
		return home;
	}
	read_conntrack(skb, e); /* as it was */
	return NULL;
}

#endif
