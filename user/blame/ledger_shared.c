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

int ledger_shared_init(struct ledger_shared *ledger_shared, size_t limit)
{
	memset(ledger_shared, 0, sizeof(*ledger_shared));
	ledger_shared->limit = limit;
	ledger_shared->items = reserve_new(limit * sizeof(*ledger_shared->items));
	ledger_shared->buckets = reserve_new(BUCKETS * sizeof(*ledger_shared->buckets));
	return ledger_shared->items && ledger_shared->buckets ? 0 : -ENOMEM;
}

void ledger_shared_release(struct ledger_shared *ledger_shared)
{
	reserve_free(ledger_shared->items, ledger_shared->limit * sizeof(*ledger_shared->items));
	reserve_free(ledger_shared->buckets, BUCKETS * sizeof(*ledger_shared->buckets));
}

static uint32_t *bucket(struct ledger_shared *ledger_shared, struct netns_id netns,
			const uint16_t zone[2])
{
	uint64_t hash = (uint64_t)netns.node << 32 | netns.inum;

	hash ^= (uint64_t)zone[0] << 48 ^ (uint64_t)zone[1] << 20;
	return &ledger_shared->buckets[hash * 0xff51afd7ed558ccdULL >> 48];
}

static bool fits(const struct shared *p, struct netns_id netns, const uint16_t zone[2],
		 uint64_t mono_ns, uint64_t id)
{
	return netns_equal(p->netns, netns) && p->zone[0] == zone[0] && p->zone[1] == zone[1] &&
	       mono_ns >= p->base_ns && !((mono_ns - p->base_ns) >> SHARED_NS_BITS) &&
	       id >= p->base_id && !((id - p->base_id) >> SHARED_ID_BITS);
}

static uint32_t make(struct ledger_shared *ledger_shared)
{
	uint32_t index = ledger_shared->free;

	if (!index)
		return ledger_shared->used++;
	ledger_shared->free = ledger_shared->items[index - 1].next;
	return index - 1;
}

/* Plus one; 0: there is none, or not among the newest. */
static uint32_t find(struct ledger_shared *ledger_shared, struct netns_id netns,
		     const uint16_t zone[2], uint64_t mono_ns, uint64_t id)
{
	uint32_t index = *bucket(ledger_shared, netns, zone);

	for (int i = 0; index && i < WALK_MAX; i++) {
		if (fits(&ledger_shared->items[index - 1], netns, zone, mono_ns, id))
			return index;
		index = ledger_shared->items[index - 1].next;
	}
	return 0;
}

static void hang(struct ledger_shared *ledger_shared, uint32_t index)
{
	struct shared *p = &ledger_shared->items[index - 1];
	uint32_t *head = bucket(ledger_shared, p->netns, p->zone);

	p->next = *head;
	if (p->next)
		ledger_shared->items[p->next - 1].previous = index;
	*head = index;
}

uint32_t ledger_shared_take(struct ledger_shared *ledger_shared, struct netns_id netns,
			    const uint16_t zone[2], uint64_t mono_ns, uint64_t id)
{
	struct shared *last = &ledger_shared->items[ledger_shared->last];
	uint32_t index;

	if (last->uses && fits(last, netns, zone, mono_ns, id)) {
		last->uses++;
		return ledger_shared->last;
	}
	index = find(ledger_shared, netns, zone, mono_ns, id);
	if (!index) {
		index = make(ledger_shared) + 1;
		ledger_shared->items[index - 1] = (struct shared){
			.netns = netns,
			.zone = { zone[0], zone[1] },
			.base_ns = mono_ns > SLACK_NS ? mono_ns - SLACK_NS : 0,
			.base_id = id,
		};
		hang(ledger_shared, index);
	}
	ledger_shared->last = index - 1;
	ledger_shared->items[index - 1].uses++;
	return index - 1;
}

void ledger_shared_drop(struct ledger_shared *ledger_shared, uint32_t index)
{
	struct shared *p = &ledger_shared->items[index];

	if (--p->uses)
		return;
	*(p->previous ? &ledger_shared->items[p->previous - 1].next :
			bucket(ledger_shared, p->netns, p->zone)) = p->next;
	if (p->next)
		ledger_shared->items[p->next - 1].previous = p->previous;
	p->next = ledger_shared->free;
	ledger_shared->free = index + 1;
}
