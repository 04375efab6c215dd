/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The flushes of the window, by act. Blame's own; bounded: past the limit the oldest that no
 * verdict points to is forgotten, of the owner that has the most (budgets.h), or of the new
 * one's where that has more than its share. What was removed then is remembered without its
 * flush, which lowers the confidence.
 */
#ifndef RSTBLAME_BLAME_FLUSHES_H
#define RSTBLAME_BLAME_FLUSHES_H

#include "blame/budgets.h"
#include "model/finding.h"

struct flushes;

/* `limit` of 2^20 at most; `strangers` must outlive it. NULL when out of memory. */
struct flushes *flushes_new(size_t limit, const struct strangers *strangers);
void flushes_free(struct flushes *flushes);

/* The flush of that act on that node, or NULL. */
struct flush *flushes_find(struct flushes *flushes, uint32_t node, uint64_t act);

/* A new one of that namespace under that act (0: found by index only), zeroed else. NULL past
 * the limit. */
struct flush *flushes_add(struct flushes *flushes, struct netns_id netns, uint64_t act);

/* Whether the next one of that namespace is within the limit and its share. */
bool flushes_has_room(const struct flushes *flushes, struct netns_id netns);
/* Else, which one may go for it: flushes_evict() it. NULL: none may. */
struct flush *flushes_oldest(struct flushes *flushes, struct netns_id netns);
void flushes_evict(struct flushes *flushes, struct flush *flush);

/* One found no room. */
void flushes_note_gap(struct flushes *flushes, struct netns_id netns, uint64_t mono_ns);

void flushes_note_stranger(struct flushes *flushes, struct netns_id netns);
/* When the newest of that namespace began that is not remembered; 0: all are. */
uint64_t flushes_horizon(const struct flushes *flushes, struct netns_id netns);

/* Lets a second act mean the same flush: one process that deletes entry by entry. */
void flushes_alias(struct flushes *flushes, const struct flush *flush, uint64_t act);

/* Frees one that removed nothing and that nobody points to. */
void flushes_forget(struct flushes *flushes, struct flush *flush);

/* Never given to another one, not for four billion of them. */
uint32_t flushes_index(const struct flushes *flushes, const struct flush *flush);
/* NULL: none there, or it was forgotten. */
struct flush *flushes_at(struct flushes *flushes, uint32_t index);
/* How many places were ever in use, and what is in one; NULL: nothing, now. */
size_t flushes_count(const struct flushes *flushes);
struct flush *flushes_in(struct flushes *flushes, size_t place);

#endif
