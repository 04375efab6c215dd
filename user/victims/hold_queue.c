// SPDX-License-Identifier: GPL-2.0-only
#include "victims/hold_queue.h"

#include <stdlib.h>
#include <string.h>

static struct held *at(const struct hold_queue *q, size_t index)
{
	return &q->items[(q->first + index) % HELD_MAX];
}

void hold_queue_release(struct hold_queue *q)
{
	while (q->count)
		finding_free(hold_queue_take(q).finding);
	free(q->items);
	memset(q, 0, sizeof(*q));
}

/* Where a finding of that time belongs. All others keep the order that they came in. */
static size_t place_of(const struct hold_queue *q, uint64_t mono_ns)
{
	size_t place = q->count;

	while (place && at(q, place - 1)->finding->mono_ns > mono_ns)
		place--;
	return place;
}

struct held *hold_queue_put(struct hold_queue *q, const struct finding *f, uint64_t due_ns,
			    bool by_time)
{
	struct held held = { .due_ns = due_ns };
	size_t place;

	if (!q->items)
		q->items = calloc(HELD_MAX, sizeof(*q->items));
	if (!q->items || q->count == HELD_MAX)
		return NULL;
	held.finding = finding_copy(f);
	if (!held.finding)
		return NULL;
	place = by_time ? place_of(q, f->mono_ns) : q->count;
	for (size_t i = q->count++; i > place; i--)
		*at(q, i) = *at(q, i - 1);
	if (place + 1 < q->count && at(q, place + 1)->due_ns < due_ns)
		held.due_ns = at(q, place + 1)->due_ns;
	*at(q, place) = held;
	return at(q, place);
}

struct held *hold_queue_first(struct hold_queue *q)
{
	return q->count ? at(q, 0) : NULL;
}

struct held *hold_queue_unasked(struct hold_queue *q)
{
	for (size_t i = 0; i < q->count; i++)
		if (at(q, i)->is_unasked)
			return at(q, i);
	return NULL;
}

struct held *hold_queue_find(struct hold_queue *q, uint64_t ticket)
{
	for (size_t i = 0; i < q->count; i++)
		if (at(q, i)->ticket == ticket)
			return at(q, i);
	return NULL;
}

static bool is_waiting(const struct held *held, uint64_t now_ns)
{
	return held->ticket && now_ns < held->until_ns;
}

bool hold_queue_is_ready(const struct hold_queue *q, uint64_t now_ns)
{
	return q->count && now_ns >= at(q, 0)->due_ns && !is_waiting(at(q, 0), now_ns);
}

uint64_t hold_queue_due_ns(const struct hold_queue *q)
{
	const struct held *first = q->count ? at(q, 0) : NULL;

	if (!first)
		return 0;
	if (first->ticket && first->until_ns > first->due_ns)
		return first->until_ns;
	return first->due_ns ? first->due_ns : 1; /* at once */
}

bool hold_queue_waits(const struct hold_queue *q)
{
	for (size_t i = 0; i < q->count; i++)
		if (at(q, i)->ticket || at(q, i)->is_unasked)
			return true;
	return false;
}

struct held hold_queue_take(struct hold_queue *q)
{
	struct held held = *at(q, 0);

	q->first = (q->first + 1) % HELD_MAX;
	q->count--;
	return held;
}
