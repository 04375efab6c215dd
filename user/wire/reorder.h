/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A few records of a ring in the order of their time. A ring keeps the order of the
 * reservations, and a record takes its time after it was reserved: a CPU that is kept
 * from running in between (a virtual one, without its host's) leaves a record in the
 * ring that is younger than those behind it. Each CPU leaves one at most, so looking
 * ahead over as many records as there are such CPUs finds the eldest.
 */
#ifndef RSTBLAME_WIRE_REORDER_H
#define RSTBLAME_WIRE_REORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LOOKAHEAD_RECORDS = 64, LOOKAHEAD_RECORD_BYTES = 1024 };

/* All zero is an empty one. */
struct reorder {
	size_t count;
	/* The first `count` places are taken, eldest last, the others free. */
	uint8_t order[LOOKAHEAD_RECORDS];
	bool has_order;
	struct {
		uint64_t time_ns;
		size_t size;
		_Alignas(8) uint8_t bytes[LOOKAHEAD_RECORD_BYTES];
	} places[LOOKAHEAD_RECORDS];
};

bool reorder_is_full(const struct reorder *l);

/* Copies the record. False: it is larger than LOOKAHEAD_RECORD_BYTES, or the lookahead is
 * full; then nothing was done. Of the same time, what was put first is the elder. */
bool reorder_put(struct reorder *l, uint64_t time_ns, const void *record, size_t size);

/* The eldest's time, UINT64_MAX where there is none. */
uint64_t reorder_next_ns(const struct reorder *l);

/* The i-th from the eldest, valid as long; NULL: there are no more. */
const void *reorder_look(const struct reorder *l, size_t i, size_t *size);

/* The eldest, which is taken out; valid until the next reorder_put(). There must be one. */
const void *reorder_take(struct reorder *l, size_t *size);

#endif
