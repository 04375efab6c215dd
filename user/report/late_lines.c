// SPDX-License-Identifier: GPL-2.0-only
#include "report/late_lines.h"

#include <string.h>

void shelf_put(struct shelf *shelf, const struct shelf_item *item, bool by_time)
{
	size_t at = shelf->count;

	while (by_time && at && shelf->items[at - 1].mono_ns > item->mono_ns)
		at--;
	memmove(&shelf->items[at + 1], &shelf->items[at],
		(shelf->count - at) * sizeof(shelf->items[0]));
	shelf->items[at] = *item;
	/* The first is the first to go. */
	if (at < shelf->count && shelf->items[at + 1].due_ns < item->due_ns)
		shelf->items[at].due_ns = shelf->items[at + 1].due_ns;
	shelf->count++;
}

bool shelf_take(struct shelf *shelf, uint64_t now_ns, struct shelf_item *out)
{
	if (!shelf->count || (shelf->items[0].due_ns > now_ns && shelf->count < SHELF_ITEMS))
		return false;
	*out = shelf->items[0];
	shelf->count--;
	memmove(&shelf->items[0], &shelf->items[1], shelf->count * sizeof(shelf->items[0]));
	return true;
}
