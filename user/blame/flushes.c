// SPDX-License-Identifier: GPL-2.0-only
#include "blame/flushes.h"

#include <stdlib.h>

enum { BUCKETS = 4096, INDEX_BITS = 32 };
enum { SHARE_NUMERATOR = 3, SHARE_DENOMINATOR = 4, SHARE_FOREIGN = 4 };

struct item {
	struct flush flush;
	uint64_t act; /* the last one that means this flush */
	uint32_t place;
	uint32_t index;        /* the place, and above it how often that was used before */
	struct netns_id netns; /* whose budget it is of */
	struct item *next;     /* in its bucket */
};

struct flushes {
	struct item **items;   /* by place */
	uint32_t *generations; /* of each place: how often it was used before */
	int place_bits;
	struct item *buckets[BUCKETS];
	size_t count;
	size_t limit;
	uint32_t *free_places; /* of forgotten ones, a stack */
	size_t free_count;
	size_t hand; /* where the oldest is looked for next: places are used in turn */
	const struct strangers *strangers;
	struct budgets budgets;
};

struct flushes *flushes_new(size_t limit, const struct strangers *strangers)
{
	struct flushes *flushes = calloc(1, sizeof(*flushes));

	if (!flushes)
		return NULL;
	flushes->limit = limit;
	flushes->strangers = strangers;
	while (limit >> flushes->place_bits)
		flushes->place_bits++;
	flushes->items = calloc(limit, sizeof(struct item *));
	flushes->generations = calloc(limit, sizeof(uint32_t));
	flushes->free_places = calloc(limit, sizeof(uint32_t));
	if (!flushes->items || !flushes->generations || !flushes->free_places) {
		flushes_free(flushes);
		return NULL;
	}
	return flushes;
}

static void free_item(struct item *item)
{
	if (!item)
		return;
	free(item->flush.stack);
	free(item);
}

void flushes_free(struct flushes *flushes)
{
	if (!flushes)
		return;
	for (size_t i = 0; flushes->items && i < flushes->count; i++)
		free_item(flushes->items[i]);
	free(flushes->free_places);
	free(flushes->generations);
	free(flushes->items);
	free(flushes);
}

static struct item **bucket(struct flushes *flushes, uint32_t node, uint64_t act)
{
	uint64_t hash = (act ^ (uint64_t)node << 32) * 0xff51afd7ed558ccdULL;

	return &flushes->buckets[hash >> 52];
}

struct flush *flushes_find(struct flushes *flushes, uint32_t node, uint64_t act)
{
	for (struct item *i = *bucket(flushes, node, act); act && i; i = i->next)
		if (i->act == act && i->flush.netns.node == node)
			return &i->flush;
	return NULL;
}

/* Act 0 is none: such a flush is found by its index only. */
static void hang(struct flushes *flushes, struct item *item)
{
	struct item **head = bucket(flushes, item->flush.netns.node, item->act);

	if (!item->act)
		return;
	item->next = *head;
	*head = item;
}

static void unhang(struct flushes *flushes, struct item *item)
{
	struct item **link = bucket(flushes, item->flush.netns.node, item->act);

	if (!item->act)
		return;
	while (*link != item)
		link = &(*link)->next;
	*link = item->next;
}

static struct netns_id owner_of(const struct flushes *flushes, struct netns_id netns)
{
	return strangers_owner(flushes->strangers, netns);
}

/* Not all ones: that index is none. */
static uint32_t next_index(struct flushes *flushes, uint32_t place)
{
	uint32_t generations = (1U << (INDEX_BITS - flushes->place_bits)) - 1;
	uint32_t generation = flushes->generations[place]++ % generations;

	return generation << flushes->place_bits | place;
}

struct flush *flushes_add(struct flushes *flushes, struct netns_id netns, uint64_t act)
{
	struct item *item;

	if (!flushes->free_count && flushes->count == flushes->limit)
		return NULL;
	item = calloc(1, sizeof(*item));
	if (!item)
		return NULL;
	item->flush.netns = item->netns = netns;
	item->flush.act = act;
	item->act = act;
	item->place = flushes->free_count ? flushes->free_places[--flushes->free_count] :
					    (uint32_t)flushes->count++;
	item->index = next_index(flushes, item->place);
	flushes->items[item->place] = item;
	budgets_take(&flushes->budgets, owner_of(flushes, netns));
	hang(flushes, item);
	return &item->flush;
}

/* ---- room ---- */

static bool is_over_share(const struct flushes *flushes, struct netns_id owner)
{
	size_t share = owner.inum == OWNER_FOREIGN ?
			       flushes->limit / SHARE_FOREIGN :
			       flushes->limit / SHARE_DENOMINATOR * SHARE_NUMERATOR;

	return share && budgets_held(&flushes->budgets, owner) >= share;
}

bool flushes_has_room(const struct flushes *flushes, struct netns_id netns)
{
	return (flushes->free_count || flushes->count < flushes->limit) &&
	       !is_over_share(flushes, owner_of(flushes, netns));
}

static bool may_go(const struct flush *f)
{
	return f->is_ended && f->is_delivered && !f->is_blamed && !f->is_single;
}

struct flush *flushes_oldest(struct flushes *flushes, struct netns_id netns)
{
	const struct budget *largest = budgets_largest(&flushes->budgets);
	struct netns_id owner = owner_of(flushes, netns);

	if (largest && !is_over_share(flushes, owner))
		owner = largest->owner;
	for (size_t i = 0; i < flushes->count; i++) {
		struct item *item = flushes->items[flushes->hand++ % flushes->count];

		if (item && may_go(&item->flush) &&
		    netns_equal(owner_of(flushes, item->netns), owner))
			return &item->flush;
	}
	return NULL;
}

void flushes_note_gap(struct flushes *flushes, struct netns_id netns, uint64_t mono_ns)
{
	budgets_forget(&flushes->budgets, owner_of(flushes, netns), mono_ns);
}

void flushes_evict(struct flushes *flushes, struct flush *flush)
{
	flushes_note_gap(flushes, flush->netns, flush->first_mono_ns);
	flushes_forget(flushes, flush);
}

void flushes_note_stranger(struct flushes *flushes, struct netns_id netns)
{
	budgets_move(&flushes->budgets, netns, owner_of(flushes, netns));
}

uint64_t flushes_horizon(const struct flushes *flushes, struct netns_id netns)
{
	return budgets_horizon(&flushes->budgets, owner_of(flushes, netns));
}

/* ---- by place and index ---- */

static struct item *item_of(const struct flush *flush)
{
	return (struct item *)flush; /* the flush is its first member */
}

void flushes_alias(struct flushes *flushes, const struct flush *flush, uint64_t act)
{
	struct item *item = item_of(flush);

	unhang(flushes, item);
	item->act = act;
	hang(flushes, item);
}

void flushes_forget(struct flushes *flushes, struct flush *flush)
{
	struct item *item = item_of(flush);

	unhang(flushes, item);
	flushes->items[item->place] = NULL;
	flushes->free_places[flushes->free_count++] = item->place;
	budgets_give(&flushes->budgets, owner_of(flushes, item->netns));
	free_item(item);
}

uint32_t flushes_index(const struct flushes *flushes, const struct flush *flush)
{
	(void)flushes;
	return item_of(flush)->index;
}

struct flush *flushes_at(struct flushes *flushes, uint32_t index)
{
	struct flush *f = flushes_in(flushes, index & ((1U << flushes->place_bits) - 1));

	return f && item_of(f)->index == index ? f : NULL;
}

size_t flushes_count(const struct flushes *flushes)
{
	return flushes->count;
}

struct flush *flushes_in(struct flushes *flushes, size_t place)
{
	return place < flushes->count && flushes->items[place] ? &flushes->items[place]->flush :
								 NULL;
}
