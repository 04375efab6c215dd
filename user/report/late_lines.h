/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where finished output waits a moment, so that a log line that comes late can still be
 * put in its place. Only such a line is moved; all else keeps its order. Pure.
 */
#ifndef RSTBLAME_REPORT_LATE_LINES_H
#define RSTBLAME_REPORT_LATE_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SHELF_ITEMS = 2048 };

struct shelf_item {
	uint64_t mono_ns; /* of what it tells */
	uint64_t due_ns;  /* when it goes on */
	char *text;       /* malloc()ed: its taker frees it */
	size_t len;
};

struct shelf {
	size_t count;
	struct shelf_item items[SHELF_ITEMS];
};

/* Puts `item` last, or, `by_time`, behind the last that is not younger. It owns the text
 * then. There must be room (shelf_take() makes it). */
void shelf_put(struct shelf *shelf, const struct shelf_item *item, bool by_time);

/* The first, when it is due at `now_ns` or the shelf is full. */
bool shelf_take(struct shelf *shelf, uint64_t now_ns, struct shelf_item *out);

#endif
