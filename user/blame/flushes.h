/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The flushes of the window, by act. Blame's own; bounded: past the limit a
 * removal is remembered without its flush, which lowers the confidence.
 */
#ifndef RSTBLAME_BLAME_FLUSHES_H
#define RSTBLAME_BLAME_FLUSHES_H

#include "model/finding.h"

struct flushes;

struct flushes *flushes_new(size_t limit); /* NULL when out of memory */
void flushes_free(struct flushes *flushes);

/* The flush of that act on that node, or NULL. */
struct flush *flushes_find(struct flushes *flushes, uint32_t node, uint64_t act);

/* A new, zeroed one under that act (0: found by index only). NULL past the limit. */
struct flush *flushes_add(struct flushes *flushes, uint32_t node, uint64_t act);

/* Lets a second act mean the same flush: one process that deletes entry by entry. */
void flushes_alias(struct flushes *flushes, const struct flush *flush, uint64_t act);

/* Frees one that removed nothing and that nobody points to. */
void flushes_forget(struct flushes *flushes, struct flush *flush);

uint32_t flushes_index(const struct flushes *flushes, const struct flush *flush);
/* NULL: none there, or it was forgotten. */
struct flush *flushes_at(struct flushes *flushes, uint32_t index);
/* One more than the highest index in use so far. */
size_t flushes_count(const struct flushes *flushes);

#endif
