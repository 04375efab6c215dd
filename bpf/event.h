/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The records that cross the ring buffers: the only header that the probes and
 * the loader both include (it includes those of resets, event_reset.h). Fixed-width
 * types, explicit padding, append-only: a reader checks `len` before each field it takes
 * and skips types it does not know. Addresses and ports are in network order, all else is
 * in host order.
 */
#ifndef RSTBLAME_EVENT_H
#define RSTBLAME_EVENT_H

#ifndef __VMLINUX_H__
#include <linux/types.h>
#endif

enum {
	EVENT_COMM_BYTES = 16,
	EVENT_IFNAME_BYTES = 16,
	EVENT_CGROUP_BYTES = 96, /* cri-containerd-<64 digits>.scope */
	EVENT_ADDR_BYTES = 16,
	EVENT_HOOK_WALK_MAX = 16,
	EVENT_STACK_MAX = 16,
	EVENT_EXE_NAMES = 10,
	EVENT_EXE_NAME_BYTES = 32,
};

/* Stand in the programs for variables of the kernel: see KERNEL_VARIABLE. */
#define EVENT_PREEMPT_COUNT_VARIABLE 0x7273746276617201
#define EVENT_PCPU_HOT_VARIABLE 0x7273746276617202
/* The same, for programs that are run rarely: 0 wherever their addresses are known. */
#define EVENT_PREEMPT_COUNT_RARELY 0x7273746276617203
#define EVENT_PCPU_HOT_RARELY 0x7273746276617204

enum event_type {
	EVENT_RESET = 1,
	EVENT_REMOVAL = 2,
	EVENT_ENTRY = 3,
	EVENT_ADDRESS = 4,
	EVENT_LINK = 5,
	EVENT_ACT_BEGIN = 6,
	EVENT_ACT_END = 7,
	EVENT_REMOVAL_STACK = 8,
	EVENT_RULESET = 9,
	EVENT_RESET_SOCKET = 10,
	EVENT_LISTENER = 11,
	EVENT_RULES = 12,
	EVENT_RESET_FATE = 13,
};

/* What can lose events; indexes the loss counters. One for each probe that
 * submits records, in the order of the table in user/kernel/probes.c. */
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
	EVENT_PROBE_REJECT_V4,
	EVENT_PROBE_REJECT_V6,
	EVENT_PROBE_ABORT,
	EVENT_PROBE_RECEIVE,
	EVENT_PROBE_HOOKS_ADD,
	EVENT_PROBE_HOOKS_REMOVE,
	EVENT_PROBE_INVALID,
	EVENT_PROBE_SOCKET_STATE,
	EVENT_PROBE_RULES,
	EVENT_PROBE_DROP,
	EVENT_PROBE_REQUEST,
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

/* What a process is on its way out by. */
enum event_ending {
	EVENT_ENDING_NONE = 0, /* it lives on */
	EVENT_ENDING_EXIT = 1, /* of its own accord */
	EVENT_ENDING_SIGNAL = 2,
	EVENT_ENDING_OOM = 3, /* the kernel chose it when memory was short */
};

struct event_task {
	__u32 pid; /* as user space means it: the thread group */
	__u32 tid;
	__u32 netns;
	__u32 flags;                 /* enum event_task_flag; where one is set, the rest is zero */
	__u64 start_boottime_ns;     /* of the thread group, tells a reused pid */
	char comm[EVENT_COMM_BYTES]; /* the thread's */
	char cgroup[EVENT_CGROUP_BYTES]; /* last component of the v2 path */
	/* A record may end here (EVENT_ACT_BRIEF_BYTES): then what follows is not known. */
	__u32 uid; /* in the first user namespace */
	__u32 parent_pid;
	__u8 has_more; /* these fields were filled */
	__u8 ending;   /* enum event_ending */
	__u8 signal;   /* EVENT_ENDING_SIGNAL, EVENT_ENDING_OOM */
	__u8 padding[5];
	char process[EVENT_COMM_BYTES]; /* comm of the thread group's leader */
	char parent[EVENT_COMM_BYTES];  /* and of the parent's, and of that one's */
	char grandparent[EVENT_COMM_BYTES];
};
_Static_assert(sizeof(struct event_task) == 200, "event_task");

/* The path of a process's executable, from its last component to its first; who asks
 * for a change is often gone before user space could look. An empty name is where a
 * mount begins. */
struct event_exe {
	char names[EVENT_EXE_NAMES][EVENT_EXE_NAME_BYTES];
	__u8 is_whole; /* else it is too long for this, or could not be read */
	__u8 padding[7];
};
_Static_assert(sizeof(struct event_exe) == 328, "event_exe");

enum event_removal_flag {
	EVENT_REMOVAL_EXPIRED = 1, /* its timeout had passed */
	EVENT_REMOVAL_SOFTIRQ = 2,
	EVENT_REMOVAL_MATTERS = 4,      /* translated, and no clean end: a successor acquits it */
	EVENT_REMOVAL_EXPIRY_SHIFT = 8, /* EXPIRED and MATTERS: above it enum event_expiry */
};

/* Which timeout had passed. */
enum event_expiry {
	EVENT_EXPIRY_UNKNOWN,
	EVENT_EXPIRY_STATE,     /* its TCP state's */
	EVENT_EXPIRY_RETRANS,   /* nf_conntrack_tcp_timeout_max_retrans */
	EVENT_EXPIRY_UNACKED,   /* nf_conntrack_tcp_timeout_unacknowledged */
	EVENT_EXPIRY_POLICY,    /* a rule's own (CT --timeout, ct timeout) */
	EVENT_EXPIRY_FLOWTABLE, /* what a flowtable left when it gave the flow back */
};

/* One removed entry: a slot of the flush ring, or two for IPv6. Addresses and ports
 * are in the order of enum event_place. */
enum event_place {
	EVENT_ORIG_SRC,
	EVENT_ORIG_DST,
	EVENT_REPLY_SRC,
	EVENT_REPLY_DST,
	EVENT_PLACES,
};

struct event_removed_head {
	__u64 ts_ns;
	__u8 family; /* 0: this slot is a struct event_flush_mark */
	__u8 tcp_state;
	__u16 zone;   /* as a packet in the original direction meets it */
	__u32 status; /* enum ip_conntrack_status */
};
_Static_assert(sizeof(struct event_removed_head) == 16, "event_removed_head");

struct event_removed_tail {
	__u16 ports[EVENT_PLACES];
	__u8 zone_dirs; /* the directions that the zone is of: 1 << IP_CT_DIR_* */
	__u8 padding;
	__u16 flags; /* enum event_removal_flag */
	__u32 mark;
};
_Static_assert(sizeof(struct event_removed_tail) == 16, "event_removed_tail");

struct event_removed4 {
	struct event_removed_head head;
	__u32 addresses[EVENT_PLACES];
	struct event_removed_tail tail;
};
_Static_assert(sizeof(struct event_removed4) == 48, "event_removed4");

struct event_removed6 {
	struct event_removed_head head;
	__u32 addresses[EVENT_PLACES][4];
	struct event_removed_tail tail;
};
_Static_assert(sizeof(struct event_removed6) == 96, "event_removed6");

/* Before the first of an act's entries in the flush ring. */
struct event_flush_mark {
	__u64 ts_ns;
	__u8 family; /* 0 */
	__u8 act_kind;
	__u16 padding;
	__u32 netns;
	__u64 act;
	__u64 reserved[3];
};
_Static_assert(sizeof(struct event_flush_mark) == 48, "event_flush_mark");

/* The ring of what a flush removes, a plain array that user space maps: one act at
 * a time writes, so nothing is reserved or locked. */
struct event_flush_slot {
	__u64 words[6];
};
_Static_assert(sizeof(struct event_flush_slot) == 48, "event_flush_slot");

/* Who writes it: the probes' own, but user space reads `task` and `head`, and writes
 * `limit` (the loader before it loads). */
struct event_flush_writer {
	__u64 task;    /* whose act writes; 0: nobody */
	__u64 head;    /* slots written since the start */
	__u64 limit;   /* where the head may go: what user space has read, plus the length */
	__u64 request; /* of a netlink flush: its port id; else EVENT_NO_REQUEST */
	__u64 ts_ns, epoch;
	__u64 first;         /* where this act's entries begin */
	__u64 other_entries; /* of this act: not TCP */
	__u64 wide_entries;  /* those that took two slots */
	__u64 net;           /* struct net * */
	__u32 address[4];
	__u8 has_address;
	__u8 is_short; /* the address may be an IPv4 one */
	__u8 padding[6];
};
_Static_assert(sizeof(struct event_flush_writer) == 104, "event_flush_writer");

/* No port id is as long. */
#define EVENT_NO_REQUEST (1ULL << 32)

/* A removal by itself; by its family a struct event_removed4 or 6 follows. */
struct event_removal {
	struct event_header header;
	__u64 act; /* id of the act it happened in, 0 for none */
	__u32 netns;
	__u8 act_kind;
	__u8 padding[3];
};
_Static_assert(sizeof(struct event_removal) == 32, "event_removal");

struct event_removal4 {
	struct event_removal removal;
	struct event_removed4 entry;
};
_Static_assert(sizeof(struct event_removal4) == 80, "event_removal4");

struct event_removal6 {
	struct event_removal removal;
	struct event_removed6 entry;
};
_Static_assert(sizeof(struct event_removal6) == 128, "event_removal6");

/* A removal that nothing explains but its stack: innermost first, 0 ends it. Of an
 * IPv4 entry, `entry` holds a struct event_removed4. */
struct event_removal_stack {
	struct event_removal removal;
	struct event_removed6 entry;
	__u64 stack[EVENT_STACK_MAX];
};
_Static_assert(sizeof(struct event_removal_stack) == 256, "event_removal_stack");

/* Which removed tuples a new entry may take the place of: a byte each, set by user
 * space as it takes removals in, looked up by the probe of new entries. */
enum { EVENT_REMOVED_BITS = 18 };

static inline __attribute__((always_inline)) __u32 event_hash(const __u32 *src, const __u32 *dst,
							      int words, __u16 sport, __u16 dport)
{
	__u64 hash = 0x9e3779b97f4a7c15ULL ^ ((__u32)sport << 16 | dport);

	for (int i = 0; i < words; i++) {
		hash = (hash ^ src[i]) * 0xff51afd7ed558ccdULL;
		hash = (hash ^ dst[i]) * 0xc4ceb9fe1a85ec53ULL;
		hash ^= hash >> 29;
	}
	return (__u32)(hash >> (64 - EVENT_REMOVED_BITS));
}

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
	EVENT_ADDRESS_DEAD = 1,      /* the interface itself is going */
	EVENT_ADDRESS_PERMANENT = 2, /* IFA_F_PERMANENT */
	EVENT_ADDRESS_FOREIGN = 4,   /* see EVENT_LINK_FOREIGN */
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
	struct event_exe exe;
	__u32 valid_s; /* as it was last set; all ones: for ever */
	__u8 protocol; /* IFAPROT_*: since 47f0bd503210 ("net: Add new protocol attribute to
			 * IP addresses", 5.18); else 0 */
	__u8 padding_end[3];
};
_Static_assert(sizeof(struct event_address) == 616, "event_address");

enum event_link_op {
	EVENT_LINK_UP = 1,
	EVENT_LINK_DOWN = 2,
	EVENT_LINK_UNREGISTER = 3,
	EVENT_LINK_RENAME = 4,
};

enum event_link_flag {
	EVENT_LINK_FOREIGN = 1, /* its namespace is of another user namespace than the initial */
};

struct event_link {
	struct event_header header;
	__u32 netns;
	__u32 ifindex;
	__u8 op;
	__u8 flags; /* enum event_link_flag */
	__u8 padding[6];
	char ifname[EVENT_IFNAME_BYTES];
	struct event_task task;
	struct event_exe exe;
};
_Static_assert(sizeof(struct event_link) == 576, "event_link");

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
	/* Innermost first, 0 ends it: of EVENT_ACT_ITERATION; and of the others but masquerade's
	 * where requests are not seen. */
	__u64 stack[EVENT_STACK_MAX];
	struct event_exe exe;
};
_Static_assert(sizeof(struct event_act_begin) == 712, "event_act_begin");

/* A record may end before the rarer half of the task: see is_known_deleter(). */
#define EVENT_ACT_BRIEF_BYTES __builtin_offsetof(struct event_act_begin, task.uid)

struct event_act_end {
	struct event_header header;
	__u64 act;
	__u32 entries;
	__u32 tcp_entries;
};
_Static_assert(sizeof(struct event_act_end) == 32, "event_act_end");

#include "event_reset.h"

/* What one namespace, or all foreign ones, may send of state in a second: see budget.bpf.h. */
enum {
	EVENT_STATE_BUDGET = 8192,
	EVENT_STATE_BUDGET_FOREIGN = 256,
	EVENT_STATE_LOSSES_MAX = 256,
};

struct event_state_key {
	__u32 netns; /* 0: of namespaces that found no room */
	__u8 probe;  /* enum event_probe */
	__u8 is_foreign;
	__u8 padding[2];
};
_Static_assert(sizeof(struct event_state_key) == 8, "event_state_key");

enum event_ruleset_op {
	EVENT_RULESET_ADD = 1,
	EVENT_RULESET_REMOVE = 2,
};

/* A netfilter hook that conntrack or NAT needs came or went. */
struct event_ruleset {
	struct event_header header;
	__u32 netns;
	__u8 op;
	__u8 family;  /* AF_INET, AF_INET6; 0: both */
	__u8 hooks;   /* enum event_hook: which of them this one is */
	__u8 is_exit; /* the namespace itself is going */
	struct event_task task;
	struct event_exe exe;
};
_Static_assert(sizeof(struct event_ruleset) == 552, "event_ruleset");

/* A process committed a change of nftables' rules. */
struct event_rules {
	struct event_header header;
	__u32 netns;
	__u32 padding;
	struct event_task task;
	struct event_exe exe;
};
_Static_assert(sizeof(struct event_rules) == 552, "event_rules");

#endif
