/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What many removals have in common, kept once: namespace, zones, and where their
 * times and ids are counted from. The ledger's own; as many as removals use.
 */
#ifndef RSTBLAME_BLAME_LEDGER_SHARED_H
#define RSTBLAME_BLAME_LEDGER_SHARED_H

#include "model/observation.h"

struct shared {
	struct netns_id netns;
	uint16_t zone[2];
	uint64_t base_ns, base_id; /* at most a removal's own */
	uint32_t uses;
	/* In its bucket, or (next) among the free ones; plus one, 0: the end. */
	uint32_t next, previous;
};

/* How far from the bases a removal may be: a pool record's bits. */
enum { SHARED_NS_BITS = 48, SHARED_ID_BITS = 32 };

struct ledger_shared {
	struct shared *items; /* reserved for `limit` */
	uint32_t *buckets;
	size_t limit;
	uint32_t used; /* items that were ever in use */
	uint32_t free; /* a list of those that are not now */
	uint32_t last; /* the index given out last: most removals have company */
};

/* 0, or -ENOMEM. */
int ledger_shared_init(struct ledger_shared *ledger_shared, size_t limit);
void ledger_shared_release(struct ledger_shared *ledger_shared);

/* The index of the place with those, for one more removal: fewer than `limit` are in
 * use. Each is given back with ledger_shared_drop(). */
uint32_t ledger_shared_take(struct ledger_shared *ledger_shared, struct netns_id netns,
			    const uint16_t zone[2], uint64_t mono_ns, uint64_t id);
void ledger_shared_drop(struct ledger_shared *ledger_shared, uint32_t index);

#endif
