/* SPDX-License-Identifier: GPL-2.0-only */
/* Arrays that grow. */
#ifndef RSTBLAME_BASE_ARRAY_H
#define RSTBLAME_BASE_ARRAY_H

#include <stdbool.h>
#include <stddef.h>

/* Makes room for `needed` items of `item_bytes`. `array` is the address of the pointer to
 * the first, from malloc() or NULL, and `*room` the items that fit now; both change when it
 * grows to twice as much or more, and the new items are not zeroed. False when out
 * of memory: nothing has changed. The caller frees the array. */
bool array_reserve(void *array, size_t *room, size_t needed, size_t item_bytes);

#endif
