// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "victims/standing.h"

/* By tag; the best first, and where they are equal always in the same order. */
static int compare(const void *a, const void *b)
{
	const struct socket_row *x = a, *y = b;

	if (x->tag != y->tag)
		return x->tag < y->tag ? -1 : 1;
	if (x->standing != y->standing)
		return x->standing > y->standing ? -1 : 1;
	if (x->netns != y->netns)
		return x->netns < y->netns ? -1 : 1;
	return 0;
}

void standing_choose(struct sockets *s, struct socket_row *rivals)
{
	uint32_t counted = 0; /* the namespace of the last that was */
	size_t kept = 0;

	if (s->count)
		qsort(s->rows, s->count, sizeof(*s->rows), compare);
	for (size_t k = 0; k < s->count; k++) {
		const struct socket_row *row = &s->rows[k];
		struct socket_row *best = kept ? &s->rows[kept - 1] : NULL;

		if (!socket_is_open(row))
			continue;
		if (!best || best->tag != row->tag) {
			s->rows[kept] = *row;
			s->rows[kept++].one_of = 0;
			counted = row->netns;
			continue;
		}
		if (row->standing != best->standing || row->netns == counted)
			continue; /* not as good, or the same, found twice */
		counted = row->netns;
		if (!best->one_of && rivals)
			rivals[row->tag] = *row;
		if (best->one_of < RIVALS_MAX)
			best->one_of = (uint8_t)(best->one_of ? best->one_of + 1 : 2);
	}
	s->count = kept;
}

bool standing_is_doubtful(uint8_t standing)
{
	return !(standing & (STANDING_OWNED | STANDING_LINKED));
}
