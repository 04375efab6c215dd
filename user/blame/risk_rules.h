/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the removals say of flows at risk: which removals matter to an open socket,
 * and where such removals were. Blame's own; pure.
 */
#ifndef RSTBLAME_BLAME_RISK_RULES_H
#define RSTBLAME_BLAME_RISK_RULES_H

#include "blame/removals.h"
#include "blame/risk_table.h"

/* A namespace more than these whose conntrack forgot live flows is not looked at. */
enum { RISKY_PLACES_MAX = 32, FOREIGN_PLACES_MAX = 8 };

/* Where conntrack forgot live, translated flows, and when it last did. */
struct risky_place {
	struct netns_id netns;
	uint64_t last_mono_ns;
	bool is_foreign; /* when it came */
};

struct risks {
	struct risk_table *table;
	struct risky_place places[RISKY_PLACES_MAX];
	size_t places_count;
	size_t own; /* in the table, of sockets whose own address is gone */
};

/* 0, or -ENOMEM. */
int risks_init(struct risks *risks, size_t limit);
void risks_release(struct risks *risks);

/* Whether this removal puts an open socket at risk: live on both sides, translated. */
bool removal_is_risky(const struct ledger_removal *r);
bool removal_puts_at_risk(const struct removal_observation *r);

/* Of more than there is room for the one goes whose last is the longest ago; and foreign
 * namespaces (budgets.h) push out foreign ones only. */
void risks_note(struct risks *risks, const struct ledger_removal *r, bool is_foreign);

/* Leads `walk` to the removal that an open socket sending `orig`, seen at `looked_ns`,
 * suffers from. False: there is none, or the entry is there again. */
bool risks_forgotten(struct removals *removals, struct ledger_walk *walk, struct netns_id netns,
		     uint8_t family, const struct tuple *orig, uint64_t looked_ns);

/* The same in any of the risky places of that node. */
bool risks_forgotten_anywhere(const struct risks *risks, struct removals *removals,
			      struct ledger_walk *walk, uint32_t node, uint8_t family,
			      const struct tuple *orig, uint64_t looked_ns);

uint64_t risks_last_ns(const struct risks *risks, uint32_t node);

#endif
