// SPDX-License-Identifier: GPL-2.0-only
/*
 * One walk over the open files of all processes, whatever their namespaces: a BPF iterator, an
 * object of its own, which is loaded when the window is open or for --audit. It attaches to
 * nothing and runs only while somebody reads from it (user/node/socket_walk.c).
 *
 * Context: the reader's, in process context, once for each open file; the kernel holds the file
 * meanwhile, and with it the socket. Rate: none but the reader's. Not seen: what no process has
 * as a descriptor (user/node/socket_census.h).
 *
 * eaaacd23910f ("bpf: Add task and task/file iterator targets", 5.8). bpf_sock_from_file() came
 * with 5.11: a socket is told here by its file system, which has nothing else that is one.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "socket_record.h"

char LICENSE[] SEC("license") = "GPL";

#define AF_INET 2
#define AF_INET6 10
#define IPPROTO_MPTCP 262

/* uapi/linux/magic.h, uapi/linux/stat.h, net/sock.h */
#define SOCKFS_MAGIC 0x534F434B
#define S_IFMT 0170000
#define S_IFSOCK 0140000
#define SOCK_KEEPOPEN_BIT 3

/* Its file's private_data, which is nothing where it was opened with O_PATH. */
static __always_inline const struct socket *socket_of(const struct file *file)
{
	const struct inode *inode = file->f_inode;

	if ((inode->i_mode & S_IFMT) != S_IFSOCK || inode->i_sb->s_magic != SOCKFS_MAGIC)
		return NULL;
	return file->private_data;
}

static __always_inline void read_process(struct socket_record *r, const struct task_struct *task)
{
	const struct task_struct *leader = task->group_leader;

	r->tgid = (__u32)task->tgid;
	r->pid = (__u32)task->pid;
	r->start_boottime_ns = leader->start_boottime;
	bpf_core_read(r->comm, sizeof(r->comm), &leader->comm);
}

static __always_inline void read_ends(struct socket_record *r, const struct sock *sk)
{
	r->sport = BPF_CORE_READ(sk, __sk_common.skc_num);
	r->dport = bpf_ntohs(BPF_CORE_READ(sk, __sk_common.skc_dport));
	if (r->family == AF_INET) {
		bpf_core_read(r->src, 4, &sk->__sk_common.skc_rcv_saddr);
		bpf_core_read(r->dst, 4, &sk->__sk_common.skc_daddr);
	} else {
		bpf_core_read(r->src, 16, &sk->__sk_common.skc_v6_rcv_saddr);
		bpf_core_read(r->dst, 16, &sk->__sk_common.skc_v6_daddr);
	}
	if (BPF_CORE_READ_BITFIELD_PROBED(&sk->__sk_common, skc_ipv6only))
		r->flags |= SOCKET_RECORD_V6ONLY;
}

/* As tcp_diag_get_info() has it. */
static __always_inline void read_queues(struct socket_record *r, const struct tcp_sock *tp)
{
	const struct sock *sk = (const struct sock *)tp;

	if (r->state == TCP_LISTEN) {
		r->receive_queue = BPF_CORE_READ(sk, sk_ack_backlog);
		r->send_queue = BPF_CORE_READ(sk, sk_max_ack_backlog);
	} else if (r->state != TCP_CLOSE) {
		__s32 unread = (__s32)(BPF_CORE_READ(tp, rcv_nxt) - BPF_CORE_READ(tp, copied_seq));

		r->receive_queue = unread > 0 ? (__u32)unread : 0; /* the peer's FIN was counted */
		r->send_queue = BPF_CORE_READ(tp, write_seq) - BPF_CORE_READ(tp, snd_una);
	}
}

/* As keepalive_time_when() and its like have it. */
static __always_inline void read_keepalive(struct socket_record *r, const struct tcp_sock *tp,
					   const struct net *net)
{
	const struct sock *sk = (const struct sock *)tp;
	__u32 time = BPF_CORE_READ(tp, keepalive_time);
	__u32 interval = BPF_CORE_READ(tp, keepalive_intvl);
	__u8 probes = BPF_CORE_READ(tp, keepalive_probes);

	if (BPF_CORE_READ(sk, __sk_common.skc_flags) & (1 << SOCK_KEEPOPEN_BIT))
		r->flags |= SOCKET_RECORD_KEEPALIVE;
	r->keepalive_time = time ? time : (__u32)BPF_CORE_READ(net, ipv4.sysctl_tcp_keepalive_time);
	r->keepalive_interval =
		interval ? interval : (__u32)BPF_CORE_READ(net, ipv4.sysctl_tcp_keepalive_intvl);
	r->keepalive_probes = probes ? probes :
				       (__u8)BPF_CORE_READ(net, ipv4.sysctl_tcp_keepalive_probes);
	r->user_timeout_ms =
		BPF_CORE_READ((const struct inet_connection_sock *)tp, icsk_user_timeout);
}

static __always_inline __u32 walker_keepalive_time(void)
{
	const struct task_struct *walker = (const void *)bpf_get_current_task();

	return (__u32)BPF_CORE_READ(walker, nsproxy, net_ns, ipv4.sysctl_tcp_keepalive_time);
}

static __always_inline void read_socket(struct socket_record *r, const struct sock *sk)
{
	const struct net *net = BPF_CORE_READ(sk, __sk_common.skc_net.net);

	r->id = (__u64)sk;
	r->cookie = (__u64)BPF_CORE_READ(sk, __sk_common.skc_cookie.counter);
	r->netns = BPF_CORE_READ(net, ns.inum);
	r->bound_ifindex = (__u32)BPF_CORE_READ(sk, __sk_common.skc_bound_dev_if);
	r->state = BPF_CORE_READ(sk, __sk_common.skc_state);
	if (r->flags & SOCKET_RECORD_MPTCP)
		return;
	read_ends(r, sk);
	read_queues(r, (const struct tcp_sock *)sk);
	read_keepalive(r, (const struct tcp_sock *)sk, net);
}

/* Whether it is one, TCP or MPTCP, of either family. */
static __always_inline bool is_wanted(struct socket_record *r, const struct sock *sk)
{
	__u16 family = BPF_CORE_READ(sk, __sk_common.skc_family);
	__u16 protocol;

	if (family != AF_INET && family != AF_INET6)
		return false;
	r->family = (__u8)family;
	protocol = BPF_CORE_READ(sk, sk_protocol);
	if (protocol == IPPROTO_MPTCP)
		r->flags |= SOCKET_RECORD_MPTCP;
	return protocol == IPPROTO_TCP || protocol == IPPROTO_MPTCP;
}

SEC("iter/task_file")
int on_open_file(struct bpf_iter__task_file *ctx)
{
	const struct task_struct *task = ctx->task;
	const struct file *file = ctx->file;
	struct socket_record r = {};
	const struct socket *socket;
	const struct sock *sk;

	if (!task || !file) /* the end */
		return 0;
	socket = socket_of(file);
	sk = socket ? BPF_CORE_READ(socket, sk) : NULL;
	if (!sk || !is_wanted(&r, sk))
		return 0;
	r.inode = (__u32)file->f_inode->i_ino;
	r.fd = ctx->fd;
	r.walker_keepalive_time = walker_keepalive_time();
	read_process(&r, task);
	read_socket(&r, sk);
	bpf_seq_write(ctx->meta->seq, &r, sizeof(r));
	return 0;
}
