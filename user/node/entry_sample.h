/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A few TCP entries of each namespace's conntrack table, which are looked for again later:
 * those that are gone were removed, whether or not a probe saw it. The table's own counters
 * do not tell: what an entry that is made adds, one that is removed takes away, and
 * `insert` and `delete` of its statistics have not been counted since 8e8118f89313
 * ("netfilter: conntrack: remove packet hotpath stats", 4.9).
 */
#ifndef RSTBLAME_NODE_ENTRY_SAMPLE_H
#define RSTBLAME_NODE_ENTRY_SAMPLE_H

#include <stddef.h>

#include "blame/tally.h"

enum { ENTRY_SAMPLE_MAX = 32 }; /* of a namespace */

/* All zero to begin with. */
struct entry_sample {
	struct kernel_entry *items; /* by namespace, as they were taken */
	size_t count, size;
};

void entry_sample_release(struct entry_sample *sample);

/* In the namespace `inum`, which the calling thread is in: appends some of its entries that
 * have seen a reply, and are in no zone. A part of one walk of the table, which all
 * namespaces share: a few milliseconds where it has room for 262,144 and is empty. Nothing
 * where nf_conntrack_netlink is not loaded. */
void entry_sample_take(struct entry_sample *sample, uint32_t inum);

/* In there, too: appends to `reading` those of the sample that are gone. 10 us for each that
 * it asks for. */
void entry_sample_ask(const struct entry_sample *sample, uint32_t inum,
		      struct kernel_reading *reading);

#endif
