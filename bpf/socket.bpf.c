// SPDX-License-Identifier: GPL-2.0-only
/*
 * Resets at this host's own sockets: those that TCP sends of its own accord, and
 * those that a peer sent.
 *
 * Context: process for a close, a disconnect or `ss -K` (there `current` is who
 * did it); softirq for timers and for what is received. Rate: one for each
 * connection that ends so. Missed: that reset is not reported; the loss is
 * counted.
 */
#include "connection.bpf.h"
#include "flight.bpf.h"

#define SOCK_DEAD_BIT 0
#define SOCK_LINGER_BIT 4

static __always_inline void fill_socket_reset(struct event_reset *e, const struct sock *sk)
{
	unsigned long flags;

	e->netns = read_netns(BPF_CORE_READ(sk, __sk_common.skc_net.net));
	e->socket = BPF_CORE_READ(sk, __sk_common.skc_state);
	e->family = read_socket_tuple(sk, &e->packet);
	flags = BPF_CORE_READ(sk, __sk_common.skc_flags);
	if (flags & (1 << SOCK_DEAD_BIT))
		e->flags |= EVENT_RESET_ORPHANED;
	if ((flags & (1 << SOCK_LINGER_BIT)) && !BPF_CORE_READ(sk, sk_lingertime))
		e->flags |= EVENT_RESET_LINGER0;
	if (BPF_CORE_READ((const struct tcp_sock *)sk, linger2) < 0)
		e->flags |= EVENT_RESET_LINGER2;
	read_task(&e->task);
	if (e->task.flags & EVENT_TASK_SOFTIRQ)
		e->flags |= EVENT_RESET_SOFTIRQ;
}

/* ---- of its own accord ---- */

/* The stack says who called, which is the cause; the reason alone does not. */
static __always_inline int on_abort(void *ctx, bool is_kprobe, const struct sock *sk, __u64 reason)
{
	struct event_tuple packet;
	struct event_reset *e;
	__u64 reset_ns;

	if (!RESERVE(&reset_events, e, EVENT_RESET, EVENT_PROBE_ABORT))
		return 0;
	e->kind = EVENT_RESET_ABORT;
	e->flags = EVENT_RESET_FATE_FOLLOWS;
	fill_socket_reset(e, sk);
	if (reason & REASON_PRESENT) {
		e->reason = (__u32)reason;
		e->flags |= EVENT_RESET_HAS_REASON;
	}
	read_stack(ctx, is_kprobe, e->stack);
	packet = e->packet;
	reset_ns = e->header.ts_ns;
	bpf_ringbuf_submit(e, 0);
	begin_flight(&packet, BPF_CORE_READ(sk, __sk_common.skc_net.net), 0, reset_ns,
		     in_softirq_rarely());
	return 0;
}

static __always_inline int on_abort_done(void)
{
	struct reset_cpu *cpu = this_reset_cpu();

	if (cpu)
		end_flight(cpu, bpf_get_current_task(), in_softirq_rarely());
	return 0;
}

/* The reason is the last argument where there is one: the third in 6.10, the
 * second since gfp_t went. The helpers are older (f92c1e183604 ("bpf: Add
 * get_func_[arg|ret|arg_cnt] helpers", 5.17)). */
SEC("?fentry/tcp_send_active_reset")
int on_abort_fentry(__u64 *ctx)
{
	__u64 reason = 0, value = 0;

	if (kernel_gives_reason() &&
	    !bpf_get_func_arg(ctx, (__u32)bpf_get_func_arg_cnt(ctx) - 1, &value))
		reason = REASON_PRESENT | (__u32)value;
	return on_abort(ctx, false, (void *)ctx[0], reason);
}

SEC("?kprobe/tcp_send_active_reset")
int on_abort_kprobe(struct pt_regs *ctx)
{
	return on_abort(ctx, true, (void *)PT_REGS_PARM1(ctx), 0);
}

SEC("?fexit/tcp_send_active_reset")
int on_abort_fexit(__u64 *ctx)
{
	return on_abort_done();
}

SEC("?kretprobe/tcp_send_active_reset")
int on_abort_kretprobe(struct pt_regs *ctx)
{
	return on_abort_done();
}

/* ---- from the peer ---- */

#define RCV_SHUTDOWN 1

/* Whether `skb` is a packet of that socket's connection: where nobody uses it (without MPTCP) a
 * compiler may drop the argument of a function that it knows all callers of (clang's ThinLTO),
 * and what is read for it is what a register happened to hold. */
static __always_inline bool is_packet_of(const struct sock *sk, const struct sk_buff *skb,
					 __u8 *flags)
{
	struct segment_start {
		__u16 sport, dport;
		__u8 more[TCP_FLAG_BYTE + 1 - 4];
	} start = {};

	if (!skb || bpf_probe_read_kernel(&start, sizeof(start), tcp_header(skb)))
		return false;
	*flags = start.more[sizeof(start.more) - 1];
	return start.sport == BPF_CORE_READ(sk, __sk_common.skc_dport) &&
	       start.dport == BPF_CORE_READ((const struct inet_sock *)sk, inet_sport);
}

/* tcp_reset() also ends a socket that got data after its process had closed it; that
 * packet is no RST, and the answer to it is seen in reset.bpf.c. */
static __always_inline bool is_received(const struct sock *sk, const struct sk_buff *skb)
{
	__u8 flags = 0, state;

	if (is_packet_of(sk, skb, &flags))
		return flags & TCPHDR_RST;
	/* Without the packet a RST to a closing socket looks like that: left out. */
	state = BPF_CORE_READ(sk, __sk_common.skc_state);
	return (state != TCP_FIN_WAIT1 && state != TCP_FIN_WAIT2) ||
	       !(BPF_CORE_READ(sk, sk_shutdown) & RCV_SHUTDOWN);
}

static __always_inline int on_receive(const struct sock *sk, const struct sk_buff *skb)
{
	struct event_reset *e;

	if (!is_received(sk, skb))
		return 0;
	if (!RESERVE(&reset_events, e, EVENT_RESET, EVENT_PROBE_RECEIVE))
		return 0;
	e->kind = EVENT_RESET_RECEIVED;
	e->tcp_flags = TCPHDR_RST;
	fill_socket_reset(e, sk);
	bpf_ringbuf_submit(e, 0);
	return 0;
}

/* tcp_reset() has the packet since 049fe386d353 ("tcp: parse mptcp options contained
 * in reset packets", 5.13); the nearest type that tells came in 5.17. */
enum skb_drop_reason___rstblame { SKB_DROP_REASON___rstblame };

static __always_inline bool has_packet(void)
{
	return bpf_core_type_exists(enum skb_drop_reason___rstblame);
}

SEC("?fentry/tcp_reset")
int on_receive_fentry(__u64 *ctx)
{
	const struct sk_buff *skb = NULL;

	if (has_packet())
		skb = (void *)ctx[1];
	return on_receive((void *)ctx[0], skb);
}

SEC("?kprobe/tcp_reset")
int on_receive_kprobe(struct pt_regs *ctx)
{
	return on_receive((void *)PT_REGS_PARM1(ctx),
			  has_packet() ? (void *)PT_REGS_PARM2(ctx) : NULL);
}

/* Where the function is inlined, the tracepoint in it is left; without the packet. */
SEC("?raw_tp/tcp_receive_reset")
int on_receive_tracepoint(__u64 *ctx)
{
	return on_receive((void *)ctx[0], NULL);
}
