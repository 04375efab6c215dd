/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The flows whose entry was removed while their socket is open, by the tuple that
 * the socket sends. Blame's own; pure. Bounded: past the limit a flow takes the
 * place of one that was reset, or is not taken, and counted as such.
 */
#ifndef RSTBLAME_BLAME_RISK_TABLE_H
#define RSTBLAME_BLAME_RISK_TABLE_H

#include "model/finding.h"

struct at_risk;

/* At most that many flows at a time, and no more than 2^22. NULL when out of memory. */
struct at_risk *at_risk_new(size_t limit);
void at_risk_free(struct at_risk *table);

/* The one of that flow in conntrack's namespace, or NULL. */
struct risk *at_risk_find(struct at_risk *table, struct netns_id netns, uint8_t family,
			  const struct tuple *orig);

/* Reads ahead what at_risk_find() and at_risk_add() of that flow will touch first. */
void at_risk_expect(const struct at_risk *table, struct netns_id netns, const struct tuple *orig);

/* Copies both; equal victims share one copy, which lives as long as the table. NULL
 * past the limit. The pointer is valid until the next call that adds or removes. */
struct risk *at_risk_add(struct at_risk *table, const struct risk *risk,
			 const struct victim *victim);
void at_risk_remove(struct at_risk *table, struct risk *risk);

/* Walks them; `cursor` begins at 0. NULL at the end. Adding or removing spoils it. */
const struct risk *at_risk_next(const struct at_risk *table, size_t *cursor);

/* Those that found no room. */
uint64_t at_risk_untaken(const struct at_risk *table);

/* For tests: how many flows a look-up passes at worst. */
size_t at_risk_longest_chain(const struct at_risk *table);

#endif
