// SPDX-License-Identifier: GPL-2.0-only
#include "blame/flushes.h"

#include <stdlib.h>

enum { BUCKETS = 4096 };

struct item {
	struct flush flush;
	uint64_t act; /* the last one that means this flush */
	uint32_t index;
	struct item *next; /* in its bucket */
};

struct flushes {
	struct item **items; /* by index */
	struct item *buckets[BUCKETS];
	size_t count;
	size_t limit;
	uint32_t *free_indexes; /* of forgotten ones, a stack */
	size_t free_count;
};

struct flushes *flushes_new(size_t limit)
{
	struct flushes *flushes = calloc(1, sizeof(*flushes));

	if (!flushes)
		return NULL;
	flushes->limit = limit;
	flushes->items = calloc(limit, sizeof(struct item *));
	flushes->free_indexes = calloc(limit, sizeof(uint32_t));
	if (!flushes->items || !flushes->free_indexes) {
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
	free(flushes->free_indexes);
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

struct flush *flushes_add(struct flushes *flushes, uint32_t node, uint64_t act)
{
	struct item *item;

	if (!flushes->free_count && flushes->count == flushes->limit)
		return NULL;
	item = calloc(1, sizeof(*item));
	if (!item)
		return NULL;
	item->flush.netns.node = node;
	item->flush.act = act;
	item->act = act;
	item->index = flushes->free_count ? flushes->free_indexes[--flushes->free_count] :
					    (uint32_t)flushes->count++;
	flushes->items[item->index] = item;
	hang(flushes, item);
	return &item->flush;
}

void flushes_alias(struct flushes *flushes, const struct flush *flush, uint64_t act)
{
	struct item *item = flushes->items[flushes_index(flushes, flush)];

	unhang(flushes, item);
	item->act = act;
	hang(flushes, item);
}

void flushes_forget(struct flushes *flushes, struct flush *flush)
{
	struct item *item = flushes->items[flushes_index(flushes, flush)];

	unhang(flushes, item);
	flushes->items[item->index] = NULL;
	flushes->free_indexes[flushes->free_count++] = item->index;
	free_item(item);
}

uint32_t flushes_index(const struct flushes *flushes, const struct flush *flush)
{
	(void)flushes;
	return ((const struct item *)flush)->index; /* the flush is its first member */
}

struct flush *flushes_at(struct flushes *flushes, uint32_t index)
{
	return index < flushes->count && flushes->items[index] ? &flushes->items[index]->flush :
								 NULL;
}

size_t flushes_count(const struct flushes *flushes)
{
	return flushes->count;
}
