/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The address and link events of the window, and which of them a flush came
 * from. Blame's own; bounded, the oldest forgotten first.
 */
#ifndef RSTBLAME_CHANGES_H
#define RSTBLAME_CHANGES_H

#include "finding.h"

struct changes;

struct changes *changes_new(size_t limit); /* NULL when out of memory */
void changes_free(struct changes *changes);

/* Copies; the result keeps its address for as long as it is remembered, and
 * what a flush points to is never forgotten. NULL when out of memory. */
struct change *changes_add(struct changes *changes, const struct observation *seen, uint64_t id);

/* By the id that it had in its recording. NULL: none. */
const struct change *changes_find_recorded(const struct changes *changes, uint32_t node,
					   uint64_t recorded_id);

/* Joins a flush to the change behind it, by what the kernel's work item carries
 * (namespace, interface, address), and claims that change. Sets by, join and
 * family of the flush. */
void changes_join(struct changes *changes, struct flush *flush);

/* The same for a flush whose work item was not seen: by the address that its
 * entries were translated to. */
void changes_join_by_tuple(struct changes *changes, struct flush *flush, uint8_t family,
			   const struct address *translated_to);

#endif
