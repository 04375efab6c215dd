/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The stacks of the last removals whose cause is not known: should a reset be blamed on
 * one, its flush shows where it came from. Blame's own; bounded, the oldest go first.
 */
#ifndef RSTBLAME_BLAME_UNEXPLAINED_H
#define RSTBLAME_BLAME_UNEXPLAINED_H

#include <stdint.h>

enum { STACKS_MAX = 256 };

/* All zero is empty. */
struct unexplained {
	struct {
		uint64_t id;
		char *text; /* owned */
	} slots[STACKS_MAX];
	uint32_t next;
};

void unexplained_release(struct unexplained *stacks);

/* `text` is copied; without memory for it, it is not remembered. */
void unexplained_note(struct unexplained *stacks, uint64_t id, const char *text);

/* Of the removal with that id, or NULL. Valid until the next note. */
const char *unexplained_find(const struct unexplained *stacks, uint64_t id);

#endif
