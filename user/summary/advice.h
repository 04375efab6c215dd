/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What to do about what was seen, as data: two tables of rows. Each row has the verdict or
 * the cause that it is for, a condition on the chain behind it, what people did about it,
 * and what would show that it is not the cause. The first row that applies counts.
 */
#ifndef RSTBLAME_SUMMARY_ADVICE_H
#define RSTBLAME_SUMMARY_ADVICE_H

#include "summary/stories.h"

/* What begins the line that would disprove a verdict. */
#define ADVICE_DISPROOF "Not the cause if"

enum { ADVICE_MAX = 32, ADVICE_BYTES = 768, ADVICE_LINES_MAX = 5 };

struct advice_facts; /* advice_private.h */

struct advice_row {
	enum verdict verdict;                              /* VERDICT_NONE: any */
	enum cause cause;                                  /* CAUSE_NONE: any */
	bool (*applies)(const struct advice_facts *facts); /* NULL: always */
	const char *lines[ADVICE_LINES_MAX];               /* `{word}`: see advice_words.c */
	const char *disproof;                              /* NULL: it accuses nobody */
};

/* One sentence of it. */
struct advice {
	uint32_t node;
	bool is_disproof;
	char text[ADVICE_BYTES];
};

struct advice_list {
	size_t count;
	struct advice items[ADVICE_MAX];
};

/* The advice on what was blamed, each sentence once; with nothing blamed, on the other
 * resets. With several nodes each names its own. */
void summary_advice(const struct summary *t, struct advice_list *out);

/* What helps against a verdict or a removal's cause (the other of them is none) whatever the
 * circumstances. NULL: there is none. */
const struct advice_row *advice_on(enum verdict verdict, enum cause cause);

/* The row for a story; NULL: there is none. */
const struct advice_row *advice_find(const struct summary *t, const struct story *story);

#endif
