/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What was seen, as blame takes it: decoded from the rings or read from a
 * recording, and the same from either. Pure values: no ownership, no wire
 * structs, ports in host order, addresses in network order.
 */
#ifndef RSTBLAME_MODEL_OBSERVATION_H
#define RSTBLAME_MODEL_OBSERVATION_H

#include <stdbool.h>
#include <stdint.h>

#include "model/flow.h"
#include "model/sense.h"
#include "model/window.h"

enum observation_type {
	OBSERVATION_START,
	OBSERVATION_ADDRESS,
	OBSERVATION_LINK,
	OBSERVATION_RULESET,
	OBSERVATION_ACT_BEGIN,
	OBSERVATION_ACT_END,
	OBSERVATION_REMOVAL,
	OBSERVATION_ENTRY,
	OBSERVATION_RESET,
	OBSERVATION_RESETS,
	OBSERVATION_AT_RISK,
	OBSERVATION_SOCKETS,
	OBSERVATION_PROBE,
	OBSERVATION_LOST,
	OBSERVATION_LOG,
	OBSERVATION_NAMESPACE,
	OBSERVATION_LISTENER,
	OBSERVATION_RULES,
	OBSERVATION_WITNESS,
	OBSERVATION_END, /* the window ended: what came before it is complete */
};

/* A namespace's identity: its inode number, and which node it is on (recordings
 * of several nodes share inode numbers). */
struct netns_id {
	uint32_t node;
	uint32_t inum; /* 0: not known */
};

static inline bool netns_equal(struct netns_id a, struct netns_id b)
{
	return a.inum == b.inum && a.node == b.node;
}

/* How a socket ended, or what ended the process that had it. */
enum socket_end_how {
	SOCKET_END_NONE,      /* not known, or it has not */
	SOCKET_END_CLOSED,    /* close() or shutdown() by a process that lives on */
	SOCKET_END_EXITED,    /* its process ended of its own accord */
	SOCKET_END_KILLED,    /* its process was ended by a signal */
	SOCKET_END_OOM,       /* the same, by the kernel, for want of memory */
	SOCKET_END_TIMED_OUT, /* ETIMEDOUT: retransmission, keepalive, TCP_USER_TIMEOUT */
	SOCKET_END_RESET,     /* the peer reset it */
	SOCKET_END_DESTROYED, /* SOCK_DESTROY: ss -K */
	SOCKET_END_ABORTED,   /* the kernel gave it up for another reason */
	SOCKET_ENDS,
};

/* The process that set things going; pid 0: not known, or nobody's request. What is ""
 * or 0 is not known, unless said otherwise. */
struct actor {
	uint32_t pid; /* the process's: the thread group */
	uint32_t netns;
	uint64_t start_boottime_ns;
	uint8_t signal; /* that ended_by was by; 0: none */
	bool has_uid;
	uint32_t uid;     /* as the first user namespace has it */
	uint8_t ended_by; /* enum socket_end_how: it was on its way out, by what */
	char comm[32];    /* the process's, as its leader is called */
	char thread[16];  /* the acting thread's, where it differs; else "" */
	uint32_t parent_pid;
	char parent[16];      /* the parent process's comm */
	char grandparent[16]; /* and its parent's */
	char exe[128];
	char unit[64];
	char container[72];      /* its id */
	char container_name[64]; /* these two as the runtime's files have them, or "" */
	char pod[128];           /* "namespace/name" */
};

enum { NETNS_NAME_BYTES = 64, CMDLINE_BYTES = 160 };

/* Which socket of this node was looked for after a reset. */
enum victim_role {
	VICTIM_UNKNOWN,  /* an older recording does not say */
	VICTIM_OF_FLOW,  /* at the inner end of a translated flow */
	VICTIM_OWN,      /* that the trigger packet itself was addressed to */
	VICTIM_LISTENER, /* no victim: who listens on that port, and did not get the SYN */
	VICTIM_ROLES,
};

/* What keeps a SYN from a listener on its port; of several listeners the one with the
 * first of these is told. */
enum barrier {
	BARRIER_NONE,     /* nothing: it was opened after the packet came */
	BARRIER_UNKNOWN,  /* it is not known what the listener is bound to */
	BARRIER_DEVICE,   /* it is bound to another device, or to a VRF */
	BARRIER_VRF,      /* it is in no VRF, and the packet came in by one */
	BARRIER_V6ONLY,   /* the packet is IPv4 */
	BARRIER_V4ONLY,   /* the packet is IPv6 */
	BARRIER_LOOPBACK, /* it is bound to loopback */
	BARRIER_ADDRESS,  /* it is bound to another address */
	BARRIERS,
};

/* What came of looking for it. */
enum victim_look {
	LOOK_NONE, /* nobody looked */
	LOOK_FOUND,
	LOOK_ABSENT, /* all that could have it was looked at, and it is not there */
	LOOK_LATE,   /* there was no time, or something could not be looked at */
	LOOK_ENDED,  /* not there, but one with its tuple has ended since the reset was sent */
	VICTIM_LOOKS,
};

/* Why the process of a socket that was found is not known. */
enum unnamed {
	UNNAMED_NONE,   /* it is; or an older recording does not say */
	UNNAMED_TIME,   /* it was not found in the time there was */
	UNNAMED_DENIED, /* there are processes whose descriptors may not be read */
	UNNAMED_GONE,   /* no process has it any more */
	UNNAMEDS,
};

/* Who has the other of two sockets with the same addresses and ports. */
struct rival {
	uint32_t netns; /* 0: there is none */
	uint32_t pid;   /* 0: not known */
	uint32_t uid;
	bool has_uid;
	char comm[32];
	char exe[128];
	char netns_name[NETNS_NAME_BYTES];
};

/* The inner end of a flow, as far as known. */
struct victim {
	struct actor process;   /* pid 0: not known; its netns is the socket's */
	uint8_t socket_state;   /* enum socket_state; SOCKET_NONE: no socket was found */
	uint8_t role;           /* enum victim_role */
	uint8_t look;           /* enum victim_look */
	uint32_t bound_ifindex; /* of the socket: SO_BINDTODEVICE, a VRF; 0: none */
	char bound_ifname[16];  /* the same by name, "" where it is not known */
	char vrf[16];           /* that the trigger packet itself came in by; "" for none, or
				 * VICTIM_OF_FLOW */
	uint8_t unnamed;        /* enum unnamed */
	/* Whether it is this one is not known: several have these addresses and ports, or its
	 * namespace is somebody's own and has no link to where the packet came. What it is like
	 * is no evidence then. */
	bool is_unsure;
	uint8_t one_of;     /* as many may be meant; 0: only this one */
	struct rival rival; /* another of them */
	/* VICTIM_LISTENER, LOOK_FOUND: */
	uint8_t barrier;                   /* enum barrier */
	uint8_t listens_family;            /* of the socket: an IPv6 one may take IPv4 */
	struct address listens_on;         /* all zero: any */
	uint64_t looked_ago_ns;            /* of a reset, where that was before it; 0: after */
	char netns_name[NETNS_NAME_BYTES]; /* as `ip netns` has it; "" for none */
	char cmdline[CMDLINE_BYTES];       /* arguments parted by blanks, cut */
};

enum change_op {
	CHANGE_NONE,
	ADDRESS_ADD,
	ADDRESS_REMOVE,
	LINK_UP,
	LINK_DOWN,
	LINK_UNREGISTER,
	LINK_RENAME,
};

/* Which of conntrack's timeouts had run out of an entry (CAUSE_TIMEOUT). */
enum expiry {
	EXPIRY_UNKNOWN,   /* an older recording does not say, or nobody looked */
	EXPIRY_STATE,     /* its TCP state's own */
	EXPIRY_RETRANS,   /* nf_conntrack_tcp_timeout_max_retrans */
	EXPIRY_UNACKED,   /* nf_conntrack_tcp_timeout_unacknowledged */
	EXPIRY_POLICY,    /* a rule's, whatever the sysctls say */
	EXPIRY_FLOWTABLE, /* what a flowtable left when it gave the flow back */
	EXPIRIES,
};

/* Why a removal happened, as far as the removal itself tells. */
enum cause {
	CAUSE_NONE,
	CAUSE_ADDRESS_REMOVED,
	CAUSE_LINK_DOWN,
	CAUSE_USER_FLUSH,
	CAUSE_USER_DELETE,
	CAUSE_TIMEOUT,
	CAUSE_TABLE_FULL,
	CAUSE_ROUTE_CHANGE,
	CAUSE_TCP_CLOSE,
	CAUSE_NETNS_EXIT,
	CAUSE_MODULE_UNLOAD,
	CAUSE_IPVS,
	CAUSE_OTHER,
	/* Why this host aborted a connection. */
	CAUSE_UNREAD_DATA,     /* closed with data in the receive queue */
	CAUSE_LINGER,          /* SO_LINGER with 0, or TCP_LINGER2 below 0 */
	CAUSE_KEEPALIVE,       /* the peer answered no keepalive */
	CAUSE_MEMORY,          /* too many orphans, or out of TCP memory */
	CAUSE_KILLED,          /* SOCK_DESTROY: ss -K */
	CAUSE_DISCONNECT,      /* connect() to AF_UNSPEC */
	CAUSE_LISTENER_CLOSED, /* it had waited for accept(), and the listener was closed */
	/* Why a listener could not take a connection. */
	CAUSE_ACCEPT_QUEUE_FULL,
	/* Why a live entry was bypassed. */
	CAUSE_BRIDGE, /* the packet was bridged, and those are not shown to conntrack */
	CAUSES,
};

/* enum tcp_conntrack: the tracker's states, not the socket's. */
enum tracker_state {
	TRACKER_NONE,
	TRACKER_SYN_SENT,
	TRACKER_SYN_RECV,
	TRACKER_ESTABLISHED,
	TRACKER_FIN_WAIT,
	TRACKER_CLOSE_WAIT,
	TRACKER_LAST_ACK,
	TRACKER_TIME_WAIT,
	TRACKER_CLOSE,
	TRACKER_SYN_SENT2,
	TRACKER_STATES,
};

enum socket_state {
	SOCKET_NONE = 0, /* else as the kernel numbers them */
	SOCKET_ESTABLISHED = 1,
	SOCKET_SYN_SENT = 2,
	SOCKET_FIN_WAIT1 = 4,
	SOCKET_FIN_WAIT2 = 5,
	SOCKET_TIME_WAIT = 6,
	SOCKET_CLOSE = 7,
	SOCKET_CLOSE_WAIT = 8,
	SOCKET_LISTEN = 10,
	SOCKET_NEW_SYN_RECV = 12,
	SOCKET_STATES = 13,
	SOCKET_UNKNOWN = 255, /* an older recording does not say */
};

enum packet_flag {
	PACKET_FIN = 0x01,
	PACKET_SYN = 0x02,
	PACKET_RST = 0x04,
	PACKET_PSH = 0x08,
	PACKET_ACK = 0x10,
};

/* What conntrack made of a reset's trigger packet. */
enum pickup {
	PICKUP_UNKNOWN,
	PICKUP_NONE,      /* no entry: INVALID, or no hooks, or loose pick-up is off */
	PICKUP_FRESH,     /* a new entry, made of this very packet */
	PICKUP_RENEWED,   /* the same, and a NAT rule sent it to this host */
	PICKUP_KNOWN,     /* an entry that had seen both sides: it is alive */
	PICKUP_UNTRACKED, /* a NOTRACK rule */
	PICKUP_INVALID,   /* an entry was there, and the packet was judged INVALID */
};

/* What kind of reset. */
enum reset_kind {
	RESET_ANSWER,   /* sent by TCP in answer to a packet */
	RESET_ABORT,    /* sent by TCP of its own accord; there is no packet */
	RESET_RECEIVED, /* taken from the peer by a socket of this host */
	RESET_REJECTED, /* sent by a netfilter rule */
};

/* What conntrack, asked right after the reset, had for the packet's tuple. */
enum lookup {
	LOOKUP_NONE, /* it was not asked, or could not be */
	LOOKUP_ABSENT,
	LOOKUP_ALIVE,
	LOOKUP_SKIPPED, /* it would have been, but too many waited */
	LOOKUPS,
};

/* Whether a bridge shows its frames to netfilter (br_netfilter). */
enum bridge_netfilter {
	BRIDGE_NETFILTER_NONE, /* no bridge forwarded the packet, or it is not known */
	BRIDGE_NETFILTER_UNKNOWN,
	BRIDGE_NETFILTER_OFF,
	BRIDGE_NETFILTER_ON,
	BRIDGE_NETFILTERS,
};

/* What netfilter's hooks in a namespace can do. */
enum hooks_flag {
	HOOKS_KNOWN = 1,
	HOOKS_CONNTRACK = 2,
	HOOKS_NAT = 4,
};

/* Why the kernel itself changed an address, where that can be told. */
enum change_why {
	CHANGE_WHY_NONE,
	CHANGE_WHY_LIFETIME,             /* its valid lifetime ran out */
	CHANGE_WHY_ROUTER_ADVERTISEMENT, /* an IPv6 router said so */
	CHANGE_WHYS,
};

#define VALID_FOREVER UINT32_MAX

struct change_observation {
	enum change_op op;
	uint64_t id;    /* in a recording; 0 live */
	uint8_t family; /* addresses only */
	uint8_t prefix_len;
	bool is_dead;    /* goes with its interface: masquerade skips it */
	bool is_foreign; /* its namespace belongs to a user namespace that is not the initial one */
	bool by_kernel;  /* a kernel thread or softirq: a lifetime ran out, an RA came */
	uint32_t ifindex;
	char ifname[16];
	struct address local;   /* what `ip addr` shows */
	struct address address; /* ifa_address: what masquerade compares */
	/* Addresses only: the valid lifetime as it was last set, in seconds, VALID_FOREVER
	 * for a permanent one; 0: not known. */
	uint32_t valid_s;
	uint8_t why;      /* enum change_why */
	uint8_t protocol; /* IFAPROT_* of <linux/if_addr.h>; 0: not said */
	struct actor actor;
};

enum ruleset_op {
	RULESET_NONE,
	RULESET_HOOKS_ADDED,
	RULESET_HOOKS_REMOVED,
};

/* Netfilter hooks that conntrack or NAT needs came or went. */
struct ruleset_observation {
	enum ruleset_op op;
	uint8_t family; /* 0: both */
	uint8_t hooks;  /* enum hooks_flag: which */
	bool by_kernel;
	bool is_exit;      /* by_kernel: the namespace itself is going */
	bool is_ambiguous; /* by_kernel: several processes' commits may be behind it */
	struct actor actor;
};

/* A process committed a change of nftables' rules (iptables-nft's too). What the rules
 * needed no longer is taken away later, by a kernel thread. */
struct rules_observation {
	struct actor actor;
};

/* An act: one thing that removes any number of entries. */
struct act_observation {
	uint64_t act; /* unique on its node */
	enum cause cause;
	bool has_address;  /* the work item names one; else a link, by ifindex */
	bool is_confirmed; /* a user's: the request was on the stack, where nobody saw it come */
	bool is_given;     /* from a recording's flush line: `by` says what it was joined to */
	uint32_t ifindex;  /* 0: not known */
	struct address address;
	struct actor actor;
	uint8_t tcp_state;   /* is_given, of one entry: enum tracker_state */
	uint8_t expiry;      /* the same: enum expiry */
	uint64_t by;         /* is_given: id of a change in the same recording */
	bool is_by_argument; /* is_given: as of struct flush */
	uint64_t entries;    /* ACT_END: what the act removed, all protocols */
	uint64_t tcp_entries;
	uint64_t last_mono_ns; /* is_given: when it ended */
	const char *stack;     /* for CAUSE_OTHER; valid during the call only, or NULL */
};

struct removal_observation {
	uint64_t act; /* 0: none */
	enum cause cause;
	struct flow flow;
	uint16_t zone;       /* of packets in the original direction */
	uint16_t reply_zone; /* and of those in the other */
	uint8_t tcp_state;   /* enum tracker_state */
	uint8_t expiry;      /* enum expiry */
	uint32_t status;     /* enum ip_conntrack_status */
	uint32_t mark;
	const char *stack; /* for CAUSE_OTHER; valid during the call only, or NULL */
	bool has_actor;    /* a recording may say who; live, the act does */
	struct actor actor;
};

struct entry_observation {
	struct flow flow;
	uint16_t zone;
	bool by_syn;
};

enum { REASON_BYTES = 48, STACK_BYTES = 1024 };

/* A listening socket, when it was looked at. A queue is full when it is longer than its
 * limit (sk_acceptq_is_full()). */
struct listener_state {
	bool is_known;
	bool is_v6only;
	uint8_t family; /* the socket's: an IPv6 one may take IPv4 */
	uint16_t port;
	uint32_t queue;         /* connections that wait for accept() */
	uint32_t queue_max;     /* listen()'s backlog, or net.core.somaxconn */
	uint32_t syn_queue;     /* handshakes under way */
	uint32_t bound_ifindex; /* SO_BINDTODEVICE, a VRF; 0: none */
	struct address address; /* that it is bound to; all zero: any */
};

/* What became of this host's connection before a packet of it was answered with a reset:
 * the socket was seen to end. */
struct socket_end {
	enum socket_end_how how; /* SOCKET_END_NONE: not seen */
	uint64_t ago_ns;         /* before the reset */
	struct actor by;         /* who closed it, or whose it was; pid 0: not known */
};

/* Whether a reset that was made left this host. */
enum delivered {
	DELIVERED_UNKNOWN,
	DELIVERED_YES, /* it was handed to the device, or to the socket of this host */
	DELIVERED_NO,
	DELIVEREDS,
};

enum undelivered {
	UNDELIVERED_NONE,
	UNDELIVERED_DROPPED, /* on its way out: by a rule, or what dropped it is not known */
	UNDELIVERED_NO_ROUTE,
	UNDELIVERED_NOT_MADE, /* the kernel decided against it: TCP MD5 or AO without a key */
	UNDELIVEREDS,
};

/* A listening socket was closed. */
struct listener_observation {
	struct listener_state listener; /* its queue: what was reset with it */
	struct actor actor;             /* who closed it */
};

struct reset_observation {
	enum reset_kind kind;
	uint8_t family;
	/* The trigger packet. Of an abort and a reset received: from the peer to this
	 * host's socket. */
	struct tuple packet;
	uint8_t flags;  /* enum packet_flag */
	uint8_t socket; /* enum socket_state */
	uint8_t pickup; /* enum pickup */
	uint8_t hooks;  /* enum hooks_flag */
	bool in_softirq;
	bool has_context;
	bool has_zone;
	bool has_numbers;   /* seq, ack and payload_bytes */
	bool is_of_request; /* `socket` is LISTEN: it met a request of it, a handshake under way */
	uint16_t zone;
	uint32_t seq, ack;
	uint32_t payload_bytes;
	enum cause cause;   /* of an abort */
	enum lookup lookup; /* where pickup is PICKUP_NONE; or, elsewhere, PICKUP_FRESH */
	/* The live entry: where pickup is PICKUP_KNOWN or PICKUP_INVALID, or lookup
	 * LOOKUP_ALIVE. Family 0: not known. */
	struct flow entry;
	uint8_t entry_state; /* enum tracker_state, of that entry */
	/* Where the entry is of another namespace than the one that reset the packet (it met
	 * conntrack on the node, and came into a container): that one, and its hooks, which
	 * judge the entry. 0: the same, or not known. */
	uint32_t entry_netns;
	uint8_t entry_hooks; /* enum hooks_flag, of entry_netns */
	/* Else, where the packet came from over a veth pair, and its hooks: for who asks for the
	 * entry. 0: nowhere else, or not known; or read from a recording. */
	uint32_t from_netns;
	uint8_t from_hooks;
	/* A bridge of this namespace forwarded the packet hither, as a frame of another host's: it
	 * was not routed there. 0: none, or not known. */
	uint32_t bridge_netns;
	uint32_t bridge_ifindex;        /* 0: read from a recording */
	uint8_t bridge_netfilter;       /* enum bridge_netfilter, right after the reset */
	bool is_virtual;                /* IPVS has a service at the packet's destination */
	struct listener_state listener; /* where `socket` is LISTEN, or a request of one */
	struct socket_end ended;        /* of the socket that had this connection */
	uint8_t delivered;              /* enum delivered */
	uint8_t undelivered;            /* enum undelivered: DELIVERED_NO */
	char ifname[16];
	char reason[REASON_BYTES]; /* the kernel's own, "" where it has none */
	struct actor actor;        /* process context only */
	char stack[STACK_BYTES];   /* "" for none */
	struct victim victim;      /* the socket that the packet was meant for */
};

/* Why a flow is at risk no more. */
enum risk_end {
	RISK_GOES_ON,
	RISK_RECOVERED,    /* its client spoke first: the entry is there again */
	RISK_RETRANSLATED, /* the same, but from another port: the peer will reset it */
	RISK_CLOSED,       /* its socket was closed without a packet that went out */
	RISK_RESET,        /* the reset came */
	RISK_ENDS,
};

struct port_count {
	uint16_t port;
	uint64_t count;
};

/* Answers to SYNs that no socket took, which were counted where there were too many of
 * them to tell each; those of one family in one namespace. */
struct resets_observation {
	uint8_t family;
	/* Of a recording that counted others than those, enum verdict and confidence of
	 * model/finding.h; verdict 0: those. */
	uint8_t verdict, confidence;
	enum cause cause;
	uint64_t count; /* in all, those whose port is not known included */
	uint64_t first_wall_ns, last_wall_ns;
	size_t ports_count;
	const struct port_count *ports; /* valid during the call only */
};

/* An open socket of a flow that lost its entry; or that it is closed now. */
struct risk_observation {
	enum risk_end end;  /* RISK_GOES_ON, RISK_CLOSED; the rest is blame's to find */
	struct flow flow;   /* the original tuple is what the socket sends; or, */
	struct tuple inner; /* where this node translates it more than once, this; else zero */
	uint64_t looked_ns; /* CLOCK_MONOTONIC: what changed since was not seen */
	uint32_t inode;     /* of the socket; 0: not known, or read from a recording */
	/* No entry is gone: the address that the socket is bound to is. Only flow.orig counts. */
	bool is_own_address;
	struct victim victim;
};

/* The open sockets were listed, or those at risk looked at again. */
struct sockets_observation {
	bool is_again;
	uint64_t looked_ns, spent_ns;
	uint64_t sockets;
	uint32_t namespaces;
	uint32_t unseen; /* namespaces, or sockets, that could not be looked at */
	/* Flows without a socket, of which not every translation on this node was followed:
	 * conntrack could not be asked, there was no time, or they were too many. */
	uint64_t untraced;
	uint64_t entries; /* of conntrack: audits only */
	uint64_t unsure;  /* audits: unknown to conntrack, and nobody can tell if that matters */
};

/* What a namespace is called; told before what happens in it. */
struct namespace_observation {
	char name[NETNS_NAME_BYTES]; /* as `ip netns` has it; "" for none, any more */
};

struct observation {
	enum observation_type type;
	struct netns_id netns;
	uint64_t mono_ns; /* the node's CLOCK_MONOTONIC */
	uint64_t wall_ns; /* since the epoch */
	union {
		struct start_observation start;
		struct change_observation change; /* ADDRESS, LINK */
		struct ruleset_observation ruleset;
		struct act_observation act;
		struct removal_observation removal;
		struct entry_observation entry;
		struct reset_observation reset;
		struct resets_observation counted; /* RESETS */
		struct risk_observation risk;
		struct sockets_observation sockets;
		struct probe_observation probe;
		struct lost_observation lost;
		struct log_observation log;
		struct namespace_observation space;
		struct listener_observation listener;
		struct rules_observation rules;
		struct witness_observation witness;
		struct { /* END */
			uint64_t window_s;
			uint32_t part; /* of a divided recording, which goes on; 0: it does not */
		};
	};
};

#endif
