/* SPDX-License-Identifier: GPL-2.0-only */
/* The probes' end of the flush ring, played by a test. */
#ifndef RSTBLAME_TESTS_FLUSH_WRITER_H
#define RSTBLAME_TESTS_FLUSH_WRITER_H

#include "cast/make.h"

#include "bpf/event.h"
#include "wire/flush_ring.h"

enum { FLUSH_WRITER_SLOTS = 128 };

struct flush_writer {
	struct event_flush_slot *slots;
	uint64_t head, task, limit, epoch, marks_made;
	uint8_t *marks;
	int fd;
};

/* Opens the reader's end too. */
void flush_writer_open(struct flush_writer *w, struct flush_ring *ring);
void flush_writer_close(struct flush_writer *w, struct flush_ring *ring);

/* There must be room. `slot`: a struct event_removed4, or a mark. */
void flush_writer_push(struct flush_writer *w, const void *slot);

#endif
