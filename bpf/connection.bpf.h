/* SPDX-License-Identifier: GPL-2.0-only */
/* What the probes of resets and of sockets' ends share: which connection a socket is of,
 * what a listener is, and which connections were seen to end. */
#ifndef RSTBLAME_CONNECTION_BPF_H
#define RSTBLAME_CONNECTION_BPF_H

#include "packet.bpf.h"

#define V4_MAPPED_WORD bpf_htonl(0xffff)

/* 16,384 of 128 bytes: 2 MiB. */
struct ended_connections {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, struct event_connection);
	__type(value, struct event_socket_end);
};
extern struct ended_connections ended_connections SEC(".maps");

/* Who they were, once for each process. */
struct closer_key {
	__u64 start_boottime_ns;
	__u64 pid;
};

struct closer {
	struct event_task task;
	struct event_exe exe;
};

struct closers {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, struct closer_key);
	__type(value, struct closer);
};
extern struct closers closers SEC(".maps");

static __always_inline bool is_v4_mapped(const struct sock *sk)
{
	__u32 words[4];

	bpf_core_read(words, sizeof(words), &sk->__sk_common.skc_v6_daddr);
	return !words[0] && !words[1] && words[2] == V4_MAPPED_WORD;
}

/* As if it were a packet of the peer's, into a zeroed tuple. The family. */
static __always_inline __u16 read_socket_tuple(const struct sock *sk, struct event_tuple *packet)
{
	__u16 family = BPF_CORE_READ(sk, __sk_common.skc_family);

	if (family == AF_INET6 && is_v4_mapped(sk))
		family = AF_INET;
	if (family == AF_INET) {
		bpf_core_read(packet->src, 4, &sk->__sk_common.skc_daddr);
		bpf_core_read(packet->dst, 4, &sk->__sk_common.skc_rcv_saddr);
	} else {
		bpf_core_read(packet->src, 16, &sk->__sk_common.skc_v6_daddr);
		bpf_core_read(packet->dst, 16, &sk->__sk_common.skc_v6_rcv_saddr);
	}
	packet->sport = BPF_CORE_READ(sk, __sk_common.skc_dport);
	/* Not skc_num, which goes with the bind when the state becomes CLOSE. */
	packet->dport = BPF_CORE_READ((const struct inet_sock *)sk, inet_sport);
	return family;
}

/* Its queues, and what it is bound to: whether it could take a packet. */
static __always_inline void read_listening(const struct sock *sk, struct event_listening *out)
{
	const struct inet_connection_sock *csk = (const void *)sk;

	out->queue = BPF_CORE_READ(sk, sk_ack_backlog);
	out->queue_max = BPF_CORE_READ(sk, sk_max_ack_backlog);
	out->syn_queue = BPF_CORE_READ(csk, icsk_accept_queue.qlen.counter);
	out->bound_ifindex = BPF_CORE_READ(sk, __sk_common.skc_bound_dev_if);
	out->port = BPF_CORE_READ(&csk->icsk_inet, inet_sport);
	out->family = BPF_CORE_READ(sk, __sk_common.skc_family);
	out->flags = EVENT_LISTENER_KNOWN;
	if (BPF_CORE_READ_BITFIELD_PROBED(sk, __sk_common.skc_ipv6only))
		out->flags |= EVENT_LISTENER_V6ONLY;
	if (out->family == AF_INET)
		bpf_core_read(out->address, 4, &sk->__sk_common.skc_rcv_saddr);
	else
		bpf_core_read(out->address, 16, &sk->__sk_common.skc_v6_rcv_saddr);
}

#endif
