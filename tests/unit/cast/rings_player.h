/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Both ends of the merge, played for a test. Each record is called by a word, and what was
 * handed on reads as a sentence. Times are milliseconds since the start; the reader runs 10 ms
 * behind, as live.
 */
#ifndef RSTBLAME_TESTS_RINGS_PLAYER_H
#define RSTBLAME_TESTS_RINGS_PLAYER_H

#include "cast/flush_writer.h"
#include "wire/merge.h"

enum { TOLD_BYTES = 8192 };

extern struct merge merge;
extern struct flush_writer flush;
extern uint64_t counts_ns;
extern char told[TOLD_BYTES];  /* since the last assert_told() */
extern int stops_with;         /* what taking returns from here on */
extern void (*on_take)(void);  /* called once */
extern const char *unfinished; /* a reset whose fate has not come */

/* Set-up and teardown of each story. */
int rings_player_begin(void **state);
int rings_player_end(void **state);

/* ---- the probes ---- */

/* A place in the ring, which hides all behind it until it is submitted. */
size_t reserve(enum merge_ring which);
void submit(enum merge_ring which, size_t at, uint64_t ms, const char *word);
/* Both at once. */
void state(uint64_t ms, const char *word);
void reset(uint64_t ms, const char *word);
/* By a flush, in its own ring. */
void removed(uint64_t ms, const char *word);

/* ---- the reader ---- */

int run(uint64_t now_ms);
uint64_t records_read(enum merge_ring which);

/* What the run at that time hands on, and nothing else. */
#define assert_told(now_ms, words)                                                                 \
	do {                                                                                       \
		assert_int_equal(run(now_ms), 0);                                                  \
		assert_string_equal(told, words);                                                  \
		told[0] = '\0';                                                                    \
	} while (0)

#endif
