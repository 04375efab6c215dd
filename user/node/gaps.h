/* SPDX-License-Identifier: GPL-2.0-only */
/* What cannot be done here though tracing is possible: of each, what lacks, the consequence and
 * the cure. Asked once, before anything is attached. */
#ifndef RSTBLAME_NODE_GAPS_H
#define RSTBLAME_NODE_GAPS_H

#include <stddef.h>

#include "node/data_paths.h"
#include "node/privilege.h"

enum { GAPS_HERE_MAX = 8, GAP_BYTES = 320 };

struct gaps {
	size_t count;
	char lines[GAPS_HERE_MAX][GAP_BYTES];
};

/* Any thread; a few system calls. One of them is setns() into the thread's own namespace, which
 * changes nothing, and tells whether a filter refuses it. */
void gaps_find(struct gaps *out);

/* What setns() into one's own namespace came to, 0 or -errno, of one who has the capability.
 * Pure. */
void gaps_note_setns(struct gaps *out, int err, const struct privilege_facts *facts);

/* What carries connections past conntrack. Pure. */
void gaps_note_data_paths(struct gaps *out, const struct data_paths *paths);

#endif
