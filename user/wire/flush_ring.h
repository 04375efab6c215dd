/* SPDX-License-Identifier: GPL-2.0-only */
/* The reader's end of the flush ring (bpf/removed.bpf.h): a plain array that one act
 * at a time writes and this side maps, and the marks that it makes of what was
 * removed, for the probe of new entries. */
#ifndef RSTBLAME_WIRE_FLUSH_RING_H
#define RSTBLAME_WIRE_FLUSH_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct event_flush_slot;

/* Where the two sides meet; all of it outlives the ring. */
struct flush_ring_memory {
	int slots_fd;         /* the array map, to be mapped */
	uint32_t mask;        /* slots - 1 */
	const uint64_t *head; /* written by the probes */
	const uint64_t *task; /* 0: nobody is writing */
	uint64_t *limit;      /* of the head: written here */
	uint64_t *epoch;      /* counted up here too: see flush_time() in bpf/removed.bpf.h */
	uint8_t *marks;       /* EVENT_REMOVED_BITS */
	uint64_t *marks_made; /* of removals that came by the ordinary ring */
};

struct flush_ring {
	struct flush_ring_memory memory;
	const struct event_flush_slot *slots;
	uint64_t seen; /* the head, as of the last look */
	uint64_t next; /* to be read */
};

/* 0, or -errno. */
int flush_ring_open(struct flush_ring *ring, const struct flush_ring_memory *memory);
void flush_ring_close(struct flush_ring *ring);

/* Takes notice of what was written up to now. */
void flush_ring_look(struct flush_ring *ring);

/* The time of the next entry, UINT64_MAX when there is none. */
uint64_t flush_ring_next_ns(const struct flush_ring *ring);

/* Copies the next two slots to `out`; the entry may need one only. */
void flush_ring_peek(const struct flush_ring *ring, struct event_flush_slot *out);
void flush_ring_skip(struct flush_ring *ring, size_t slots);

/* Gives back what was skipped. Its removals must have been marked. */
void flush_ring_commit(struct flush_ring *ring);

/* Nothing to read, and nobody is writing. */
bool flush_ring_is_idle(const struct flush_ring *ring);

/* A flush is under way, and what is left unread of it can wait: less than half of the ring,
 * none of it older than two seconds at `now_ns` (CLOCK_MONOTONIC). As of the last look. */
bool flush_ring_may_wait(const struct flush_ring *ring, uint64_t now_ns);

/* Marks both tuples of an entry, so that a newer one with either is told of.
 * `entry`: struct event_removed4 or 6. */
void flush_ring_mark(struct flush_ring *ring, const void *entry);
/* The same for one that came by the ordinary ring. */
void flush_ring_mark_single(struct flush_ring *ring, const void *entry);

#endif
