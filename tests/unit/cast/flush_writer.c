// SPDX-License-Identifier: GPL-2.0-only
#include "cast/flush_writer.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void flush_writer_open(struct flush_writer *w, struct flush_ring *ring)
{
	struct flush_ring_memory memory;

	memset(w, 0, sizeof(*w));
	w->fd = memfd_create("slots", 0);
	assert_int_equal(ftruncate(w->fd, FLUSH_WRITER_SLOTS * sizeof(*w->slots)), 0);
	w->slots = mmap(NULL, FLUSH_WRITER_SLOTS * sizeof(*w->slots), PROT_READ | PROT_WRITE,
			MAP_SHARED, w->fd, 0);
	assert_ptr_not_equal(w->slots, MAP_FAILED);
	w->marks = calloc(1 << EVENT_REMOVED_BITS, 1);
	w->limit = FLUSH_WRITER_SLOTS;
	memory = (struct flush_ring_memory){ .slots_fd = w->fd,
					     .mask = FLUSH_WRITER_SLOTS - 1,
					     .head = &w->head,
					     .task = &w->task,
					     .limit = &w->limit,
					     .epoch = &w->epoch,
					     .marks = w->marks,
					     .marks_made = &w->marks_made };
	assert_int_equal(flush_ring_open(ring, &memory), 0);
}

void flush_writer_close(struct flush_writer *w, struct flush_ring *ring)
{
	flush_ring_close(ring);
	munmap(w->slots, FLUSH_WRITER_SLOTS * sizeof(*w->slots));
	close(w->fd);
	free(w->marks);
}

void flush_writer_push(struct flush_writer *w, const void *slot)
{
	assert_true(w->head + 1 <= w->limit);
	memcpy(&w->slots[w->head++ % FLUSH_WRITER_SLOTS], slot, sizeof(*w->slots));
}
