/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The removals that a later reset may have to be joined to, found by either
 * tuple of the entry. Bounded: past its limit the oldest removal is forgotten,
 * and counted. Tuples, never nf_conn pointers: the next entry reuses the slab
 * address at once.
 */
#ifndef RSTBLAME_LEDGER_H
#define RSTBLAME_LEDGER_H

#include "observation.h"

enum ledger_side {
	LEDGER_ORIG,
	LEDGER_REPLY,
	LEDGER_SIDES,
};

enum { LEDGER_NO_FLUSH = UINT32_MAX };

struct ledger_removal {
	struct flow flow;
	struct netns_id netns;
	uint64_t mono_ns;
	uint64_t id;
	uint64_t reborn_ns[LEDGER_SIDES]; /* a newer entry took that tuple; 0: none did */
	uint32_t flush;                   /* index of blame's, or LEDGER_NO_FLUSH */
	uint32_t next[LEDGER_SIDES];      /* the ledger's own */
	uint16_t zone[LEDGER_SIDES];      /* that a packet of that tuple is in */
	uint8_t cause;
	uint8_t tcp_state;
	bool is_translated;
	bool has_seen_reply; /* both sides had spoken */
};

struct ledger;

/* Holds at most `limit` removals. NULL when out of memory. */
struct ledger *ledger_new(size_t limit);
void ledger_free(struct ledger *ledger);

/* Copies `removal`. 0, or -ENOMEM. */
int ledger_add(struct ledger *ledger, const struct ledger_removal *removal);

/* Walks the removals of `tuple` in a namespace, the newest first: pass NULL as
 * `after` for the first. `side` tells which of its tuples it is. NULL at the
 * end. The pointer is valid until the next ledger_add(). */
struct ledger_removal *ledger_next(struct ledger *ledger, struct netns_id netns, uint8_t family,
				   const struct tuple *tuple, const struct ledger_removal *after,
				   enum ledger_side *side);

size_t ledger_count(const struct ledger *ledger);
uint64_t ledger_evicted(const struct ledger *ledger);

#endif
