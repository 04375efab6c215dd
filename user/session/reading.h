/* SPDX-License-Identifier: GPL-2.0-only */
/* How far a replay is, for whoever waits for it at a terminal. */
#ifndef RSTBLAME_SESSION_READING_H
#define RSTBLAME_SESSION_READING_H

#include "record/recording.h"
#include "report/report.h"

/* All zero to begin with. */
struct reading {
	uint64_t seen;    /* observations, of which each some thousandth looks at the clock */
	uint64_t next_ns; /* CLOCK_MONOTONIC; 0: it has not begun */
	bool is_shown;    /* on stderr */
};

/* After each observation: once a second, beginning with the second one, in the report where
 * that is a terminal, else on stderr where that is one; nowhere under -q. */
void reading_show(struct reading *reading, struct report *report,
		  struct recording *const *recordings, size_t count);

/* Takes it off stderr again. */
void reading_end(struct reading *reading);

#endif
