// SPDX-License-Identifier: GPL-2.0-only
#include "ledger.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { NO_SLOT = UINT32_MAX, FIRST_SLOTS = 1024 };

/* A pool used as a FIFO ring, and one hash index for both tuples of each: a
 * chain link is slot * 2 + side. */
struct ledger {
	struct ledger_removal *pool;
	uint32_t *heads;
	size_t limit;
	size_t slots; /* allocated, a power of two until the limit */
	size_t heads_mask;
	size_t count;
	size_t next_slot; /* where the next goes; the oldest, once full */
	uint64_t evicted;
};

struct ledger *ledger_new(size_t limit)
{
	struct ledger *ledger = calloc(1, sizeof(*ledger));

	if (ledger)
		ledger->limit = limit ? limit : 1;
	return ledger;
}

void ledger_free(struct ledger *ledger)
{
	if (!ledger)
		return;
	free(ledger->pool);
	free(ledger->heads);
	free(ledger);
}

static uint64_t mix(uint64_t hash, const void *data, size_t size)
{
	uint64_t word;

	for (const uint8_t *p = data; size; p += sizeof(word), size -= sizeof(word)) {
		memcpy(&word, p, sizeof(word));
		hash = (hash ^ word) * 0xff51afd7ed558ccdULL;
		hash ^= hash >> 32;
	}
	return hash;
}

static size_t hash_key(struct netns_id netns, const struct tuple *t)
{
	uint64_t hash = ((uint64_t)netns.node << 32 | netns.inum) ^
			((uint64_t)t->sport << 48 | (uint64_t)t->dport << 16);

	hash = mix(hash, t->src.bytes, sizeof(t->src.bytes));
	return (size_t)mix(hash, t->dst.bytes, sizeof(t->dst.bytes));
}

static const struct tuple *side_tuple(const struct ledger_removal *r, enum ledger_side side)
{
	return side == LEDGER_ORIG ? &r->flow.orig : &r->flow.reply;
}

static uint32_t *chain_head(struct ledger *ledger, const struct ledger_removal *r,
			    enum ledger_side side)
{
	return &ledger->heads[hash_key(r->netns, side_tuple(r, side)) & ledger->heads_mask];
}

static void link_slot(struct ledger *ledger, size_t slot)
{
	struct ledger_removal *r = &ledger->pool[slot];

	for (enum ledger_side side = 0; side < LEDGER_SIDES; side++) {
		uint32_t *head = chain_head(ledger, r, side);

		r->next[side] = *head;
		*head = (uint32_t)slot * LEDGER_SIDES + side;
	}
}

static void unlink_slot(struct ledger *ledger, size_t slot)
{
	struct ledger_removal *r = &ledger->pool[slot];

	for (enum ledger_side side = 0; side < LEDGER_SIDES; side++) {
		uint32_t *link = chain_head(ledger, r, side);

		while (*link != slot * LEDGER_SIDES + side)
			link = &ledger->pool[*link / LEDGER_SIDES].next[*link % LEDGER_SIDES];
		*link = r->next[side];
	}
}

static int grow(struct ledger *ledger)
{
	size_t slots = ledger->slots ? ledger->slots * 2 : FIRST_SLOTS;
	size_t heads = slots * LEDGER_SIDES;
	struct ledger_removal *pool;
	uint32_t *new_heads;

	if (slots > ledger->limit)
		slots = ledger->limit;
	pool = realloc(ledger->pool, slots * sizeof(*pool));
	if (!pool)
		return -ENOMEM;
	ledger->pool = pool;
	new_heads = realloc(ledger->heads, heads * sizeof(*new_heads));
	if (!new_heads)
		return -ENOMEM;
	ledger->heads = new_heads;
	ledger->heads_mask = heads - 1;
	ledger->slots = slots;
	memset(new_heads, 0xff, heads * sizeof(*new_heads));
	for (size_t i = 0; i < ledger->count; i++) /* oldest first keeps chains newest first */
		link_slot(ledger, i);
	return 0;
}

int ledger_add(struct ledger *ledger, const struct ledger_removal *removal)
{
	size_t slot;

	if (ledger->count == ledger->slots && ledger->slots < ledger->limit) {
		int err = grow(ledger);

		if (err)
			return err;
		ledger->next_slot = ledger->count;
	}
	slot = ledger->next_slot;
	if (ledger->count == ledger->limit) {
		unlink_slot(ledger, slot);
		ledger->evicted++;
	} else {
		ledger->count++;
	}
	ledger->pool[slot] = *removal;
	link_slot(ledger, slot);
	ledger->next_slot = slot + 1 == ledger->limit ? 0 : slot + 1;
	return 0;
}

static bool matches(const struct ledger_removal *r, enum ledger_side side, struct netns_id netns,
		    uint8_t family, const struct tuple *tuple)
{
	return r->netns.inum == netns.inum && r->netns.node == netns.node &&
	       r->flow.family == family && tuple_equal(side_tuple(r, side), tuple);
}

struct ledger_removal *ledger_next(struct ledger *ledger, struct netns_id netns, uint8_t family,
				   const struct tuple *tuple, const struct ledger_removal *after,
				   enum ledger_side *side)
{
	uint32_t link;

	if (!ledger->count)
		return NULL;
	link = after ? after->next[*side] :
		       ledger->heads[hash_key(netns, tuple) & ledger->heads_mask];
	while (link != NO_SLOT) {
		struct ledger_removal *r = &ledger->pool[link / LEDGER_SIDES];

		*side = link % LEDGER_SIDES;
		if (matches(r, *side, netns, family, tuple))
			return r;
		link = r->next[*side];
	}
	return NULL;
}

size_t ledger_count(const struct ledger *ledger)
{
	return ledger->count;
}

uint64_t ledger_evicted(const struct ledger *ledger)
{
	return ledger->evicted;
}
