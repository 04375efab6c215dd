/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How many distinct connections there were: one that was reset three times is one. A set
 * of hashes, of fixed size: what finds no room any more is told as "at least". Two
 * connections share a hash once in some 10^11 pairs. Pure.
 */
#ifndef RSTBLAME_SUMMARY_CONNECTIONS_H
#define RSTBLAME_SUMMARY_CONNECTIONS_H

#include "model/observation.h"

enum { CONNECTIONS_SLOTS = 131072, CONNECTIONS_MAX = CONNECTIONS_SLOTS / 4 * 3 };

/* All zero: empty. */
struct connections {
	uint32_t count;
	uint64_t slots[CONNECTIONS_SLOTS]; /* 0: free */
};

enum connections_added {
	CONNECTIONS_NEW,
	CONNECTIONS_KNOWN,
	CONNECTIONS_FULL, /* it is not there, and there is no room */
};

/* Both directions of `tuple` are one connection; `group` tells sets in one table apart. */
enum connections_added connections_add(struct connections *set, uint32_t group,
				       struct netns_id netns, uint8_t family,
				       const struct tuple *tuple);

bool connections_has(const struct connections *set, uint32_t group, struct netns_id netns,
		     uint8_t family, const struct tuple *tuple);

#endif
