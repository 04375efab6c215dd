// SPDX-License-Identifier: GPL-2.0-only
#include "blame/budgets.h"

enum { FOREIGN_WEIGHS = 4 };

static uint32_t hash_of(struct netns_id id)
{
	uint64_t hash = ((uint64_t)id.node << 32 | id.inum) * 0xff51afd7ed558ccdULL;

	return (uint32_t)(hash >> 32);
}

static uint16_t *head_of(struct budgets *b, struct netns_id owner)
{
	return &b->heads[hash_of(owner) % BUDGETS_BUCKETS];
}

/* NULL: it has none of its own. */
static struct budget *find(const struct budgets *b, struct netns_id owner)
{
	uint16_t at = b->heads[hash_of(owner) % BUDGETS_BUCKETS];

	for (; at; at = b->items[at].next)
		if (netns_equal(b->items[at].owner, owner))
			return (struct budget *)&b->items[at];
	return NULL;
}

static void unhang(struct budgets *b, uint16_t index)
{
	uint16_t *link = head_of(b, b->items[index].owner);

	while (*link != index)
		link = &b->items[*link].next;
	*link = b->items[index].next;
}

/* The place of one that holds nothing, whose horizon becomes that of all who share. 0: none. */
static uint16_t reuse(struct budgets *b)
{
	for (uint16_t i = 1; i <= b->count; i++) {
		struct budget *old = &b->items[i];

		if (old->held)
			continue;
		if (old->horizon_ns > b->items[0].horizon_ns)
			b->items[0].horizon_ns = old->horizon_ns;
		unhang(b, i);
		return i;
	}
	return 0;
}

static struct budget *budget_of(struct budgets *b, struct netns_id owner)
{
	struct budget *known = find(b, owner);
	uint16_t at;

	if (known)
		return known;
	at = b->count + 1 < BUDGETS_MAX ? ++b->count : reuse(b);
	if (!at)
		return &b->items[0];
	b->items[at] = (struct budget){ .owner = owner,
					.horizon_ns = b->items[0].horizon_ns,
					.next = *head_of(b, owner) };
	*head_of(b, owner) = at;
	return &b->items[at];
}

void budgets_take(struct budgets *b, struct netns_id owner)
{
	budget_of(b, owner)->held++;
}

/* Who shared the first may have got a place of its own since. */
void budgets_give(struct budgets *b, struct netns_id owner)
{
	struct budget *own = find(b, owner);

	own = own && own->held ? own : &b->items[0];
	own->held -= own->held > 0;
}

void budgets_move(struct budgets *b, struct netns_id from, struct netns_id to)
{
	struct budget *old = find(b, from), *target;

	if (!old || netns_equal(from, to))
		return;
	target = budget_of(b, to);
	old = find(b, from); /* its place may have been reused */
	if (!old)
		return;
	target->held += old->held;
	if (old->horizon_ns > target->horizon_ns)
		target->horizon_ns = old->horizon_ns;
	old->held = 0;
}

void budgets_forget(struct budgets *b, struct netns_id owner, uint64_t mono_ns)
{
	struct budget *own = budget_of(b, owner);

	if (mono_ns > own->horizon_ns)
		own->horizon_ns = mono_ns;
}

uint64_t budgets_held(const struct budgets *b, struct netns_id owner)
{
	const struct budget *own = find(b, owner);

	return own ? own->held : b->items[0].held;
}

uint64_t budgets_horizon(const struct budgets *b, struct netns_id owner)
{
	const struct budget *own = find(b, owner);

	return own ? own->horizon_ns : b->items[0].horizon_ns;
}

uint64_t budgets_near_horizon(const struct budgets *b, struct netns_id owner)
{
	uint64_t newest_ns = budgets_horizon(b, owner);

	for (uint16_t i = 1; i <= b->count; i++)
		if (b->items[i].owner.node == owner.node &&
		    b->items[i].owner.inum != OWNER_FOREIGN && b->items[i].horizon_ns > newest_ns)
			newest_ns = b->items[i].horizon_ns;
	return newest_ns;
}

static uint64_t weight_of(const struct budget *b)
{
	return b->owner.inum == OWNER_FOREIGN ? b->held * FOREIGN_WEIGHS : b->held;
}

const struct budget *budgets_largest(const struct budgets *b)
{
	const struct budget *largest = NULL;

	for (uint16_t i = 0; i <= b->count; i++)
		if (b->items[i].held && (!largest || weight_of(&b->items[i]) > weight_of(largest)))
			largest = &b->items[i];
	return largest;
}

/* ---- whose a namespace is ---- */

bool strangers_note(struct strangers *s, struct netns_id netns)
{
	struct netns_id *place = &s->items[hash_of(netns) % STRANGERS_MAX];

	if (netns_equal(*place, netns))
		return false;
	*place = netns;
	return true;
}

bool strangers_has(const struct strangers *s, struct netns_id netns)
{
	return netns.inum && netns_equal(s->items[hash_of(netns) % STRANGERS_MAX], netns);
}

struct netns_id strangers_owner(const struct strangers *s, struct netns_id netns)
{
	if (strangers_has(s, netns))
		netns.inum = OWNER_FOREIGN;
	return netns;
}

static const struct dated *item_at(const void *items, size_t stride, size_t i)
{
	return (const void *)((const char *)items + stride * i);
}

size_t budgets_evict(struct budgets *b, const struct strangers *strangers, const void *items,
		     size_t stride, size_t count)
{
	const struct budget *largest = budgets_largest(b);
	const struct dated *oldest = item_at(items, stride, 0), *of_largest = NULL, *chosen;

	for (size_t i = 0; i < count; i++) {
		const struct dated *d = item_at(items, stride, i);
		bool is_largest = largest &&
				  netns_equal(strangers_owner(strangers, d->netns), largest->owner);

		if (d->mono_ns < oldest->mono_ns)
			oldest = d;
		if (is_largest && (!of_largest || d->mono_ns < of_largest->mono_ns))
			of_largest = d;
	}
	chosen = of_largest ? of_largest : oldest;
	budgets_give(b, strangers_owner(strangers, chosen->netns));
	budgets_forget(b, strangers_owner(strangers, chosen->netns), chosen->mono_ns);
	return (size_t)((const char *)chosen - (const char *)items) / stride;
}

size_t budgets_pick(const struct strangers *strangers, const void *items, size_t stride,
		    size_t count)
{
	struct budgets counted = { .count = 0 };

	for (size_t i = 0; i < count; i++)
		budgets_take(&counted,
			     strangers_owner(strangers, item_at(items, stride, i)->netns));
	return budgets_evict(&counted, strangers, items, stride, count);
}
