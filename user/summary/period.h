/* SPDX-License-Identifier: GPL-2.0-only */
/* What one period of a long watch amounted to (--every): what the summary counts, less what
 * it had counted at the period's beginning. Pure. */
#ifndef RSTBLAME_SUMMARY_PERIOD_H
#define RSTBLAME_SUMMARY_PERIOD_H

#include "summary/summary.h"

struct period {
	uint64_t span_s;
	uint64_t resets[VERDICTS];
	uint64_t resets_total;
	uint64_t blamed; /* of them, on conntrack */
	uint64_t removals[CAUSES];
	uint64_t flushes;
	uint64_t lost;    /* events */
	uint64_t at_risk; /* flows, at its end */
	bool knows_risk;
};

/* What the next one begins with. All zero: nothing was counted yet. */
struct period_mark {
	uint64_t mono_ns;
	uint64_t resets[VERDICTS];
	uint64_t resets_total, blamed, flushes, lost;
	uint64_t removals[CAUSES];
};

/* Ends the period that `mark` began, and begins the next at `mono_ns`. */
void period_end(struct period_mark *mark, const struct summary *t, uint64_t mono_ns,
		struct period *out);

/* "in 1 h: 3 resets, 1 blamed on conntrack (1 entry-removed, 2 no-listener); 6 entries removed
 * (6 address-removed) by 1 flush; 4 flows at risk; no events lost". Returns `buf`. */
const char *period_text(const struct period *p, char *buf, size_t size);

#endif
