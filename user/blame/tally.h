/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What was seen, counted by namespace, to be held against what the kernel counts itself: a
 * witness that works whatever keeps a probe from seeing. Of a live window; what comes of it
 * is an observation like any other, so that a replay says the same. Pure.
 *
 * The comparison is one-sided, and so needs no allowance for races. A record is made before
 * the kernel counts, so that what the kernel had counted when it was asked has its record;
 * one that is handed on later than that only makes the seen more. What was known to be lost
 * may be the rest.
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

/* As it was read, one namespace after the other. */
struct kernel_reading {
	struct kernel_count *counts;
	size_t count, size;
	uint32_t unread; /* namespaces that could not be read */
};

struct tally;

struct tally *tally_new(void); /* NULL when out of memory */
void tally_free(struct tally *tally);

void tally_note(struct tally *tally, const struct observation *seen);

/* The kernel is going to be asked: what is read of a namespace that was never read before
 * is where its counting begins, and what was seen up to now does not count there. */
void tally_ask(struct tally *tally);

/* Holds a reading against what was seen, which holds all that was there when it was read.
 * `take` gets a witness of each namespace in which something is missing that was not
 * reported before, and at the end one of all. The observations have no time yet. 0, or what
 * `take` returned. */
int tally_compare(struct tally *tally, const struct kernel_reading *reading, bool is_last,
		  source_take_fn take, void *ctx);

#endif
