/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ledger's index: links by hash, the newest first. A link is a removal's number * 2
 * + side. Nothing is ever taken out: a link whose number is no longer among the newest
 * `count` is dead, as all that are older are.
 *
 * A line of the cache holds the newest links of a bucket, so that an insertion touches
 * one line; what it has no room for goes into nodes behind it. Linear hashing: the index
 * grows by a line now and then, so that no insertion waits for a rehash. What is kept of
 * a hash, the tag, suffices for that: the removals need not be looked at.
 */
#ifndef RSTBLAME_BLAME_LEDGER_INDEX_H
#define RSTBLAME_BLAME_LEDGER_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Numbers are 31 bits and never 0, so that no link is 0. */
enum { LINKS_NUMBERS = 0x7fffffff };

enum { LINE_LINKS = 11, NODE_LINKS = 3 };

/* The newest come first in both. `next` is the node behind it, 0: none; its
 * first link is `expected`: where that one is dead, the node may be somebody else's. */
struct ledger_index_line {
	uint32_t next, expected;
	uint32_t ledger_index[LINE_LINKS];
	uint8_t tags[LINE_LINKS];
	uint8_t count;
};
_Static_assert(sizeof(struct ledger_index_line) == 64, "a line of the cache");

struct ledger_index_node {
	uint32_t next, expected;
	uint32_t ledger_index[NODE_LINKS];
	uint8_t tags[NODE_LINKS];
	uint8_t count : 7; /* 0: it is free */
	uint8_t is_shared : 1;
};
_Static_assert(sizeof(struct ledger_index_node) == 24, "no padding");

struct ledger_index {
	struct ledger_index_line *lines;
	struct ledger_index_node *nodes;
	uint32_t newest; /* the newest removal's number */
	size_t count;    /* of removals that are remembered; the caller keeps both */
	size_t limit;
	size_t base;          /* lines at first; 2^LEVELS times as many at last */
	size_t lines_count;   /* in use */
	size_t doubled;       /* base times the power of two that lines_count has reached */
	uint32_t nodes_limit; /* node 0 is none */
	uint32_t nodes_used, nodes_free, nodes_seen;
	uint64_t ledger_index_count; /* inserted, `limit` times two at most */
	uint8_t level;
};

/* A walk over the links whose hash may be the one looked for. */
struct ledger_index_walk {
	const uint32_t *ledger_index;
	uint32_t next, expected;
	uint32_t last, last_expected; /* what was met, 0: nothing yet */
	uint32_t matches;             /* a bit for each of links[] that has the tag */
	uint8_t tag;
};

/* For `limit` removals. 0, or -ENOMEM. */
int ledger_index_init(struct ledger_index *ledger_index, size_t limit);
void ledger_index_release(struct ledger_index *ledger_index);

/* How many removals came after the one that a link leads to. */
static inline uint32_t ledger_index_age(const struct ledger_index *l, uint32_t link)
{
	uint32_t number = link >> 1;

	return l->newest >= number ? l->newest - number : l->newest + LINKS_NUMBERS - number;
}

static inline bool ledger_index_is_alive(const struct ledger_index *l, uint32_t link)
{
	return link && ledger_index_age(l, link) < l->count;
}

/* Reads ahead what ledger_index_add() will touch first. */
void ledger_index_read_ahead(const struct ledger_index *ledger_index, uint32_t hash);

void ledger_index_add(struct ledger_index *ledger_index, uint32_t hash, uint32_t link);

/* ledger_index_next() is 0 at the end. */
void ledger_index_find(const struct ledger_index *ledger_index, struct ledger_index_walk *walk,
		       uint32_t hash);
uint32_t ledger_index_next(const struct ledger_index *ledger_index, struct ledger_index_walk *walk);

#endif
