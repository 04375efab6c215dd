/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counts over a time whose end is not known: a fixed number of bins that double their
 * width when it goes on past the last one. So each event has its place in a picture,
 * however many there are and however long it takes. Pure.
 */
#ifndef RSTBLAME_REPORT_HTML_HISTOGRAM_H
#define RSTBLAME_REPORT_HTML_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

enum { BINS_COUNT = 512 };

struct bin {
	uint64_t count;
	uint64_t first_ns; /* when its first was */
	uint64_t first;    /* what the caller calls it */
};

struct histogram {
	uint64_t from_ns, width_ns; /* 0 before the first */
	struct bin bin[BINS_COUNT];
};

/* Counts so many in. What is before the first falls into the first bin. */
void histogram_add(struct histogram *histogram, uint64_t from_ns, uint64_t at_ns, uint64_t what,
		   uint64_t count);

#endif
