// SPDX-License-Identifier: GPL-2.0-only
#include "wire/reorder.h"

#include <string.h>

bool reorder_is_full(const struct reorder *l)
{
	return l->count == LOOKAHEAD_RECORDS;
}

static void begin(struct reorder *l)
{
	for (size_t i = 0; !l->has_order && i < LOOKAHEAD_RECORDS; i++)
		l->order[i] = (uint8_t)i;
	l->has_order = true;
}

/* Where a record of that time goes: before all that are not younger, as the eldest is
 * last. The youngest comes last as a rule, so the first look is mostly the only one. */
static size_t place_of(const struct reorder *l, uint64_t time_ns)
{
	size_t at = 0;

	while (at < l->count && l->places[l->order[at]].time_ns > time_ns)
		at++;
	return at;
}

bool reorder_put(struct reorder *l, uint64_t time_ns, const void *record, size_t size)
{
	uint8_t free_place;
	size_t at;

	if (size > LOOKAHEAD_RECORD_BYTES || reorder_is_full(l))
		return false;
	begin(l);
	free_place = l->order[l->count];
	at = place_of(l, time_ns);
	memmove(&l->order[at + 1], &l->order[at], l->count - at);
	l->order[at] = free_place;
	l->count++;
	l->places[free_place].time_ns = time_ns;
	l->places[free_place].size = size;
	memcpy(l->places[free_place].bytes, record, size);
	return true;
}

uint64_t reorder_next_ns(const struct reorder *l)
{
	return l->count ? l->places[l->order[l->count - 1]].time_ns : UINT64_MAX;
}

const void *reorder_take(struct reorder *l, size_t *size)
{
	size_t place = l->order[--l->count];

	*size = l->places[place].size;
	return l->places[place].bytes;
}

const void *reorder_look(const struct reorder *l, size_t i, size_t *size)
{
	size_t place;

	if (i >= l->count)
		return NULL;
	place = l->order[l->count - 1 - i];
	*size = l->places[place].size;
	return l->places[place].bytes;
}
