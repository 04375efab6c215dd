/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The latest resets that a node sent: their receiver may be on the same node, which
 * is one RST seen twice. A fixed ring, zeroed to begin with. Pure.
 */
#ifndef RSTBLAME_BLAME_SENT_RESETS_H
#define RSTBLAME_BLAME_SENT_RESETS_H

#include "model/observation.h"

enum { SENT_MAX = 64 };

struct sent_resets {
	struct sent {
		uint64_t id;
		uint64_t mono_ns;
		struct netns_id netns;
		struct tuple packet; /* its trigger: the RST goes the other way */
	} items[SENT_MAX];
	size_t next;
};

void sent_resets_add(struct sent_resets *sent, const struct observation *reset, uint64_t id);

/* The id under which the RST that was received there was sent, within the last second,
 * in answer to `trigger`, and forgets it; 0: it is none of these. */
uint64_t sent_resets_take(struct sent_resets *sent, const struct observation *received,
			  const struct tuple *trigger);

#endif
