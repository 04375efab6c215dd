/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Findings on their way to the report, in the order that they came, held back until the
 * first may go on: a reset waits for its victim, and all of them for a log line that may
 * come late and is put in at its time. Copies (model/finding.h), bounded, and without a
 * clock: who calls says what time it is.
 */
#ifndef RSTBLAME_VICTIMS_HOLD_QUEUE_H
#define RSTBLAME_VICTIMS_HOLD_QUEUE_H

#include "model/finding.h"

enum { HELD_MAX = 2048 };

struct held {
	struct finding *finding; /* owned */
	uint64_t due_ns;         /* CLOCK_MONOTONIC: not to go before; 0: at once */
	uint64_t ticket;         /* of what it waits for; 0: nothing */
	uint64_t until_ns;       /* and how long for that, at most */
	bool is_unasked;         /* it waits until it can be asked for */
};

/* All zero is an empty one. */
struct hold_queue {
	struct held *items; /* a ring; NULL until the first one */
	size_t first, count;
};

void hold_queue_release(struct hold_queue *q);

/* Puts a copy last; with `by_time`, behind the last that is not younger. It goes when
 * `due_ns` has come, or what is behind it is due. NULL when out of memory or full: let
 * the first go on then. The pointer is valid until the next call. */
struct held *hold_queue_put(struct hold_queue *q, const struct finding *f, uint64_t due_ns,
			    bool by_time);

/* The first, or NULL. */
struct held *hold_queue_first(struct hold_queue *q);
/* The first that is not asked for yet, or NULL. */
struct held *hold_queue_unasked(struct hold_queue *q);
/* The one that waits for `ticket`, or NULL: it went on without. */
struct held *hold_queue_find(struct hold_queue *q, uint64_t ticket);

/* Whether the first may go on at `now_ns`: it is due, and it has what it waited for, or
 * waited for long enough. */
bool hold_queue_is_ready(const struct hold_queue *q, uint64_t now_ns);
/* When it may, at the latest; 0: there is none. */
uint64_t hold_queue_due_ns(const struct hold_queue *q);
/* Whether any waits for more than its time. */
bool hold_queue_waits(const struct hold_queue *q);

/* Takes the first out. The caller frees its finding. There must be one. */
struct held hold_queue_take(struct hold_queue *q);

#endif
