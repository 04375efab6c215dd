// SPDX-License-Identifier: GPL-2.0-only
#include "changes.h"

#include <stdlib.h>
#include <string.h>

/* A work waits for those before it, and each walks the whole table. An unclaimed
 * removal that is this much older than the newest had its work dropped (the
 * kernel lets 16 be pending), and is no candidate. */
#define WORK_DELAY_MAX_NS (10ULL * 1000 * 1000 * 1000)

struct changes {
	struct change **items; /* by age; each its own allocation, for a flush points to it */
	size_t count;
	size_t limit;
	bool is_incomplete; /* one found no room */
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

/* Forgets the oldest that no flush points to. */
static bool make_room(struct changes *changes)
{
	for (size_t i = 0; i < changes->count; i++) {
		if (changes->items[i]->pins)
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

	if (changes->count == changes->limit && !make_room(changes)) {
		changes->is_incomplete = true;
		return NULL;
	}
	change = calloc(1, sizeof(*change));
	if (!change) {
		changes->is_incomplete = true;
		return NULL;
	}
	change->id = id;
	change->netns = seen->netns;
	change->mono_ns = seen->mono_ns;
	change->wall_ns = seen->wall_ns;
	change->seen = seen->change;
	changes->items[changes->count++] = change;
	return change;
}

static bool same_netns(struct netns_id a, struct netns_id b)
{
	return a.inum == b.inum && a.node == b.node;
}

/* Of the right kind, there, and before the flush. */
static bool could_cause(const struct change *c, const struct flush *f)
{
	if (!same_netns(c->netns, f->netns) || c->mono_ns > f->first_mono_ns)
		return false;
	if (f->cause == CAUSE_ADDRESS_REMOVED)
		return c->seen.op == ADDRESS_REMOVE && !c->seen.is_dead;
	/* Masquerade acts on NETDEV_DOWN only; a deleted link goes down first. */
	return f->cause == CAUSE_LINK_DOWN && c->seen.op == LINK_DOWN;
}

static bool explains(const struct change *c, const struct flush *f)
{
	if (!could_cause(c, f) || (f->ifindex && c->seen.ifindex != f->ifindex))
		return false;
	return f->cause != CAUSE_ADDRESS_REMOVED || address_equal(&c->seen.address, &f->address);
}

/* The newest unclaimed one; ambiguous when another process's might have queued
 * this work. Of two removals of one address by the same process it is open only
 * which instant it was: cause and actor are the same. */
static struct change *choose(struct changes *changes, const struct flush *f, bool *is_ambiguous)
{
	struct change *newest = NULL;

	*is_ambiguous = changes->is_incomplete;
	for (size_t i = changes->count; i-- > 0;) {
		struct change *c = changes->items[i];

		if (c->is_claimed || !explains(c, f))
			continue;
		if (!newest) {
			newest = c;
			continue;
		}
		if (newest->mono_ns - c->mono_ns >= WORK_DELAY_MAX_NS)
			break;
		if (!actor_equal(&c->seen.actor, &newest->seen.actor))
			*is_ambiguous = c->is_contested = true;
	}
	return newest;
}

static void join_to(struct flush *f, struct change *c, enum join join)
{
	c->is_claimed = true;
	c->pins++;
	f->by = c;
	f->join = join;
	f->address = c->seen.address;
	f->family = c->seen.family ? c->seen.family : f->family;
	f->ifindex = c->seen.ifindex;
}

void changes_join(struct changes *changes, struct flush *flush)
{
	bool is_ambiguous;
	struct change *c = choose(changes, flush, &is_ambiguous);

	if (c)
		join_to(flush, c, is_ambiguous || c->is_contested ? JOIN_AMBIGUOUS : JOIN_EXACT);
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

void changes_join_recorded(struct changes *changes, struct flush *flush, uint64_t recorded_id)
{
	for (size_t i = changes->count; recorded_id && i-- > 0;) {
		struct change *c = changes->items[i];

		if (c->seen.id == recorded_id && could_cause(c, flush)) {
			join_to(flush, c, JOIN_EXACT);
			return;
		}
	}
}

void changes_unpin(struct changes *changes, const struct flush *flush)
{
	for (size_t i = changes->count; flush->by && i-- > 0;)
		if (changes->items[i] == flush->by)
			changes->items[i]->pins--;
}
