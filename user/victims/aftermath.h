/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a removal leaves behind on this node: the sockets at risk, and the victims of
 * the resets. It stands between the live source and blame: it lets observations pass,
 * adds what an inspector finds, and holds a reset for a moment while its victim is
 * looked up. Everything that takes time is done in the inspector's thread.
 */
#ifndef RSTBLAME_VICTIMS_AFTERMATH_H
#define RSTBLAME_VICTIMS_AFTERMATH_H

#include "blame/blame.h"
#include "model/source.h"

struct aftermath;

/* `next` takes what goes on to blame. NULL and errno: then there are no victims. */
struct aftermath *aftermath_new(struct blame *blame, source_take_fn next, void *ctx);
void aftermath_free(struct aftermath *a);

/* A source_take_fn, with the aftermath as its context. */
int aftermath_take(void *aftermath, const struct observation *seen);

/* Readable when something was found: call aftermath_turn() soon. */
int aftermath_fd(const struct aftermath *a);

/* Resets that went on without their victim, since too many were to be looked up. */
uint64_t aftermath_unlooked(const struct aftermath *a);

/* Hands on what is ready and plans what is due. Call it after each draining of the
 * rings, with the time up to which they were drained. 0, or what `next` returned. */
int aftermath_turn(struct aftermath *a, uint64_t drained_ns);

/* When the next turn is due, at the latest (CLOCK_MONOTONIC); 0: not before the next
 * observation. */
uint64_t aftermath_due_ns(const struct aftermath *a);

/* The window is over: from now on, turns look at all that is at risk once more. True
 * when that is done and nothing waits any more. Gives up after some seconds. */
bool aftermath_is_finished(struct aftermath *a);

#endif
