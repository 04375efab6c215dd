// SPDX-License-Identifier: GPL-2.0-only
#include "blame/ledger_shared.h"

#include <errno.h>
#include <string.h>

#include "base/reserve.h"

/* One namespace has more than one place where times go back, or after days. Only a
 * recording that was made up has many, and must not cost a walk over all of them. */
enum { BUCKETS = 1 << 16, WALK_MAX = 32 };

/* The records of two CPUs may come in the wrong order: the first is not the earliest. */
#define SLACK_NS (1ULL << 42)

int places_init(struct places *places, size_t limit)
{
	memset(places, 0, sizeof(*places));
	places->limit = limit;
	places->items = reserve_new(limit * sizeof(*places->items));
	places->buckets = reserve_new(BUCKETS * sizeof(*places->buckets));
	return places->items && places->buckets ? 0 : -ENOMEM;
}

void places_release(struct places *places)
{
	reserve_free(places->items, places->limit * sizeof(*places->items));
	reserve_free(places->buckets, BUCKETS * sizeof(*places->buckets));
}

static uint32_t *bucket(struct places *places, struct netns_id netns, const uint16_t zone[2])
{
	uint64_t hash = (uint64_t)netns.node << 32 | netns.inum;

	hash ^= (uint64_t)zone[0] << 48 ^ (uint64_t)zone[1] << 20;
	return &places->buckets[hash * 0xff51afd7ed558ccdULL >> 48];
}

static bool fits(const struct place *p, struct netns_id netns, const uint16_t zone[2],
		 uint64_t mono_ns, uint64_t id)
{
	return p->netns.inum == netns.inum && p->netns.node == netns.node &&
	       p->zone[0] == zone[0] && p->zone[1] == zone[1] && mono_ns >= p->base_ns &&
	       !((mono_ns - p->base_ns) >> PLACE_NS_BITS) && id >= p->base_id &&
	       !((id - p->base_id) >> PLACE_ID_BITS);
}

static uint32_t make(struct places *places)
{
	uint32_t index = places->free;

	if (!index)
		return places->used++;
	places->free = places->items[index - 1].next;
	return index - 1;
}

/* Plus one; 0: there is none, or not among the newest. */
static uint32_t find(struct places *places, struct netns_id netns, const uint16_t zone[2],
		     uint64_t mono_ns, uint64_t id)
{
	uint32_t index = *bucket(places, netns, zone);

	for (int i = 0; index && i < WALK_MAX; i++) {
		if (fits(&places->items[index - 1], netns, zone, mono_ns, id))
			return index;
		index = places->items[index - 1].next;
	}
	return 0;
}

static void hang(struct places *places, uint32_t index)
{
	struct place *p = &places->items[index - 1];
	uint32_t *head = bucket(places, p->netns, p->zone);

	p->next = *head;
	if (p->next)
		places->items[p->next - 1].previous = index;
	*head = index;
}

uint32_t places_take(struct places *places, struct netns_id netns, const uint16_t zone[2],
		     uint64_t mono_ns, uint64_t id)
{
	struct place *last = &places->items[places->last];
	uint32_t index;

	if (last->uses && fits(last, netns, zone, mono_ns, id)) {
		last->uses++;
		return places->last;
	}
	index = find(places, netns, zone, mono_ns, id);
	if (!index) {
		index = make(places) + 1;
		places->items[index - 1] = (struct place){
			.netns = netns,
			.zone = { zone[0], zone[1] },
			.base_ns = mono_ns > SLACK_NS ? mono_ns - SLACK_NS : 0,
			.base_id = id,
		};
		hang(places, index);
	}
	places->last = index - 1;
	places->items[index - 1].uses++;
	return index - 1;
}

void places_drop(struct places *places, uint32_t index)
{
	struct place *p = &places->items[index];

	if (--p->uses)
		return;
	*(p->previous ? &places->items[p->previous - 1].next : bucket(places, p->netns, p->zone)) =
		p->next;
	if (p->next)
		places->items[p->next - 1].previous = p->previous;
	p->next = places->free;
	places->free = index + 1;
}
