/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The address and link events of the window, and which of them a flush came
 * from. Blame's own; bounded, the oldest that no flush points to is forgotten first.
 */
#ifndef RSTBLAME_CHANGES_H
#define RSTBLAME_CHANGES_H

#include "finding.h"

struct changes;

struct changes *changes_new(size_t limit); /* NULL when out of memory */
void changes_free(struct changes *changes);

/* Copies what a flush may come from: an address removed, a link down. The result
 * keeps its place in memory until it is forgotten, which a pinned one never is.
 * NULL when there is no room; later joins then know that something is missing. */
struct change *changes_add(struct changes *changes, const struct observation *seen, uint64_t id);

/* Joins a flush to the change that its recording names by id, if that can be
 * the one at all (namespace, kind, before the flush). */
void changes_join_recorded(struct changes *changes, struct flush *flush, uint64_t recorded_id);

/* The flush removed nothing and goes: its change need not be kept for it. */
void changes_unpin(struct changes *changes, const struct flush *flush);

/* Joins a flush to the change behind it, by what the kernel's work item carries
 * (namespace, interface, address), and claims that change. Sets by, join and
 * family of the flush. */
void changes_join(struct changes *changes, struct flush *flush);

/* The same for a flush whose work item was not seen: by the address that its
 * entries were translated to. */
void changes_join_by_tuple(struct changes *changes, struct flush *flush, uint8_t family,
			   const struct address *translated_to);

#endif
