/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How far a BPF ring buffer is written and read. A record that is reserved and not yet
 * submitted stops the reader, and all behind it wait unseen: for a microsecond as a
 * rule, for as long as its CPU does not run where that is a virtual one.
 * (kernel/bpf/ringbuf.c: the consumer's page comes first, then the producer's.)
 */
#ifndef RSTBLAME_WIRE_RING_GAUGE_H
#define RSTBLAME_WIRE_RING_GAUGE_H

#include <stdbool.h>
#include <stdint.h>

struct ring_gauge {
	const uint64_t *read, *written; /* bytes since the ring was made; mapped */
	uint64_t noted;                 /* what was written before the reader last ran */
	uint64_t blocked_ns;            /* since when the reader is stopped; 0: it is not */
	uint64_t clear_ns;              /* when it last saw all that there was */
	bool is_given_up;               /* blocked for longer than RING_PATIENCE_NS */
};

/* How long a record that is not submitted holds up the others: the CPU of one that takes
 * longer may be gone. */
#define RING_PATIENCE_NS (1000ULL * 1000 * 1000)

/* Of the ring whose map is `map_fd`. 0, or -errno. */
int ring_gauge_open(struct ring_gauge *gauge, int map_fd);
void ring_gauge_close(struct ring_gauge *gauge); /* also of one that is all zero */

/* Before the reader runs; and after it, whether it left something that was there then. It
 * reads to the end by itself, so that is a record not yet submitted. */
void ring_gauge_note(struct ring_gauge *gauge);
bool ring_gauge_is_behind(const struct ring_gauge *gauge);

/* Up to when all that happened is known, `until_ns` at most. What is read of a ring that
 * is blocked is followed by records of about the same time that cannot be seen yet; but
 * up to when the ring was last seen clear there are none. `is_full`: the reader stopped of
 * its own accord, so nothing is known of the rest. `now_ns`: from before the note. */
uint64_t ring_gauge_until_ns(struct ring_gauge *gauge, bool is_blocked, bool is_full,
			     uint64_t now_ns, uint64_t until_ns);

#endif
