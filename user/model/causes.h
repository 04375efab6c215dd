/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One row for each verdict and each cause: its word in the schema, and what follows from
 * it whoever asks. Its sentence is a row of summary/sentences.c, what to do about it one of
 * summary/advice.c.
 */
#ifndef RSTBLAME_MODEL_CAUSES_H
#define RSTBLAME_MODEL_CAUSES_H

#include "model/finding.h"

/* The link that must have been seen for a removal of this cause to be proven. */
enum cause_needs {
	CAUSE_NEEDS_NOTHING,
	CAUSE_NEEDS_CHANGE, /* the address or link event behind the flush */
	CAUSE_NEEDS_ACTOR,  /* the process that asked for it */
	CAUSE_NEEDS_MODULE, /* the module that went; a flush of an interface is told by its manner only */
	CAUSE_NEEDS_REASON, /* it names none: what removed the entry is not known */
};

struct cause_row {
	const char *word;
	enum cause_needs needs;
	/* Without these (enum hooks_flag) the entry would not have been used, had it still
	 * been there; 0 where the hooks go with the entry. */
	uint8_t hooks;
};

/* On whom a verdict puts the blame (the exit status of the run). */
enum verdict_blames {
	VERDICT_BLAMES_NONE,
	VERDICT_BLAMES_CONNTRACK,
	VERDICT_BLAMES_CHAIN, /* conntrack, where there is a chain: the flow was re-translated */
};

struct verdict_row {
	const char *word;
	enum verdict_blames blames;
};

/* Never NULL: of a value past the last, the row of none. */
const struct cause_row *cause_row(enum cause cause);
const struct verdict_row *verdict_row(enum verdict verdict);

#endif
