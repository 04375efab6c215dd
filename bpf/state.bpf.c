// SPDX-License-Identifier: GPL-2.0-only
/*
 * What becomes of this host's connections and listeners: how a socket ended, when, and by
 * whom. A reset of a connection that was seen to end is not conntrack's doing.
 *
 * Context: process for a close() (there `current` is who did it), softirq for timers and for
 * what comes from the peer. Rate: each change of a TCP socket's state, of which one in a
 * connection is noted. Missed: what became of a connection is not known; nothing is counted,
 * as the table forgets, too. A listener that is missed is counted.
 */
#include "budget.bpf.h"
#include "connection.bpf.h"

/* uapi/asm-generic/errno.h; arm64 and x86 have the same. */
#define EPIPE 32
#define ENETUNREACH 101
#define ECONNABORTED 103
#define ECONNRESET 104
#define ETIMEDOUT 110
#define EHOSTUNREACH 113

/* The socket's error is set before its state is: tcp_reset(), tcp_write_err(), tcp_abort(),
 * tcp_done_with_error(). After retransmissions in vain it is the last ICMP's, if any. */
static __always_inline __u8 end_how(int err, bool is_softirq)
{
	switch (err) {
	case 0:
		return is_softirq ? EVENT_END_ABORTED : EVENT_END_CLOSED;
	case EPIPE:
	case ECONNRESET:
		return EVENT_END_RESET;
	case ECONNABORTED:
		return EVENT_END_DESTROYED;
	case ETIMEDOUT:
	case EHOSTUNREACH:
	case ENETUNREACH:
		return EVENT_END_TIMED_OUT;
	}
	return EVENT_END_ABORTED;
}

static const struct closer no_closer;

static __noinline void note_closer(const struct closer_key *key)
{
	struct closer *closer = bpf_map_lookup_elem(&closers, key);

	if (closer)
		return;
	bpf_map_update_elem(&closers, key, &no_closer, BPF_NOEXIST);
	closer = bpf_map_lookup_elem(&closers, key);
	if (!closer)
		return;
	read_sleeping_task(&closer->task);
	read_exe(&closer->exe);
}

/* A process's own: nobody is named of a kernel thread's. */
static __always_inline void note_process(struct event_socket_end *end)
{
	const struct task_struct *task = (void *)bpf_get_current_task();
	__u32 flags = BPF_CORE_READ(task, flags);
	struct closer_key key;
	struct event_task now;

	if (flags & PF_KTHREAD)
		return;
	key.pid = bpf_get_current_pid_tgid() >> 32;
	key.start_boottime_ns = BPF_CORE_READ(task, group_leader, start_boottime);
	end->pid = key.pid;
	end->start_boottime_ns = key.start_boottime_ns;
	if (flags & PF_EXITING) {
		read_ending(task, flags, &now);
		end->ending = now.ending;
		end->signal = now.signal;
	}
	note_closer(&key);
}

static __always_inline int on_connection_end(const struct sock *sk, bool is_closed)
{
	struct event_connection connection = {};
	struct event_socket_end end = { .ts_ns = bpf_ktime_get_ns() };
	bool is_softirq = in_softirq();

	connection.netns = read_netns(BPF_CORE_READ(sk, __sk_common.skc_net.net));
	connection.family = read_socket_tuple(sk, &connection.packet);
	end.how = is_closed ? end_how(BPF_CORE_READ(sk, sk_err), is_softirq) : EVENT_END_CLOSED;
	if (!is_softirq && (end.how == EVENT_END_CLOSED || end.how == EVENT_END_DESTROYED))
		note_process(&end);
	bpf_map_update_elem(&ended_connections, &connection, &end, BPF_ANY);
	return 0;
}

/* Before inet_csk_listen_stop(): the queue is as it was. */
static __always_inline int on_listener_end(const struct sock *sk)
{
	const struct net *net = BPF_CORE_READ(sk, __sk_common.skc_net.net);
	__u32 netns = read_netns(net);
	struct event_listener *e;

	if (!has_state_budget(netns, EVENT_PROBE_SOCKET_STATE, is_foreign(net)) ||
	    !RESERVE(&state_events, e, EVENT_LISTENER, EVENT_PROBE_SOCKET_STATE))
		return 0;
	e->netns = netns;
	read_listening(sk, &e->listening);
	read_sleeping_task(&e->task);
	read_exe(&e->exe);
	bpf_ringbuf_submit(e, 0);
	return 0;
}

#define STATES_OPEN (1U << TCP_ESTABLISHED | 1U << TCP_SYN_RECV | 1U << TCP_CLOSE_WAIT)
#define STATES_ENDED (1U << TCP_FIN_WAIT1 | 1U << TCP_LAST_ACK | 1U << TCP_CLOSE)

/* The first step out of what is open; the others add nothing. */
static __always_inline int on_socket_state(const struct sock *sk, __u32 before, __u32 now)
{
	bool is_end = (STATES_OPEN >> before) & (STATES_ENDED >> now) & 1;
	bool is_listener = before == TCP_LISTEN && now == TCP_CLOSE;

	if (!is_end && !is_listener)
		return 0;
	if (BPF_CORE_READ(sk, sk_protocol) != IPPROTO_TCP)
		return 0;
	return is_listener ? on_listener_end(sk) : on_connection_end(sk, now == TCP_CLOSE);
}

/* (sk, oldstate, newstate), since 563e0bb0dc74 ("net: tracepoint: replace tcp_set_state
 * tracepoint with inet_sock_set_state tracepoint", 4.16). */
SEC("?raw_tp/inet_sock_set_state")
int on_socket_state_tracepoint(__u64 *ctx)
{
	return on_socket_state((void *)ctx[0], (__u32)ctx[1] & 31, (__u32)ctx[2] & 31);
}
