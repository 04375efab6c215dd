/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Zeroed memory for the most that a table may hold, of which only what is written to
 * is ever taken: a table that grows in it is never moved, and never stalls.
 */
#ifndef RSTBLAME_BASE_RESERVE_H
#define RSTBLAME_BASE_RESERVE_H

#include <stddef.h>

/* NULL when out of address space. The caller gives it back with reserve_free(). */
void *reserve_new(size_t bytes);
void reserve_free(void *memory, size_t bytes);

#endif
