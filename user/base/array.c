// SPDX-License-Identifier: GPL-2.0-only
#include "base/array.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_ITEMS = 64 };

bool array_reserve(void *array, size_t *room, size_t needed, size_t item_bytes)
{
	size_t grown_room = *room ? *room : FIRST_ITEMS;
	void *items, *grown;

	if (needed <= *room)
		return true;
	for (; grown_room < needed; grown_room *= 2)
		if (grown_room > SIZE_MAX / 2 / item_bytes)
			return false;
	/* A pointer to any type is read as its bytes, not as a void *. */
	memcpy(&items, array, sizeof(items));
	grown = realloc(items, grown_room * item_bytes);
	if (!grown)
		return false;
	memcpy(array, &grown, sizeof(grown));
	*room = grown_room;
	return true;
}
