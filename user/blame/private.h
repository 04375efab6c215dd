/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of blame share: blame.c (what comes in, what goes out),
 * blame/acts.c, blame/resets.c and blame/risks.c. */
#ifndef RSTBLAME_BLAME_PRIVATE_H
#define RSTBLAME_BLAME_PRIVATE_H

#include "blame/blame.h"
#include "blame/budgets.h"
#include "blame/changes.h"
#include "blame/flushes.h"
#include "blame/listeners.h"
#include "blame/removals.h"
#include "blame/retranslations.h"
#include "blame/risk_rules.h"
#include "blame/rulesets.h"
#include "blame/sent_resets.h"
#include "blame/unexplained.h"

enum { NODES_MAX = 64, OPEN_MAX = 32, SINGLES_MAX = 16 };

/* What is known of one node's way of seeing; by its number, the last for all past
 * the limit. */
struct node {
	bool is_blind_to_entries;
	bool is_blind_to_removals;  /* its probe is there, or its module is, and sees nothing */
	bool is_blind_to_requests;  /* a user's deletion is told by an argument alone */
	uint64_t requests_since_ns; /* the same of those before, CLOCK_MONOTONIC */
	bool is_misled;             /* and that argument said what cannot be */
	uint64_t losses;            /* of the probes that a join needs */
};

struct blame {
	blame_sink_fn sink;
	void *sink_ctx;
	struct removals *removals;
	struct changes *changes;
	struct flushes *flushes;
	struct rulesets *rulesets;
	struct retranslations *retranslations;
	struct risks risks;
	struct flush *open[OPEN_MAX];       /* flushes without an end of their own, or NULL */
	struct flush *singles[SINGLES_MAX]; /* the latest of blame_make_single(), a ring */
	size_t next_single;
	uint64_t last_id;
	struct sent_resets sent;
	struct listeners listeners;
	struct strangers strangers; /* namespaces of other user namespaces */
	struct unexplained stacks;
	struct node nodes[NODES_MAX];
};

/* ---- blame.c ---- */

/* Completes the finding with when and where it was seen, and hands it to the sink. */
void blame_deliver(struct blame *b, const struct observation *seen, struct finding *f);
void blame_deliver_raw(struct blame *b, const struct observation *seen, enum finding_type type);
struct node *blame_node(struct blame *b, struct netns_id netns);

/* ---- blame/acts.c ---- */

int blame_observe_act_begin(struct blame *b, const struct observation *seen);
int blame_observe_act_end(struct blame *b, const struct observation *seen);

/* The flush that a removal is part of, opened where it is the first sign of it. NULL:
 * of none, or there is no room. */
struct flush *blame_flush_of(struct blame *b, const struct observation *seen);
void blame_count_removal(struct flush *f, const struct observation *seen);

/* A removal of no act (a time-out, say) that a reset or a risk is blamed on becomes
 * a flush of one, so that the chain has that link for every cause. `walk` is at it. */
struct flush *blame_make_single(struct blame *b, const struct observation *seen,
				struct ledger_walk *walk);

/* A reader must meet the flush (NULL: none) before the reset that names it. */
void blame_deliver_ongoing(struct blame *b, const struct flush *flush);

/* ---- blame/resets.c ---- */

int blame_observe_reset(struct blame *b, const struct observation *seen);
int blame_observe_resets(struct blame *b, const struct observation *seen);

/* ---- blame/risks.c ---- */

int blame_observe_risk(struct blame *b, const struct observation *seen);

/* The client spoke first, or opened a new connection in the flow's place. */
void blame_end_risks_by_address(struct blame *b, const struct observation *seen);
void blame_end_risk_by_entry(struct blame *b, const struct observation *seen);

/* `r`: the removal that the verdict blames, or NULL. The flow of that packet is at risk no
 * more, under whichever verdict its connection was reset (unless nothing was delivered). */
void blame_end_risks_by_reset(struct blame *b, const struct observation *seen,
			      const struct reset_blame *blamed, const struct ledger_removal *r);

#endif
