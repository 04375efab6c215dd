/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The stacks of the last removals whose cause is not known: should a reset be blamed on
 * one, its flush shows where it came from. Blame's own; bounded, the oldest of who has the most go
 * first (blame/budgets.h). No verdict depends on one: there is no horizon.
 */
#ifndef RSTBLAME_BLAME_UNEXPLAINED_H
#define RSTBLAME_BLAME_UNEXPLAINED_H

#include "blame/budgets.h"

enum { STACKS_MAX = 256 };

/* All zero is empty. */
struct unexplained {
	struct {
		struct dated when;
		uint64_t id;
		char *text; /* owned; NULL: there was no memory for it */
	} slots[STACKS_MAX];
	size_t count;
};

void unexplained_release(struct unexplained *stacks);

/* `text` is copied; without memory for it, it is not remembered. */
void unexplained_note(struct unexplained *stacks, const struct strangers *strangers,
		      struct dated when, uint64_t id, const char *text);

/* Of the removal with that id, or NULL. Valid until the next note. */
const char *unexplained_find(const struct unexplained *stacks, uint64_t id);

#endif
