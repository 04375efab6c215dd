/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the window amounts to: counts, the blamed resets worth telling, the
 * losses, and the status. Pure, and the same live and in replay; the renderers
 * read it and decide nothing.
 */
#ifndef RSTBLAME_SUMMARY_SUMMARY_H
#define RSTBLAME_SUMMARY_SUMMARY_H

#include "blame/budgets.h"
#include "model/finding.h"
#include "summary/connections.h"

/* Nagios plug-in convention; also the process's exit status. */
enum status {
	STATUS_OK = 0,
	STATUS_WARNING = 1,
	STATUS_CRITICAL = 2,
	STATUS_UNKNOWN = 3,
};

enum { STORY_ACTS_MAX = 32, STORY_VICTIMS_MAX = 4 };

/* Resets with one verdict, cause and actor on one node: one story, told once. */
struct story {
	struct reset_blame blamed; /* of the first with the most confidence */
	struct finding first;      /* that one's; seen is NULL: see packet and family */
	struct tuple packet;
	uint8_t family;
	uint8_t packet_flags;
	uint8_t socket;      /* enum socket_state: what the packet met */
	bool is_sent_by_nat; /* a NAT rule sent the packet to the port */
	uint64_t first_wall_ns, last_wall_ns;
	uint64_t resets, proven;
	uint64_t undelivered; /* of the resets: made, and did not leave this host */
	uint64_t connections; /* distinct ones that a reset reached, or may have */
	bool is_at_least;     /* more connections: they found no room */
	/* What was behind them: flushes, or the ruleset's changes. */
	size_t acts_count;
	uint64_t acts[STORY_ACTS_MAX];               /* ids */
	const struct flush *flushes[STORY_ACTS_MAX]; /* NULL: a ruleset's; blame's own */
	bool has_more_acts;
	struct victim victim; /* these five of the first, as far as known */
	struct socket_end ended;
	struct listener_state listener;
	char ifname[16]; /* that the packet came in by */
	char reason[REASON_BYTES];
	size_t victims_count; /* different processes, as far as known, and as there is room */
	struct victim victims[STORY_VICTIMS_MAX];
};

struct loss {
	char probe[32];
	uint64_t count;
};

/* An address that was added: for the end of a story, the day it came back. */
struct arrival {
	struct dated when; /* by owner (blame/budgets.h), not by namespace */
	struct netns_id netns;
	uint32_t ifindex;
	struct address local;
	uint64_t wall_ns;
	struct actor actor; /* who added it; pid 0: not known */
};

/* The latest time that a namespace got NAT's hooks (back). */
struct hooks_return {
	struct netns_id netns;
	uint64_t mono_ns;
};

/* Flows at risk of one process (or of none that is known) and one socket state. */
struct risk_group {
	const struct victim *victim; /* NULL: not known */
	uint64_t flows;
};

/* How the watch itself went; of a live one only. */
struct effort {
	uint64_t drain_worst_ns;   /* the longest that an event waited in the rings */
	uint64_t victims_unlooked; /* resets whose socket was not looked up: too many at once */
	uint64_t entries_unasked;  /* resets that conntrack was not asked about, for the same */
};

enum { RISK_GROUPS_MAX = 32 };
enum { STORIES_MAX = 64, STORIES_OF_NETNS_MAX = 48 };
enum { OTHERS_MAX = 32, OTHERS_OF_NETNS_MAX = 24, ARRIVALS_MAX = 256, LOSSES_MAX = 32 };
enum { HOOKS_RETURNS_MAX = 32, HOSTS_MAX = 64, HOST_BYTES = 72 };
enum { STORIES_TOLD_MAX = 8 }; /* in text and page; JSON has them all */

/* A list of what was told of the nodes, by node. */
struct host {
	char name[HOST_BYTES]; /* "" where it is not known */
	char version[32];
};

/* The largest disagreement with what the kernel counts, in one namespace. */
struct doubt {
	uint64_t counted, seen;
};

struct summary {
	const char *filter; /* only resets and flows that match it are counted; NULL: all */
	uint64_t window_s;
	bool goes_on;       /* a report in between: the window is not over */
	uint64_t planned_s; /* how long it was to be; 0: until stopped */
	uint64_t resets[VERDICTS];
	uint64_t resets_by[VERDICTS][CAUSES]; /* the same, with their causes */
	uint64_t resets_total;
	uint64_t resets_counted;    /* of these: told by number only */
	uint64_t resets_unfiltered; /* more of those, left out: a filter needs the packet */
	uint64_t blamed;            /* resets blamed on conntrack */
	uint64_t blamed_proven;     /* of them; entry-unknown never is */
	uint64_t removals[CAUSES];
	uint64_t flushes; /* acts that removed at least one entry: as many as lines of them */
	uint64_t flushes_by[CAUSES];
	uint64_t live_removed; /* translated, not yet closed, removed by a flush */
	/* Of those, established, and neither reset, found at risk nor renewed since. */
	uint64_t expected;
	uint64_t at_risk;              /* flows, now */
	uint64_t at_risk_own;          /* of them: the socket's own address is gone, not an entry */
	const struct change *own_gone; /* with which the first of these began; NULL: none */
	bool has_more_gone;            /* others began with another change */
	uint64_t risks;                /* flows that were at any time */
	uint64_t risks_over[RISK_ENDS];
	uint64_t unfollowed;   /* more flows were at risk: what became of them is not known */
	uint64_t follow_limit; /* than that many, which is how many can be followed */
	size_t risk_groups_count;
	struct risk_group risk_groups[RISK_GROUPS_MAX]; /* some may hold none any more */
	uint64_t sweeps;                                /* times that all sockets were listed */
	struct sockets_observation look;                /* the latest */
	struct effort effort;
	bool is_audit;
	uint64_t addresses_removed, addresses_added;
	uint64_t addresses_unflushed; /* removed by themselves, and no flush came of it so far */
	size_t losses_count;
	struct loss losses[LOSSES_MAX];
	uint64_t lost_total;
	uint64_t lost_foreign; /* of them: of namespaces of users' own, which concern no other */
	struct doubt doubts[WITNESSES]; /* counted: 0 for none */
	uint64_t unwitnessed;           /* namespaces whose counts could not be read */
	size_t stories_count;
	struct story stories[STORIES_MAX]; /* blamed ones, by time */
	uint64_t stories_untold;           /* resets that found no room above */
	uint64_t refused; /* by a rule, because their entry had been removed: among the others */
	size_t others_count;
	struct story others[OTHERS_MAX]; /* of resets that are not blamed on conntrack */
	/* Distinct connections that a blamed reset reached, or may have. */
	uint64_t connections_reset;
	bool is_at_least;     /* more of them: they found no room */
	uint64_t undelivered; /* of all resets: made, and did not leave this host */
	struct connections connections;
	size_t hooks_returns_count;
	struct hooks_return hooks_returns[HOOKS_RETURNS_MAX];
	uint32_t nodes; /* 1 and the highest that was seen */
	struct host hosts[HOSTS_MAX];
	size_t arrivals_count;
	struct arrival arrivals[ARRIVALS_MAX]; /* full: the oldest of who has the most goes */
	struct budgets arrivals_budgets;
	size_t gaps_count;
	char gaps[START_GAPS_MAX][320]; /* what could not be done beside, and the cure */
	bool is_blind;                  /* a probe that is needed could not be attached */
	enum sense blind;               /* is_blind: the first of them */
};

/* Counts one finding in. A flush counts when it has ended. */
void summary_add(struct summary *t, const struct finding *f);

/* From a FINDING_START: how that node is called. summary_add() does it, too. */
void summary_add_host(struct summary *t, const struct finding *f);

/* When the address that `removed` took away was added again; NULL: it was not. */
const struct arrival *summary_return(const struct summary *t, const struct change *removed);

/* Whether NAT's hooks came back into that namespace after that. */
bool summary_has_hooks_again(const struct summary *t, const struct ruleset *removed);

/* What to call a node where there are several; "" where there is one, or no name. */
const char *summary_host(const struct summary *t, uint32_t node);

/* Of the others the first that a rule refused because its entry was gone; NULL: none. */
const struct story *summary_refused(const struct summary *t);

/* The story to tell in the headline: proven before likely, then what reached most
 * connections. NULL: there is none. */
const struct story *summary_worst(const struct summary *t);

/* Whether at_risk can be trusted: nothing was at stake, or sockets were looked at. */
bool summary_knows_risk(const struct summary *t);

/* Whether sockets could not be looked at that may be at risk. */
bool summary_may_miss_risk(const struct summary *t);

/* Whether live flows lost their entries in a flush, and nothing is known of what became of
 * them: their sockets are other hosts', or were not looked at. */
bool summary_expects_resets(const struct summary *t);

/* Events lost of that sense; of a switch (model/sense.h): how often it was found off. */
uint64_t summary_lost(const struct summary *t, enum sense sense);

/* A switch that was off for a part of the window; SENSE_OTHER: none was. */
enum sense summary_switch_off(const struct summary *t);

enum status summary_status(const struct summary *t);
const char *status_name(enum status status); /* "OK", "WARNING", … */

#endif
