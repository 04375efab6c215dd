// SPDX-License-Identifier: GPL-2.0-only
#include "victims/hold_queue.h"

#include <stdlib.h>
#include <string.h>

static struct line_item *at(struct line *line, size_t index)
{
	return &line->items[(line->first + index) % LINE_MAX_ITEMS];
}

void line_release(struct line *line)
{
	while (line->count)
		line_pop(line);
	free(line->items);
	memset(line, 0, sizeof(*line));
}

static void own_stack(struct line_item *item, const char **stack)
{
	if (!*stack)
		return;
	item->owned = strdup(*stack);
	*stack = item->owned;
}

/* Without memory for the ports they are not known; the count is the same. */
static void own_ports(struct line_item *item, struct resets_observation *r)
{
	size_t size = r->ports_count * sizeof(*r->ports);

	item->owned = size ? malloc(size) : NULL;
	if (item->owned)
		memcpy(item->owned, r->ports, size);
	else
		r->ports_count = 0;
	r->ports = item->owned;
}

/* The observation's own is valid during the call only. */
static void own(struct line_item *item)
{
	switch (item->seen.type) {
	case OBSERVATION_REMOVAL:
		return own_stack(item, &item->seen.removal.stack);
	case OBSERVATION_ACT_BEGIN:
		return own_stack(item, &item->seen.act.stack);
	case OBSERVATION_RESETS:
		return own_ports(item, &item->seen.counted);
	default:
		return;
	}
}

struct line_item *line_push(struct line *line, const struct observation *seen)
{
	struct line_item *item;

	if (!line->items)
		line->items = calloc(LINE_MAX_ITEMS, sizeof(*line->items));
	if (!line->items || line->count == LINE_MAX_ITEMS)
		return NULL;
	item = at(line, line->count++);
	memset(item, 0, sizeof(*item));
	item->seen = *seen;
	own(item);
	return item;
}

struct line_item *line_first(struct line *line)
{
	return line->count ? at(line, 0) : NULL;
}

void line_pop(struct line *line)
{
	free(at(line, 0)->owned);
	at(line, 0)->owned = NULL;
	line->first = (line->first + 1) % LINE_MAX_ITEMS;
	line->count--;
}

struct line_item *line_find(struct line *line, uint64_t ticket)
{
	for (size_t i = 0; i < line->count; i++)
		if (at(line, i)->ticket == ticket)
			return at(line, i);
	return NULL;
}
