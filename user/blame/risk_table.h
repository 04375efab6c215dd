/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The flows whose entry was removed while their socket is open, by the tuple that
 * the socket sends. Blame's own; pure. Bounded: past the limit a flow takes the
 * place of one that was reset, or is not taken.
 */
#ifndef RSTBLAME_BLAME_RISK_TABLE_H
#define RSTBLAME_BLAME_RISK_TABLE_H

#include "model/finding.h"

struct risk_table;

/* At most that many flows at a time, and no more than 2^22. NULL when out of memory. */
struct risk_table *risk_table_new(size_t limit);
void risk_table_free(struct risk_table *table);

/* The one of that flow in conntrack's namespace, or NULL. */
struct risk *risk_table_find(struct risk_table *table, struct netns_id netns, uint8_t family,
			     const struct tuple *orig);

/* Copies both; equal victims share one copy, which lives as long as the table. NULL
 * past the limit. The pointer is valid until the next call that adds or removes. */
struct risk *risk_table_add(struct risk_table *table, const struct risk *risk,
			    const struct victim *victim);

/* The same for a flow of a namespace that another user namespace than the initial one owns:
 * those have a quarter of the flows and of the victims, together. */
struct risk *risk_table_add_foreign(struct risk_table *table, const struct risk *risk,
				    const struct victim *victim);
void risk_table_remove(struct risk_table *table, struct risk *risk);

/* Walks them; `cursor` begins at 0. NULL at the end. Adding or removing spoils it. */
const struct risk *risk_table_next(const struct risk_table *table, size_t *cursor);

/* How many there may be at a time. */
size_t risk_table_limit(const struct risk_table *table);

/* For tests: how many flows a look-up passes at worst. */
size_t risk_table_longest_chain(const struct risk_table *table);

#endif
