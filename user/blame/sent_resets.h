/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The latest resets that a node sent: their receiver may be on the same node, which
 * is one RST seen twice. Of fixed size: the oldest of who sent the most is forgotten first.
 * All zero is empty. Pure.
 */
#ifndef RSTBLAME_BLAME_SENT_RESETS_H
#define RSTBLAME_BLAME_SENT_RESETS_H

#include "blame/budgets.h"
#include "model/observation.h"

enum { SENT_MAX = 128 };

struct sent_resets {
	struct sent {
		struct dated when;
		uint64_t id;         /* 0: it was received */
		struct tuple packet; /* its trigger: the RST goes the other way */
	} items[SENT_MAX];
	size_t count;
	struct budgets budgets;
};

void sent_resets_add(struct sent_resets *sent, const struct strangers *strangers,
		     const struct observation *reset, uint64_t id);

/* Up to that time some that were sent in `netns` were not told, but counted: those of a recording
 * (report/strays.h). */
void sent_resets_count(struct sent_resets *sent, const struct strangers *strangers,
		       struct netns_id netns, uint64_t until_ns);

/* When the newest was sent that is not remembered and that `received` may be; 0: all are. */
uint64_t sent_resets_horizon(const struct sent_resets *sent, const struct strangers *strangers,
			     const struct observation *received);

/* The id under which the RST that was received there was sent, within the last second,
 * in answer to `trigger`, and forgets it; 0: it is none of these. */
uint64_t sent_resets_take(struct sent_resets *sent, const struct observation *received,
			  const struct tuple *trigger);

#endif
