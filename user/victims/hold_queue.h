/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Observations that wait in a line, in the order they came, until the first may go
 * on: a reset whose victim is being looked up holds back what came after it. Bounded;
 * no clock of its own.
 */
#ifndef RSTBLAME_VICTIMS_HOLD_QUEUE_H
#define RSTBLAME_VICTIMS_HOLD_QUEUE_H

#include "model/observation.h"

enum { LINE_MAX_ITEMS = 2048 };

struct line_item {
	struct observation seen;
	uint64_t ticket;      /* of what it waits for; 0: nothing */
	uint64_t deadline_ns; /* CLOCK_MONOTONIC */
	bool is_asked;        /* what it waits for was asked */
	void *owned;          /* the copy of its stack, or of its ports */
};

struct line {
	struct line_item *items; /* a ring; NULL until the first one */
	size_t first, count;
};

void line_release(struct line *line);

/* Copies `seen`. NULL when out of memory or full: let the first go on then. */
struct line_item *line_push(struct line *line, const struct observation *seen);
/* The first, or NULL. */
struct line_item *line_first(struct line *line);
/* Forgets the first. */
void line_pop(struct line *line);
/* The one that waits for `ticket`, or NULL. */
struct line_item *line_find(struct line *line, uint64_t ticket);

#endif
