/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The records of resets, and of the sockets that they are about. A part of event.h, which
 * is to be included instead. */
#ifndef RSTBLAME_EVENT_RESET_H
#define RSTBLAME_EVENT_RESET_H

#ifndef RSTBLAME_EVENT_H
#error "include event.h"
#endif

enum event_socket {
	EVENT_SOCKET_NONE = 0, /* else the TCP state, TCP_ESTABLISHED == 1 … */
};

enum event_conntrack {
	EVENT_CONNTRACK_NONE = 0,      /* skb->_nfct was 0: INVALID, or no hooks */
	EVENT_CONNTRACK_ENTRY = 1,     /* conntrack_info and the fields below hold */
	EVENT_CONNTRACK_UNTRACKED = 2, /* a NOTRACK rule */
	EVENT_CONNTRACK_INVALID = 3,   /* judged INVALID; the fields below are of the live entry */
};

enum event_hook {
	EVENT_HOOK_KNOWN = 1,     /* the hooks were looked at */
	EVENT_HOOK_CONNTRACK = 2, /* PREROUTING, priority -200 */
	EVENT_HOOK_NAT = 4,       /* POSTROUTING, priority 100 */
};

enum event_reset_flag {
	EVENT_RESET_SOFTIRQ = 1,
	EVENT_RESET_HAS_REASON = 2,
	EVENT_RESET_ORPHANED = 4,     /* an abort: the process had closed the socket before */
	EVENT_RESET_LINGER2 = 8,      /* an abort: TCP_LINGER2 is negative */
	EVENT_RESET_LAST_SAMPLE = 16, /* more like it, for up to a second, are counted only */
	EVENT_RESET_LINGER0 = 32,     /* an abort: SO_LINGER is set, and 0 */
	EVENT_RESET_FATE_FOLLOWS = 64,
};

enum event_reset_kind {
	EVENT_RESET_ANSWER = 0,   /* sent by TCP in answer to a packet */
	EVENT_RESET_ABORT = 1,    /* sent by TCP of its own accord; no trigger packet */
	EVENT_RESET_RECEIVED = 2, /* taken from the peer by a socket */
	EVENT_RESET_REJECTED = 3, /* sent by a netfilter REJECT rule */
};

enum event_listener_flag {
	EVENT_LISTENER_KNOWN = 1,
	EVENT_LISTENER_V6ONLY = 2,
};

/* A socket in LISTEN. */
struct event_listening {
	__u32 queue;     /* sk_ack_backlog: they wait for accept() */
	__u32 queue_max; /* sk_max_ack_backlog: full when there are more */
	__u32 syn_queue; /* icsk_accept_queue.qlen: handshakes under way */
	__u32 bound_ifindex;
	__u8 address[EVENT_ADDR_BYTES]; /* all zero: any */
	__u16 port;                     /* network order */
	__u8 family;                    /* the socket's own */
	__u8 flags;                     /* enum event_listener_flag */
};
_Static_assert(sizeof(struct event_listening) == 36, "event_listening");

struct event_reset {
	struct event_header header;
	__u32 netns;
	__u32 ifindex;
	/* The trigger packet, as it came in. Of an abort and a reset received: from
	 * the peer to this socket. */
	struct event_tuple packet;
	__u8 family;
	__u8 tcp_flags; /* byte 13 of the TCP header */
	__u8 socket;    /* enum event_socket, or a TCP state */
	__u8 conntrack; /* enum event_conntrack */
	__u32 seq;
	__u32 ack;
	__u32 payload_bytes;
	__u32 reason; /* enum sk_rst_reason where the kernel has it */
	__u8 kind;    /* enum event_reset_kind */
	__u8 padding_kind[3];
	__u8 flags;          /* enum event_reset_flag */
	__u8 hooks;          /* enum event_hook */
	__u8 conntrack_info; /* enum ip_conntrack_info */
	__u8 conntrack_tcp_state;
	__u32 conntrack_status;
	__u16 conntrack_zone;
	__u16 padding;
	struct event_tuple conntrack_orig;
	struct event_tuple conntrack_reply;
	char ifname[EVENT_IFNAME_BYTES];
	struct event_task task;
	/* When asked for, and where `socket` is LISTEN: innermost first, 0 ends it. */
	__u64 stack[EVENT_STACK_MAX];
	/* EVENT_CONNTRACK_INVALID: where the entry is of another namespace than `netns`, that
	 * one and its hooks; else where the packet came from over a veth pair; or 0. */
	__u32 entry_netns;
	__u8 entry_hooks; /* enum event_hook */
	__u8 padding_entry[3];
	struct event_listening listener; /* where `socket` is LISTEN */
	/* Where the packet came over a veth pair: the bridge of entry_netns that forwarded it
	 * there, as a frame of another of its ports; 0: none, it was routed. */
	__u32 bridge_ifindex;
};
_Static_assert(sizeof(struct event_reset) == 560, "event_reset");

enum event_end_how {
	EVENT_END_NONE = 0,
	EVENT_END_CLOSED = 1, /* close(), shutdown(), or the process's end: see event_ending */
	EVENT_END_TIMED_OUT = 2,
	EVENT_END_RESET = 3,     /* by the peer */
	EVENT_END_DESTROYED = 4, /* SOCK_DESTROY */
	EVENT_END_ABORTED = 5,
};

/* How a connection left ESTABLISHED or CLOSE_WAIT. */
/* Which connection: the tuple is of the peer's packets, as they come to the socket. */
struct event_connection {
	__u32 netns;
	__u32 family;
	struct event_tuple packet;
};
_Static_assert(sizeof(struct event_connection) == 44, "event_connection");

struct event_socket_end {
	__u64 ts_ns;
	__u64 start_boottime_ns; /* of the process; 0: none did it */
	__u32 pid;
	__u8 how;    /* enum event_end_how */
	__u8 ending; /* enum event_ending, of the process */
	__u8 signal;
	__u8 padding;
};
_Static_assert(sizeof(struct event_socket_end) == 24, "event_socket_end");

/* Follows a reset whose connection this host had, and was seen to end. */
struct event_reset_socket {
	struct event_header header;
	__u64 reset_ns; /* ts_ns of that reset, of this CPU */
	struct event_socket_end end;
	struct event_task task;
	struct event_exe exe;
};
_Static_assert(sizeof(struct event_reset_socket) == 576, "event_reset_socket");

enum event_fate {
	EVENT_FATE_UNKNOWN = 0,
	EVENT_FATE_LEFT = 1, /* handed to a device */
	EVENT_FATE_DROPPED = 2,
	EVENT_FATE_NO_ROUTE = 3,
	EVENT_FATE_NOT_MADE = 4, /* the kernel decided against it */
};

/* Follows a reset that TCP was about to send, when it is through with it: what became of it. */
struct event_reset_fate {
	struct event_header header;
	__u64 reset_ns; /* ts_ns of that reset, of this CPU */
	__u8 fate;      /* enum event_fate */
	__u8 padding[7];
};
_Static_assert(sizeof(struct event_reset_fate) == 32, "event_reset_fate");

/* A socket in LISTEN was closed. */
struct event_listener {
	struct event_header header;
	__u32 netns;
	struct event_listening listening;
	struct event_task task;
	struct event_exe exe;
};
_Static_assert(sizeof(struct event_listener) == 584, "event_listener");

/* Resets in answer to SYNs to closed ports, past the first of each second and CPU: not
 * sent, but counted in maps, an entry for each of these. */
enum {
	EVENT_SYN_SAMPLES = 64, /* sent in full, of each second and CPU */
	EVENT_SYN_PORTS_MAX = 8192,
	EVENT_SYN_OTHERS_MAX = 256, /* without their ports */
};

struct event_syn_key {
	__u32 netns;
	__u16 port; /* network order */
	__u8 family;
	__u8 generation; /* of user space's giving: it makes room by taking out a past one's */
};
_Static_assert(sizeof(struct event_syn_key) == 8, "event_syn_key");

struct event_syn_count {
	__u64 count; /* since the start */
	__u64 round; /* of user space's looking, that first_ns is of */
	__u64 first_ns;
	__u64 last_ns;
};
_Static_assert(sizeof(struct event_syn_count) == 32, "event_syn_count");

#endif
