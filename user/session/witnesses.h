/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What was seen is held against what the kernel counted itself, in every namespace, once a
 * minute and at the end: that works against every kind of blindness, known or not. What
 * disagrees is an observation (OBSERVATION_WITNESS).
 */
#ifndef RSTBLAME_SESSION_WITNESSES_H
#define RSTBLAME_SESSION_WITNESSES_H

#include "model/source.h"

enum { WITNESS_EVERY_S = 60 };

struct witnesses;

/* All is attached. `take` gets what disagrees. NULL: nothing is held against anything, and the end says so. */
struct witnesses *witnesses_new(source_take_fn take, void *ctx);
void witnesses_free(struct witnesses *witnesses); /* all of these take NULL, too */

/* Everything that was seen, in its turn. */
void witnesses_note(struct witnesses *witnesses, const struct observation *seen);

/* What the kernel counts from now on is what there is to see. Waits for it
 * a fifth of a second at most, so that what happens next is among that. */
void witnesses_begin(struct witnesses *witnesses);

/* To poll, -1 for none; and what to do when it is readable. */
int witnesses_fd(const struct witnesses *witnesses);
void witnesses_read(struct witnesses *witnesses);

/* The same, for announcements of addresses. */
int witnesses_addresses_fd(const struct witnesses *witnesses);
void witnesses_hear(struct witnesses *witnesses);

/* Asks the kernel again: to be called each WITNESS_EVERY_S. */
void witnesses_ask(struct witnesses *witnesses);

/* CLOCK_MONOTONIC: when there is something to compare; 0: there is nothing. */
uint64_t witnesses_due_ns(const struct witnesses *witnesses);
/* What happened before `until_ns` was handed on, all of it: compares what is due. 0, or what
 * `take` returned. */
int witnesses_turn(struct witnesses *witnesses, uint64_t until_ns);

/* The window is over: asks a last time, and waits for that two seconds at most. */
void witnesses_ask_last(struct witnesses *witnesses);
/* And all that happened up to then was handed on. */
int witnesses_end(struct witnesses *witnesses);

#endif
