/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What one walk over all open files gives (bpf/sockets.bpf.c): a record for each descriptor of a
 * process that is a TCP socket, one after the other, nothing in between. The contract with
 * user/node/socket_walk.c.
 */
#ifndef RSTBLAME_BPF_SOCKET_RECORD_H
#define RSTBLAME_BPF_SOCKET_RECORD_H

#ifndef __VMLINUX_H__
#include <linux/types.h>
#endif

enum socket_record_flags {
	SOCKET_RECORD_KEEPALIVE = 1 << 0, /* SO_KEEPALIVE */
	SOCKET_RECORD_V6ONLY = 1 << 1,
	/* MPTCP: what is on the wire are other sockets, its subflows, of which no file tells.
	 * They have its inode. No tuple. */
	SOCKET_RECORD_MPTCP = 1 << 2,
};

enum { SOCKET_RECORD_COMM = 16 };

struct socket_record {
	__u64 id;                /* the kernel's address of it: the same in two descriptors */
	__u64 cookie;            /* as sock_diag has it; 0: nobody has asked for it yet */
	__u64 start_boottime_ns; /* of the process (CLOCK_BOOTTIME) */
	__u32 inode;
	__u32 netns; /* the socket's */
	__u32 bound_ifindex;
	__u32 tgid; /* of the process, and of a thread that has files of its own: in the */
	__u32 pid;  /* initial pid namespace */
	__u32 fd;
	/* Not read yet, and not acknowledged yet, in bytes; of a listener how many wait to be
	 * accepted, and how many may. */
	__u32 receive_queue;
	__u32 send_queue;
	/* In jiffies: what holds for it, its own or its namespace's. */
	__u32 keepalive_time;
	__u32 keepalive_interval;
	__u32 user_timeout_ms; /* TCP_USER_TIMEOUT; 0: none */
	/* net.ipv4.tcp_keepalive_time of who walks, in jiffies: in seconds /proc has it, too. */
	__u32 walker_keepalive_time;
	__u8 family; /* AF_INET6 for an IPv4-mapped one */
	__u8 state;  /* the kernel's TCP_*; TCP_CLOSE, too */
	__u8 flags;
	__u8 keepalive_probes;
	__u16 sport; /* of the host's byte order */
	__u16 dport;
	__u8 src[16]; /* in its own family */
	__u8 dst[16];
	char comm[SOCKET_RECORD_COMM]; /* the process's; NUL at its end */
};

_Static_assert(sizeof(struct socket_record) == 128, "a change of the contract with user space");

#endif
