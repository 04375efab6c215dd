/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What blame concludes, for the stages behind it: victims, summary, renderers. A
 * finding points into blame's memory and is valid during the call that delivers it; who
 * keeps it for later takes a copy (finding_copy()). What a verdict points to (its flush,
 * changes, and a known victim) stays for as long as the blame it came from.
 */
#ifndef RSTBLAME_MODEL_FINDING_H
#define RSTBLAME_MODEL_FINDING_H

#include "model/observation.h"

enum verdict {
	VERDICT_NONE,
	VERDICT_ENTRY_REMOVED,
	VERDICT_ENTRY_UNKNOWN,
	VERDICT_ENTRY_INVALID,
	VERDICT_ENTRY_BYPASSED,
	VERDICT_NO_LISTENER,
	VERDICT_BACKLOG,
	VERDICT_UNREACHABLE_SOCKET,
	VERDICT_STALE_CONNECTION,
	VERDICT_PROTOCOL,
	VERDICT_REFUSED_BY_RULE,
	VERDICT_ABORTED,
	VERDICT_REMOTE,
	VERDICT_UNEXPLAINED,
	VERDICTS,
};

enum confidence {
	CONFIDENCE_UNKNOWN,
	CONFIDENCE_LIKELY,
	CONFIDENCE_PROVEN,
};

/* A link of the chain that was not seen, so that it is inferred. */
enum unseen {
	UNSEEN_NONE,
	UNSEEN_WHICH_CHANGE,  /* which of several changes queued the flush */
	UNSEEN_WORK_ITEM,     /* the flush's own work: only its entries' address is known */
	UNSEEN_CHANGE,        /* the address or link event behind the flush */
	UNSEEN_REMOVER,       /* the process that removed the entry */
	UNSEEN_MODULE_UNLOAD, /* masquerade's module going: only what it does then */
	UNSEEN_CAUSE,         /* why the entry was removed */
	UNSEEN_USE_UNTRACKED, /* that the entry would have helped: a NOTRACK rule */
	UNSEEN_USE_UNHOOKED,  /* that the entry would have helped: no hooks */
	UNSEEN_ZONE,          /* the packet's conntrack zone */
	UNSEEN_TIME_WAIT,     /* whose it was: a TIME_WAIT socket has the same ports */
	UNSEEN_NEWER_FLOW,    /* a newer flow on the same ports: entries are not seen */
	UNSEEN_NEWER_ENTRY_LOST,
	UNSEEN_INVALID,         /* that conntrack judged the packet INVALID */
	UNSEEN_HOOKS_REMOVER,   /* who took the hooks away */
	UNSEEN_WHICH_COMMIT,    /* which of several processes' changes of rules did */
	UNSEEN_ENTRY_ALIVE,     /* that the entry is alive: conntrack was not asked */
	UNSEEN_ENTRY_LOST,      /* the entry may be a newer one: events were lost */
	UNSEEN_LISTENER,        /* that no socket listened */
	UNSEEN_OWN,             /* that the connection had been this host's */
	UNSEEN_OWN_REQUEST,     /* that this host had asked for the connection */
	UNSEEN_CLOSE,           /* the close of its socket */
	UNSEEN_CLOSE_OF_SERVER, /* the same: only the packet's direction tells */
	UNSEEN_ENTRY_PLACE,     /* where the entry was: its address came in the window */
	UNSEEN_REMOVAL_BEFORE,  /* the removal: before the window */
	UNSEEN_REMOVAL,
	UNSEEN_REMOVAL_BLIND,     /* none could be seen: its probe is missing */
	UNSEEN_REMOVAL_LOST,      /* it may be among lost events */
	UNSEEN_REMOVAL_FORGOTTEN, /* it may be among what is not remembered any more */
	UNSEEN_CHANGE_FORGOTTEN,  /* the same of the change behind the flush */
	UNSEEN_OTHER_FORGOTTEN,   /* the same of what would tell otherwise */
	UNSEEN_PASSAGE,           /* that the connection passes another namespace */
	UNSEEN_SOCKET,      /* whether its socket is alive: it could not be looked up in time */
	UNSEEN_SOCKET_GONE, /* when it was closed: there is none any more */
	UNSEEN_BARRIER,     /* what kept the packet from the socket */
	UNSEEN_HANDSHAKE,   /* that it was a handshake of that listener */
	UNSEEN_IPVS,        /* that IPVS had the connection: it has a service there */
	UNSEEN_ASKED,       /* whether conntrack has an entry: it was not asked, too many waited */
	UNSEEN_REASON,      /* the kernel's own reason says otherwise */
	UNSEEN_BRIDGE,      /* whether bridged packets are shown to conntrack */
	UNSEEN_USE_BRIDGED, /* that the entry would have helped: they are not */
	UNSEEN_REQUEST,     /* that a process asked for the removal: only an argument says so */
	UNSEENS,
};

/* An address that went or a link that went down, remembered. */
struct change {
	uint64_t id;
	struct netns_id netns;
	uint64_t mono_ns;
	uint64_t wall_ns;
	bool is_claimed;   /* an act was joined to it */
	bool is_contested; /* another flush may have been its */
	uint32_t pins;     /* flushes that point to it: it must not be forgotten */
	struct change_observation seen;
};

/* Hooks that went with a ruleset. */
struct ruleset {
	uint64_t id; /* 0: none */
	struct netns_id netns;
	uint64_t mono_ns;
	uint64_t wall_ns;
	struct ruleset_observation seen;
};

/* How sure the step from a flush to the change behind it is. */
enum join {
	JOIN_NONE,      /* no change was seen */
	JOIN_BY_TUPLE,  /* no work item seen: only the entry's address says it */
	JOIN_AMBIGUOUS, /* several changes fit, or some were forgotten */
	JOIN_EXACT,     /* namespace, interface and address of the work item */
};

/* The removals of one act. */
struct flush {
	uint64_t id;
	uint64_t act; /* on netns.node; 0 for none */
	enum cause cause;
	struct netns_id netns;
	uint32_t ifindex;
	bool has_address;
	bool has_begin; /* its act's beginning was seen */
	bool is_ended;
	bool counts_acts;     /* each act is one entry, TCP or not */
	bool is_single;       /* removals of no act, shown because resets are blamed on them */
	uint8_t tcp_state;    /* is_single: enum tracker_state of its entries; else TRACKER_NONE */
	uint8_t expiry;       /* the same: enum expiry */
	bool is_by_forgotten; /* what was behind it may be among what is not remembered any more */
	bool is_blamed;       /* a verdict points to it: it must not be forgotten */
	bool is_delivered;    /* at least once; again, complete, if it was ongoing */
	/* That a process asked for it was read off the port id that the kernel's function was
	 * called with: where ctnetlink itself was not seen at it. */
	bool is_by_argument;
	uint8_t family; /* 0: not known (nothing removed, nothing joined) */
	struct address address;
	uint64_t first_mono_ns, last_mono_ns;
	uint64_t first_wall_ns, last_wall_ns;
	uint64_t entries, tcp_entries;
	uint64_t removals_seen; /* records of its removals that reached us */
	struct actor actor;     /* of the act itself; else the change has it */
	enum join join;
	const struct change *by; /* NULL: none */
	char *stack;             /* CAUSE_OTHER: owned; NULL: not known */
};

enum { BECAUSE_MAX = 4, INFERRED_MAX = 8 };

struct reset_blame {
	enum verdict verdict;
	enum cause cause;
	enum confidence confidence;
	size_t because_count;
	uint64_t because[BECAUSE_MAX];
	size_t inferred_count;
	enum unseen inferred[INFERRED_MAX];
	struct flow flow;             /* family 0: not known */
	bool is_one_sided;            /* only its original tuple is known */
	uint64_t removed_ago_ns;      /* 0: no removal */
	uint8_t tracker_state;        /* of the removed entry */
	const struct flush *flush;    /* NULL: none */
	const struct change *by;      /* NULL: none */
	const struct change *arrival; /* entry-unknown: how the address came; NULL: not */
	struct ruleset ruleset;       /* entry-bypassed: who took the hooks away */
	uint64_t renewed_ago_ns;      /* since the flow was translated again; 0: it was not */
	struct tuple removed_reply;   /* and how its packets came back before */
	bool is_server_first;         /* who sent first then: the one that was connected to */
	/* The entry was another namespace's: only the open socket at the inner end tells
	 * whether it would have helped. */
	bool needs_socket;
	/* The end is only the tracker's word (a RST passed by): should the socket be open, an
	 * entry went for that cause, so long ago, with that line. CAUSE_NONE: no doubt. */
	enum cause doubted_cause;
	uint64_t doubted_id;
	uint64_t doubted_ago_ns;
	/* Where something is inferred for that: how long before the reset the newest of what is
	 * not remembered any more had happened; 0: nothing is inferred for it. */
	uint64_t forgotten_ago_ns;
	uint64_t sent_as;   /* remote: id of the same RST, sent by this node; 0: none */
	struct actor actor; /* pid 0: none */
};

/* A flow at risk. */
struct risk {
	uint64_t id;
	struct netns_id netns; /* conntrack's */
	struct flow flow;
	struct tuple inner; /* that its socket sends; zero: flow.orig */
	bool is_one_sided;  /* an audit: only the original tuple is known */
	uint16_t zone;
	enum risk_end end; /* RISK_RESET: remembered, so that it is not found again */
	enum cause cause;
	uint64_t flush;          /* id; 0: none */
	const struct change *by; /* no entry went: the socket's own address did, with this */
	uint64_t looked_mono_ns; /* when its socket was seen */
	uint32_t inode;
	const struct victim *victim; /* lives as long as the blame; NULL: not known */
	uint64_t limit;              /* UNFOLLOWED: how many are followed at a time */
};

/* The tuple that its socket sends. */
const struct tuple *risk_socket(const struct risk *risk);

/* The socket that a reset's trigger packet was meant for, as far as blame knows: for
 * those who look it up. What they find goes to settle_reset(). */
struct wanted_socket {
	uint8_t role;               /* enum victim_role */
	struct tuple tuple;         /* that it sends */
	uint32_t inum, inode;       /* where it was seen, or 0 */
	const struct victim *known; /* of a flow at risk; NULL: none. Lives as long as blame */
	uint64_t known_ago_ns;      /* how long before the reset that was seen */
};

enum finding_type {
	FINDING_START,
	FINDING_ADDRESS,
	FINDING_LINK,
	FINDING_RULESET,
	FINDING_ACT, /* raw, for the recording */
	FINDING_REMOVAL,
	FINDING_ENTRY, /* raw, for the recording */
	FINDING_FLUSH,
	FINDING_RESET,
	FINDING_RESETS, /* only counted */
	FINDING_AT_RISK,
	FINDING_RISK_OVER,
	FINDING_UNFOLLOWED, /* at risk, but one more than can be followed; raw */
	FINDING_SOCKETS,    /* raw */
	FINDING_PROBE,
	FINDING_LOST,
	FINDING_LOG,       /* raw */
	FINDING_NAMESPACE, /* raw */
	FINDING_LISTENER,
	FINDING_RULES,
	FINDING_WITNESS, /* raw */
	FINDING_END,
};

struct finding {
	enum finding_type type;
	uint64_t id; /* 0 for raw ones */
	struct netns_id netns;
	uint64_t mono_ns;
	uint64_t wall_ns;
	const char *host;                   /* its node's, where there are several; else NULL */
	const struct observation *seen;     /* NULL for a flush */
	const struct change *change;        /* ADDRESS, LINK */
	const struct flush *flush;          /* FLUSH; REMOVAL: the one it belongs to, or NULL */
	const struct reset_blame *reset;    /* RESET, RESETS */
	const struct risk *risk;            /* AT_RISK, RISK_OVER, UNFOLLOWED */
	const struct wanted_socket *wanted; /* RESET; NULL: of nobody, or nobody knows */
};

/* Whether a verdict puts the blame on conntrack (what the exit status tells). */
bool reset_is_blamed(const struct reset_blame *r);

/* The same, and something is known of what became of the entry: that of which nothing is, any
 * host can provoke with a packet. */
bool reset_is_accused(const struct reset_blame *r);

/* Whether both are one known process; the start time tells a reused pid. */
bool actor_equal(const struct actor *a, const struct actor *b);

/* The process behind a flush: its own requester, else the change's actor. NULL
 * when nobody is known. */
const struct actor *flush_actor(const struct flush *f);

/* A copy that owns all that is valid during the call only: strings, ports, the flush of
 * a FLUSH as it is now. The caller frees it; blame must outlive it. NULL: out of memory. */
struct finding *finding_copy(const struct finding *f);
void finding_free(struct finding *copy); /* NULL is fine */

/* Gives the copy of a RESET its victim, and what is concluded from it. */
void finding_set_victim(struct finding *copy, const struct victim *victim,
			const struct reset_blame *blamed);

#endif
