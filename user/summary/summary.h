/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the window amounts to: counts, the blamed resets worth telling, the
 * losses, and the status. Pure, and the same live and in replay; the renderers
 * read it and decide nothing.
 */
#ifndef RSTBLAME_SUMMARY_SUMMARY_H
#define RSTBLAME_SUMMARY_SUMMARY_H

#include "model/finding.h"

/* Nagios plug-in convention; also the process's exit status. */
enum status {
	STATUS_OK = 0,
	STATUS_WARNING = 1,
	STATUS_CRITICAL = 2,
	STATUS_UNKNOWN = 3,
};

/* Resets with one verdict, cause and flush: one story, told once. */
struct story {
	struct reset_blame blamed; /* of its first reset */
	struct finding first;      /* seen is NULL: see packet and family */
	struct tuple packet;
	uint8_t family;
	uint8_t packet_flags;
	uint64_t last_wall_ns;
	uint64_t resets;
	struct victim victim; /* of the first, as far as known */
};

struct loss {
	char probe[32];
	uint64_t count;
};

/* An address that was added: for the end of a story, the day it came back. */
struct arrival {
	struct netns_id netns;
	uint32_t ifindex;
	struct address local;
	uint64_t mono_ns, wall_ns;
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
enum { STORIES_MAX = 64, ARRIVALS_MAX = 256, LOSSES_MAX = 32, ADVICE_MAX = 16 };

struct summary {
	const char *filter; /* only resets and flows that match it are counted; NULL: all */
	uint64_t window_s;
	uint64_t planned_s; /* how long it was to be; 0: until stopped */
	uint64_t resets[VERDICTS];
	uint64_t resets_total;
	uint64_t resets_counted;    /* of these: told by number only */
	uint64_t resets_unfiltered; /* more of those, left out: a filter needs the packet */
	uint64_t blamed;            /* resets blamed on conntrack */
	uint64_t blamed_proven;
	uint64_t removals[CAUSES];
	uint64_t flushes;      /* acts that removed at least one entry */
	uint64_t live_removed; /* translated, not yet closed, removed by a flush */
	uint64_t at_risk;      /* flows, now */
	uint64_t risks;        /* flows that were at any time */
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
	size_t stories_count;
	struct story stories[STORIES_MAX]; /* blamed ones, by time */
	uint64_t stories_untold;           /* resets that found no room above */
	size_t arrivals_count;
	struct arrival arrivals[ARRIVALS_MAX];
	bool was_seen[VERDICTS][CAUSES]; /* resets of that verdict and cause */
	bool is_blind;                   /* a probe that is needed could not be attached */
};

/* Counts one finding in. A flush counts when it has ended. */
void summary_add(struct summary *t, const struct finding *f);

/* When the address that `removed` took away was added again; NULL: it was not. */
const struct arrival *summary_return(const struct summary *t, const struct change *removed);

/* Whether at_risk can be trusted: nothing was at stake, or sockets were looked at. */
bool summary_knows_risk(const struct summary *t);

/* Whether sockets could not be looked at that may be at risk. */
bool summary_may_miss_risk(const struct summary *t);

enum status summary_status(const struct summary *t);
const char *status_name(enum status status); /* "OK", "WARNING", … */

/* The advice for what was seen, each once. Returns how many; `out` has room for
 * ADVICE_MAX static strings. */
size_t summary_advice(const struct summary *t, const char **out);

#endif
