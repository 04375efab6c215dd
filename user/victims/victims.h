/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The stage between blame and the report: it holds each reset that says which socket it
 * was meant for (struct wanted_socket) until an inspector has found that socket's
 * process, a second at most, and hands on all findings in their order. With a log, whose
 * lines may come late, each waits half a second, and a line is put in at its time.
 *
 * Everything that takes time is done in the inspector's thread; all calls here are made
 * by the thread that drains the rings. No verdict depends on what is found.
 *
 * Who listens out of a SYN's reach is looked for in the same way, 64 times a second: past
 * that nobody looks, and the reset goes on as if nothing were wanted.
 */
#ifndef RSTBLAME_VICTIMS_VICTIMS_H
#define RSTBLAME_VICTIMS_VICTIMS_H

#include "blame/blame.h"
#include "victims/inspector.h"

struct victims;

/* `next` takes what goes on. `inspector` is borrowed; NULL: nobody looks. NULL when out
 * of memory. */
struct victims *victims_new(struct inspector *inspector, bool has_log, blame_sink_fn next,
			    void *ctx);
/* What knows which connections have ended since `since_ns` (CLOCK_MONOTONIC), by the tuple of the
 * peer's packets: whoever is reset may close its socket before anybody looks for it. At most 16
 * times a second, since it may take milliseconds. */
typedef bool (*victims_ended_fn)(void *ctx, uint8_t family, const struct tuple *packet,
				 uint64_t since_ns);
void victims_set_ended(struct victims *v, victims_ended_fn ended, void *ctx);

void victims_free(struct victims *v); /* before the blame that the findings came from */

/* A blame_sink_fn, with the stage as its context. */
void victims_take(void *victims, const struct finding *f);

/* An INSPECT_ONE or INSPECT_LISTENER that is done. */
void victims_found(struct victims *v, const struct inspection *found);

/* Hands on what is ready. Call it after each draining of the rings. */
void victims_turn(struct victims *v);

/* When the next turn is due, at the latest (CLOCK_MONOTONIC); 0: nothing is held. */
uint64_t victims_due_ns(const struct victims *v);

/* Whether a reset still waits for its victim. */
bool victims_wait(const struct victims *v);

/* The window is over: hands on all that is held, as it is, and holds nothing any more. */
void victims_end(struct victims *v);

/* Resets that went on without their victim: too many were to be looked up at once, or
 * nobody could look in time. */
uint64_t victims_unlooked(const struct victims *v);

#endif
