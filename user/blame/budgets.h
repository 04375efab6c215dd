/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who holds how much of a table that forgets, and how far back it reaches for each of them:
 * what one namespace does must not push out what another needs, and "not found" must not be
 * taken for "did not happen" (truth rule 12). The owners are namespaces; all of a node that
 * belong to other user namespaces than the initial one (anybody can make those) are one
 * owner together. Pure; all zero is empty.
 */
#ifndef RSTBLAME_BLAME_BUDGETS_H
#define RSTBLAME_BLAME_BUDGETS_H

#include <stddef.h>

#include "model/observation.h"

/* Owners beyond these share the first. */
enum { BUDGETS_MAX = 256, BUDGETS_BUCKETS = 256 };

/* inum of the owner that all foreign namespaces of a node are. */
#define OWNER_FOREIGN UINT32_MAX

struct budget {
	struct netns_id owner;
	uint64_t held;
	uint64_t horizon_ns; /* when the newest that was forgotten had happened; 0: none was */
	uint16_t next;       /* in its bucket; 0: the end */
};

struct budgets {
	struct budget items[BUDGETS_MAX];
	uint16_t heads[BUDGETS_BUCKETS];
	uint16_t count; /* in use, besides the first */
};

/* One more, or one less, is that owner's. */
void budgets_take(struct budgets *budgets, struct netns_id owner);
void budgets_give(struct budgets *budgets, struct netns_id owner);

/* An owner turns out to be another: what it holds, and its horizon, become the other's. */
void budgets_move(struct budgets *budgets, struct netns_id from, struct netns_id to);

/* Something of that time is not remembered any more. */
void budgets_forget(struct budgets *budgets, struct netns_id owner, uint64_t mono_ns);

uint64_t budgets_held(const struct budgets *budgets, struct netns_id owner);
/* 0: all that was seen is remembered. */
uint64_t budgets_horizon(const struct budgets *budgets, struct netns_id owner);

/* Who holds the most; a foreign owner's weighs four times. NULL: nobody holds any. */
const struct budget *budgets_largest(const struct budgets *budgets);

/* The newest horizon of those who may have to do with what happens in `owner`: of itself, and
 * of all on its node that are not foreign. */
uint64_t budgets_near_horizon(const struct budgets *budgets, struct netns_id owner);

/* ---- whose a namespace is ---- */

/* The namespaces that are known to be foreign. What finds its place taken takes it: who
 * makes them by the thousand is asked for the latest. All zero is empty. */
enum { STRANGERS_MAX = 8192 };

struct strangers {
	struct netns_id items[STRANGERS_MAX];
};

/* False: it was known. */
bool strangers_note(struct strangers *strangers, struct netns_id netns);
bool strangers_has(const struct strangers *strangers, struct netns_id netns);

/* The owner of what happens in that namespace. */
struct netns_id strangers_owner(const struct strangers *strangers, struct netns_id netns);

/* Something in a table, at the head of each of its items. */
struct dated {
	struct netns_id netns;
	uint64_t mono_ns;
};

/* Which of `count` items (one at least), `stride` bytes apart, is to be forgotten: the oldest
 * one of the owner that holds the most. It is forgotten, as far as `budgets` goes. */
size_t budgets_evict(struct budgets *budgets, const struct strangers *strangers, const void *items,
		     size_t stride, size_t count);

/* The same for a small table that keeps no budgets and no horizon: they are counted anew. */
size_t budgets_pick(const struct strangers *strangers, const void *items, size_t stride,
		    size_t count);

#endif
