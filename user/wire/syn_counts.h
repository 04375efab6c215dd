/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The answers to SYNs that the probes only counted (bpf/syns.bpf.h), as observations: what
 * was added since it was last told, one for each namespace and family. Pure, and past it
 * nobody sees the maps' structs.
 */
#ifndef RSTBLAME_WIRE_SYN_COUNTS_H
#define RSTBLAME_WIRE_SYN_COUNTS_H

#include <stddef.h>

#include "model/observation.h"

struct event_syn_key;
struct event_syn_count;

/* All zero: nothing was counted. */
struct syn_counts {
	uint8_t generation;    /* the latest */
	struct syn_told *told; /* by key; NULL until the first */
	size_t told_count;
	struct syn_row *rows; /* of the last look */
	size_t rows_count, rows_size, ports_size;
	size_t next;              /* the first that is not told yet */
	struct port_count *ports; /* of what is told, as many as rows */
};

void syn_counts_release(struct syn_counts *c);

/* Begins a look, in that generation of ports: what the last one found and was not told yet
 * will be found again. */
void syn_counts_begin(struct syn_counts *c, uint8_t generation);

/* One entry of a map. `is_other`: of ports that are not told apart. 0, or -ENOMEM. */
int syn_counts_take(struct syn_counts *c, const struct event_syn_key *key,
		    const struct event_syn_count *count, bool is_other);

/* The ports of past generations, all of which were told: fills `keys`, which has room for
 * EVENT_SYN_PORTS_MAX, and returns how many. */
size_t syn_counts_past(const struct syn_counts *c, struct event_syn_key *keys);
/* These were taken out of the map: should they come back they count from 0. */
void syn_counts_drop(struct syn_counts *c, const struct event_syn_key *keys, size_t count);

bool syn_counts_is_empty(const struct syn_counts *c);

/* The next namespace's, by number: fills type, netns.inum and counted, whose ports hold
 * until the next call. `wall_offset_ns`: from CLOCK_MONOTONIC. False: all was told. */
bool syn_counts_tell(struct syn_counts *c, uint64_t wall_offset_ns, struct observation *out);

#endif
