/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The removals that a later reset may have to be joined to, found by either
 * tuple of the entry. Bounded: past its limit the oldest removal is forgotten,
 * and counted. Tuples, never nf_conn pointers: the next entry reuses the slab
 * address at once.
 *
 * An IPv4 removal takes 64 bytes with its share of the index, one of IPv6 64 more.
 * Address space for all is reserved at the start, memory taken as removals come;
 * nothing is allocated, moved or rehashed at once after that.
 */
#ifndef RSTBLAME_BLAME_LEDGER_H
#define RSTBLAME_BLAME_LEDGER_H

#include "blame/ledger_index.h"
#include "model/observation.h"

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
	uint64_t id;                            /* remembered where there is no flush; else 0 */
	uint64_t retranslated_ns[LEDGER_SIDES]; /* a newer entry took that tuple; 0: none did */
	uint32_t flush;                         /* index of blame's, or LEDGER_NO_FLUSH */
	uint16_t zone[LEDGER_SIDES];            /* that a packet of that tuple is in */
	uint8_t cause;
	uint8_t expiry;    /* enum expiry */
	uint8_t tcp_state; /* enum tracker_state */
	bool is_translated;
	bool has_seen_reply; /* both sides had spoken */
	bool is_unfollowed;  /* at risk, and known to be one more than is followed */
};

/* A walk over the removals of one tuple. */
struct ledger_walk {
	struct ledger_removal removal; /* a copy of the one that was found */
	enum ledger_side side;         /* which of its tuples it is */
	bool is_kept;                  /* removals.h's: which ledger it goes through */
	bool is_cut;                   /* it ended at LEDGER_WALK_MAX, short of the oldest */
	/* The ledger's own. */
	struct netns_id netns;
	struct tuple tuple;
	struct ledger_index_walk ledger_index;
	uint32_t slot;
	uint32_t steps;
	uint8_t family;
};

/* How many removals of one tuple a walk meets: who reuses one tuple all the time must
 * not make each look-up the slower. */
enum { LEDGER_WALK_MAX = 4096 };

struct ledger;

/* Holds at most `limit` removals, 2^30 at most; fewer where there is no address space
 * for that many. NULL when out of memory. */
struct ledger *ledger_new(size_t limit);
void ledger_free(struct ledger *ledger);

/* Copies `removal`; as new, so that retranslated_ns and is_unfollowed are not looked at. */
void ledger_add(struct ledger *ledger, const struct ledger_removal *removal);

/* The same of one that ledger_take_oldest() gave, with what has been remembered of it. */
void ledger_add_again(struct ledger *ledger, const struct ledger_removal *removal);

/* Forgets the oldest, which is copied to `out`; no eviction, by ledger_evicted(). False: it
 * is empty. */
bool ledger_take_oldest(struct ledger *ledger, struct ledger_removal *out);

/* Begins a walk over the removals of `tuple` in a namespace, the newest first. */
void ledger_find(struct ledger *ledger, struct ledger_walk *walk, struct netns_id netns,
		 uint8_t family, const struct tuple *tuple);

/* Goes to the next. False at the end, or after LEDGER_WALK_MAX of them. No ledger_add()
 * may come between. */
bool ledger_next(struct ledger *ledger, struct ledger_walk *walk);

/* Remembers it of the removal that the walk is at, and in the walk's copy. The time is
 * kept to one part in 2^25 of what has passed since the removal, rounded down. */
void ledger_set_retranslated(struct ledger *ledger, struct ledger_walk *walk, uint64_t mono_ns);
void ledger_set_flush(struct ledger *ledger, struct ledger_walk *walk, uint32_t flush);
void ledger_set_unfollowed(struct ledger *ledger, struct ledger_walk *walk);

/* The tracker killed the entry at a RST before both sides had spoken: its state is
 * CLOSE, and yet nobody closed the connection. */
bool ledger_is_cut_short(const struct ledger_removal *removal);

size_t ledger_limit(const struct ledger *ledger);
size_t ledger_count(const struct ledger *ledger);
uint64_t ledger_evicted(const struct ledger *ledger);

#endif
