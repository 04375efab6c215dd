/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The records that cross the ring buffers: the only header that the probes and
 * the loader both include. Fixed-width types, explicit padding, append-only:
 * a reader checks `len` before each field it takes and skips types it does not
 * know. Addresses and ports are in network order, all else is in host order.
 */
#ifndef RSTBLAME_EVENT_H
#define RSTBLAME_EVENT_H

#ifndef __VMLINUX_H__
#include <linux/types.h>
#endif

enum {
	EVENT_COMM_BYTES = 16,
	EVENT_IFNAME_BYTES = 16,
	EVENT_CGROUP_BYTES = 64,
	EVENT_ADDR_BYTES = 16,
	EVENT_HOOK_WALK_MAX = 16,
	EVENT_STACK_MAX = 16,
};

enum event_type {
	EVENT_RESET = 1,
	EVENT_REMOVAL = 2,
	EVENT_ENTRY = 3,
	EVENT_ADDRESS = 4,
	EVENT_LINK = 5,
	EVENT_ACT_BEGIN = 6,
	EVENT_ACT_END = 7,
	EVENT_REMOVAL_STACK = 8,
};

/* What can lose events; indexes the loss counters. One for each probe that
 * submits records, in the order of the table in user/probe.c. */
enum event_probe {
	EVENT_PROBE_RESET_V4,
	EVENT_PROBE_RESET_V6,
	EVENT_PROBE_REMOVAL,
	EVENT_PROBE_ENTRY,
	EVENT_PROBE_INSERT,
	EVENT_PROBE_MASQUERADE,
	EVENT_PROBE_ITERATION,
	EVENT_PROBE_ADDRESS_V4,
	EVENT_PROBE_ADDRESS_V6,
	EVENT_PROBE_LINK,
	EVENT_PROBES,
};

/* An act: one thing the kernel does that removes any number of entries. */
enum event_act_kind {
	EVENT_ACT_NONE = 0,
	EVENT_ACT_MASQUERADE = 1,     /* iterate_cleanup_work: an address or a link went */
	EVENT_ACT_NETLINK_FLUSH = 2,  /* a netlink request walked the table: conntrack -F */
	EVENT_ACT_NETLINK_DELETE = 3, /* a netlink request named the entry: conntrack -D */
	EVENT_ACT_ITERATION = 4,      /* the kernel walked the table; the stack says why */
};

struct event_header {
	__u16 type;
	__u16 len;
	__u32 cpu;
	__u64 ts_ns; /* CLOCK_MONOTONIC */
};
_Static_assert(sizeof(struct event_header) == 16, "event_header");

struct event_tuple {
	__u8 src[EVENT_ADDR_BYTES]; /* IPv4 in the first four bytes, rest zero */
	__u8 dst[EVENT_ADDR_BYTES];
	__u16 sport;
	__u16 dport;
};
_Static_assert(sizeof(struct event_tuple) == 36, "event_tuple");

enum event_task_flag {
	EVENT_TASK_KTHREAD = 1, /* a kernel thread: nobody's request */
	EVENT_TASK_SOFTIRQ = 2, /* whoever was interrupted: not the actor */
};

struct event_task {
	__u32 pid; /* as user space means it: the thread group */
	__u32 tid;
	__u32 netns;
	__u32 flags;             /* enum event_task_flag */
	__u64 start_boottime_ns; /* of the thread group, tells a reused pid */
	char comm[EVENT_COMM_BYTES];
	char cgroup[EVENT_CGROUP_BYTES]; /* last component of the v2 path */
};
_Static_assert(sizeof(struct event_task) == 104, "event_task");

enum event_removal_flag {
	EVENT_REMOVAL_EXPIRED = 1, /* its timeout had passed */
	EVENT_REMOVAL_SOFTIRQ = 2,
};

struct event_removal {
	struct event_header header;
	__u64 act; /* id of the act it happened in, 0 for none */
	__u32 netns;
	__u32 status; /* enum ip_conntrack_status */
	__u32 mark;
	__u32 portid;       /* netlink requester, 0 for none */
	__s32 timeout_left; /* jiffies */
	__u16 zone;         /* as a packet in the original direction meets it */
	__u16 reply_zone;   /* and in the other: a zone may be of one direction */
	__u8 family;
	__u8 tcp_state;
	__u8 flags; /* enum event_removal_flag */
	__u8 act_kind;
	__u32 padding;
	struct event_tuple orig;
	struct event_tuple reply;
};
_Static_assert(sizeof(struct event_removal) == 128, "event_removal");

/* A removal that nothing explains but its stack: innermost first, 0 ends it. */
struct event_removal_stack {
	struct event_removal removal;
	__u64 stack[EVENT_STACK_MAX];
};
_Static_assert(sizeof(struct event_removal_stack) == 256, "event_removal_stack");

/* tcp_state of an entry that netlink put in whole: conntrackd, conntrack -I. */
#define EVENT_ENTRY_INSERTED 0xff

/* A new entry whose tuple resembles one that was removed earlier. */
struct event_entry {
	struct event_header header;
	__u32 netns;
	__u16 zone;
	__u8 family;
	__u8 tcp_state; /* SYN_SENT: made by a SYN; else picked up mid-stream */
	struct event_tuple orig;
	struct event_tuple reply;
};
_Static_assert(sizeof(struct event_entry) == 96, "event_entry");

enum event_address_op {
	EVENT_ADDRESS_ADD = 1,
	EVENT_ADDRESS_REMOVE = 2,
};

enum event_address_flag {
	EVENT_ADDRESS_DEAD = 1, /* the interface itself is going */
};

struct event_address {
	struct event_header header;
	__u32 netns;
	__u32 ifindex;
	__u8 family;
	__u8 op;
	__u8 prefix_len;
	__u8 flags; /* enum event_address_flag */
	__u32 padding;
	char ifname[EVENT_IFNAME_BYTES];
	__u8 local[EVENT_ADDR_BYTES];   /* what `ip addr` shows */
	__u8 address[EVENT_ADDR_BYTES]; /* ifa_address: what masquerade compares */
	struct event_task task;
};
_Static_assert(sizeof(struct event_address) == 184, "event_address");

enum event_link_op {
	EVENT_LINK_UP = 1,
	EVENT_LINK_DOWN = 2,
	EVENT_LINK_UNREGISTER = 3,
	EVENT_LINK_RENAME = 4,
};

struct event_link {
	struct event_header header;
	__u32 netns;
	__u32 ifindex;
	__u8 op;
	__u8 padding[7];
	char ifname[EVENT_IFNAME_BYTES];
	struct event_task task;
};
_Static_assert(sizeof(struct event_link) == 152, "event_link");

struct event_act_begin {
	struct event_header header;
	__u64 act;
	__u32 netns; /* 0: not known */
	__u32 ifindex;
	__u8 kind; /* enum event_act_kind */
	__u8 has_address;
	__u8 padding[6];
	__u8 address[EVENT_ADDR_BYTES]; /* the work item carries no family */
	struct event_task task;
	__u64 stack[EVENT_STACK_MAX]; /* EVENT_ACT_ITERATION: innermost first, 0 ends it */
};
_Static_assert(sizeof(struct event_act_begin) == 288, "event_act_begin");

struct event_act_end {
	struct event_header header;
	__u64 act;
	__u32 entries;
	__u32 tcp_entries;
};
_Static_assert(sizeof(struct event_act_end) == 32, "event_act_end");

enum event_socket {
	EVENT_SOCKET_NONE = 0, /* else the TCP state, TCP_ESTABLISHED == 1 … */
};

enum event_conntrack {
	EVENT_CONNTRACK_NONE = 0,      /* skb->_nfct was 0: INVALID, or no hooks */
	EVENT_CONNTRACK_ENTRY = 1,     /* conntrack_info and the fields below hold */
	EVENT_CONNTRACK_UNTRACKED = 2, /* a NOTRACK rule */
};

enum event_hook {
	EVENT_HOOK_KNOWN = 1,     /* the hooks were looked at */
	EVENT_HOOK_CONNTRACK = 2, /* PREROUTING, priority -200 */
	EVENT_HOOK_NAT = 4,       /* POSTROUTING, priority 100 */
};

enum event_reset_flag {
	EVENT_RESET_SOFTIRQ = 1,
	EVENT_RESET_HAS_REASON = 2,
};

struct event_reset {
	struct event_header header;
	__u32 netns;
	__u32 ifindex;
	struct event_tuple packet; /* the trigger packet, as it came in */
	__u8 family;
	__u8 tcp_flags; /* byte 13 of the TCP header */
	__u8 socket;    /* enum event_socket, or a TCP state */
	__u8 conntrack; /* enum event_conntrack */
	__u32 seq;
	__u32 ack;
	__u32 payload_bytes;
	__u32 reason; /* enum sk_rst_reason where the kernel has it */
	__u32 padding_reason;
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
	__u64 stack[EVENT_STACK_MAX]; /* when asked for: innermost first, 0 ends it */
};
_Static_assert(sizeof(struct event_reset) == 416, "event_reset");

#endif
