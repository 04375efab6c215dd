// SPDX-License-Identifier: GPL-2.0-only
#include "changes.h"

#include <stdlib.h>
#include <string.h>

/* Unclaimed removals of one address that are older than this against the newest
 * had their work dropped (the kernel lets 16 be pending), not delayed. */
#define WORK_DELAY_MAX_NS (10ULL * 1000 * 1000 * 1000)

struct changes {
	struct change **items; /* by age; each its own allocation, for a flush points to it */
	size_t count;
	size_t limit;
};

struct changes *changes_new(size_t limit)
{
	struct changes *changes = calloc(1, sizeof(*changes));

	if (!changes)
		return NULL;
	changes->limit = limit;
	changes->items = calloc(limit, sizeof(struct change *));
	if (!changes->items) {
		free(changes);
		return NULL;
	}
	return changes;
}

void changes_free(struct changes *changes)
{
	if (!changes)
		return;
	for (size_t i = 0; i < changes->count; i++)
		free(changes->items[i]);
	free(changes->items);
	free(changes);
}

/* Forgets the oldest that no flush points to; the very oldest half is enough of
 * a search, and if all of that is claimed the newest change is not remembered. */
static bool make_room(struct changes *changes)
{
	for (size_t i = 0; i < changes->count; i++) {
		if (changes->items[i]->is_claimed)
			continue;
		free(changes->items[i]);
		changes->count--;
		memmove(&changes->items[i], &changes->items[i + 1],
			(changes->count - i) * sizeof(struct change *));
		return true;
	}
	return false;
}

struct change *changes_add(struct changes *changes, const struct observation *seen, uint64_t id)
{
	struct change *change;

	if (changes->count == changes->limit && !make_room(changes))
		return NULL;
	change = calloc(1, sizeof(*change));
	if (!change)
		return NULL;
	change->id = id;
	change->netns = seen->netns;
	change->mono_ns = seen->mono_ns;
	change->wall_ns = seen->wall_ns;
	change->seen = seen->change;
	changes->items[changes->count++] = change;
	return change;
}

const struct change *changes_find_recorded(const struct changes *changes, uint32_t node,
					   uint64_t recorded_id)
{
	for (size_t i = changes->count; recorded_id && i-- > 0;)
		if (changes->items[i]->seen.id == recorded_id &&
		    changes->items[i]->netns.node == node)
			return changes->items[i];
	return NULL;
}

static bool same_netns(struct netns_id a, struct netns_id b)
{
	return a.inum == b.inum && a.node == b.node;
}

static bool explains(const struct change *c, const struct flush *f)
{
	if (!same_netns(c->netns, f->netns) || c->mono_ns > f->first_mono_ns)
		return false;
	if (f->ifindex && c->seen.ifindex != f->ifindex)
		return false;
	if (f->cause == CAUSE_ADDRESS_REMOVED)
		return c->seen.op == ADDRESS_REMOVE && !c->seen.is_dead &&
		       address_equal(&c->seen.address, &f->address);
	return f->cause == CAUSE_LINK_DOWN &&
	       (c->seen.op == LINK_DOWN || c->seen.op == LINK_UNREGISTER);
}

static bool same_actor(const struct change *a, const struct change *b)
{
	const struct actor *x = &a->seen.actor, *y = &b->seen.actor;

	return x->pid == y->pid && x->start_boottime_ns == y->start_boottime_ns;
}

/* Works of one address run in the order of the removals that queued them, so
 * the oldest unclaimed removal is the one; unless works were dropped. */
static struct change *choose(struct changes *changes, const struct flush *f, bool *is_ambiguous)
{
	struct change *chosen = NULL, *newest = NULL;

	*is_ambiguous = false;
	for (size_t i = changes->count; i-- > 0;) {
		struct change *c = changes->items[i];

		if (!explains(c, f))
			continue;
		if (!newest)
			newest = c;
		if (c->is_claimed || newest->mono_ns - c->mono_ns > WORK_DELAY_MAX_NS)
			break;
		if (chosen && !same_actor(chosen, c))
			*is_ambiguous = true;
		chosen = c;
	}
	return chosen ? chosen : newest;
}

static void join_to(struct flush *f, struct change *c, enum join join)
{
	c->is_claimed = true;
	f->by = c;
	f->join = join;
	f->family = c->seen.family ? c->seen.family : f->family;
	f->ifindex = c->seen.ifindex;
}

void changes_join(struct changes *changes, struct flush *flush)
{
	bool is_ambiguous;
	struct change *c = choose(changes, flush, &is_ambiguous);

	if (c)
		join_to(flush, c, is_ambiguous ? JOIN_AMBIGUOUS : JOIN_EXACT);
}

void changes_join_by_tuple(struct changes *changes, struct flush *flush, uint8_t family,
			   const struct address *translated_to)
{
	bool is_ambiguous;
	struct change *c;

	flush->address = *translated_to;
	flush->family = family;
	c = choose(changes, flush, &is_ambiguous);
	if (c)
		join_to(flush, c, JOIN_BY_TUPLE);
}
