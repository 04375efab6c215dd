/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a removal leaves behind on this node: sockets that are still open. After a flush
 * it has an inspector list them, joins them with what blame remembers, and tells blame of
 * those at risk, by observations like any other; now and then, and when the window ends,
 * it has those at risk looked at again.
 *
 * Everything that takes time is done in the inspector's thread, and what it found is
 * taken in slices; all calls here are made by the thread that drains the rings.
 */
#ifndef RSTBLAME_VICTIMS_SWEEP_H
#define RSTBLAME_VICTIMS_SWEEP_H

#include "blame/blame.h"
#include "model/source.h"
#include "victims/inspector.h"

struct sweep;

/* `next` takes the observations, and hands them to `blame`. Both are borrowed. NULL when
 * out of memory. */
struct sweep *sweep_new(struct inspector *inspector, struct blame *blame, source_take_fn next,
			void *ctx);
void sweep_free(struct sweep *s);

/* Tells of what blame took: removals are what sockets are looked for after. */
void sweep_note(struct sweep *s, const struct observation *seen);

/* Takes an inspection of its kinds that is done, and frees it. `drained_ns`: the time up
 * to which the rings were drained. 0, or what `next` returned. */
int sweep_found(struct sweep *s, struct inspection *found, uint64_t drained_ns);

/* Goes on with what was found, and plans what is due. Call it after each draining of the
 * rings. 0, or what `next` returned. */
int sweep_turn(struct sweep *s, uint64_t drained_ns);

/* When the next turn is due, at the latest (CLOCK_MONOTONIC); 0: not before the next
 * removal. */
uint64_t sweep_due_ns(const struct sweep *s);

/* The window is over: from now on, all that is at risk is looked at once more. True when
 * that is done; what was found meanwhile is still to be taken. */
bool sweep_is_finished(struct sweep *s);
/* It takes too long: says that some could not be looked at. */
void sweep_give_up(struct sweep *s);

#endif
