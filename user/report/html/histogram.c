// SPDX-License-Identifier: GPL-2.0-only
#include "report/html/histogram.h"

#include <string.h>

#define FIRST_WIDTH_NS 1000000ULL

static void merge(struct bin *into, const struct bin *from)
{
	if (!from->count)
		return;
	if (!into->count || from->first_ns < into->first_ns) {
		into->first_ns = from->first_ns;
		into->first = from->first;
	}
	into->count += from->count;
}

static void widen(struct histogram *b)
{
	for (size_t i = 0; i < BINS_COUNT; i++) {
		struct bin bin = b->bin[i];

		memset(&b->bin[i], 0, sizeof(bin));
		merge(&b->bin[i / 2], &bin);
	}
	b->width_ns *= 2;
}

void histogram_add(struct histogram *b, uint64_t from_ns, uint64_t at_ns, uint64_t what,
		   uint64_t count)
{
	struct bin more = { count, at_ns, what };
	uint64_t after_ns;

	if (!b->width_ns) {
		b->from_ns = from_ns;
		b->width_ns = FIRST_WIDTH_NS;
	}
	after_ns = at_ns > b->from_ns ? at_ns - b->from_ns : 0;
	while (after_ns / b->width_ns >= BINS_COUNT)
		widen(b);
	merge(&b->bin[after_ns / b->width_ns], &more);
}
