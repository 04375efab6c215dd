/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What was seen, to be held against what the kernel counts itself: a witness that works
 * whatever keeps a probe from seeing. Of a live window; what comes of it is an observation
 * like any other, so that a replay says the same. Pure.
 *
 * Each comparison is one-sided, and so needs no allowance for races: what the kernel had
 * counted when it was asked has its record by the time it is compared, and one that is
 * handed on later than that only makes the seen more. What was known to be lost may be the
 * rest.
 */
#ifndef RSTBLAME_BLAME_TALLY_H
#define RSTBLAME_BLAME_TALLY_H

#include <stddef.h>

#include "model/observation.h"
#include "model/source.h"

/* What the kernel has counted in a namespace since that was made. */
struct kernel_count {
	uint32_t inum;
	uint64_t resets; /* TcpOutRsts: tcp_v4_send_reset(), tcp_v6_send_reset() where it has a
			  * route, tcp_send_active_reset() */
};

/* A TCP entry of conntrack, by its original tuple. */
struct kernel_entry {
	uint32_t inum;
	uint8_t family;
	struct tuple orig;
};

/* As it was read, one namespace after the other. */
struct kernel_reading {
	struct kernel_count *counts;
	size_t count, size;
	/* Entries that were there at the reading before, and are not any more. */
	struct kernel_entry *gone;
	size_t gone_count, gone_size;
	uint32_t unread; /* namespaces that could not be read */
};

struct tally;

struct tally *tally_new(void); /* NULL when out of memory */
void tally_free(struct tally *tally);

void tally_note(struct tally *tally, const struct observation *seen);

/* The kernel announced that an address was removed, or lost count of what it announced. */
void tally_hear(struct tally *tally, uint8_t family, uint32_t ifindex, const struct address *local);
void tally_hear_gap(struct tally *tally);

/* The kernel is going to be asked: what is read of a namespace that was never read before
 * is where its counting begins, and what was seen up to now does not count there. What was
 * heard up to now is what is compared. */
void tally_ask(struct tally *tally);

/* Holds a reading against what was seen, which holds all that was there when it was read.
 * `take` gets a witness where something is missing that was not reported before, and at the
 * end one of each kind of all. The observations have no time yet, and no namespace where it
 * is not one's. 0, or what `take` returned. */
int tally_compare(struct tally *tally, const struct kernel_reading *reading, bool is_last,
		  source_take_fn take, void *ctx);

#endif
