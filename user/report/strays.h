/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Resets of lone packets of which nothing is known: no removal, no socket, no end. Any host can
 * provoke as many as it likes, with an ACK for each, so that only the first of each minute have
 * a line of their own. The others are counted, and each minute's counts are one line for each
 * namespace, family and verdict. Fixed size, no clock: a minute is one of findings' times. Pure.
 */
#ifndef RSTBLAME_REPORT_STRAYS_H
#define RSTBLAME_REPORT_STRAYS_H

#include "model/finding.h"

/* That have lines of their own, in a minute: of one namespace, family and verdict; of all. */
enum { STRAYS_TOLD_MAX = 100, STRAYS_TOLD_OF_ALL_MAX = 1000 };
/* Kinds that are counted by themselves; those past that together, without their namespace. */
enum { STRAYS_KINDS_MAX = 64, STRAYS_OTHERS_MAX = 32 };

struct stray_kind {
	struct netns_id netns;
	uint8_t family;
	enum verdict verdict;
	enum cause cause;
	enum confidence confidence;
	uint64_t told, counted;
	bool is_begun; /* its first had its line: strays_begin() */
	uint64_t id;   /* of the first that was counted: its own line's, which is not written */
	uint64_t first_wall_ns, last_wall_ns, last_mono_ns;
};

/* All zero is an empty one. */
struct strays {
	struct stray_kind kinds[STRAYS_KINDS_MAX + STRAYS_OTHERS_MAX];
	size_t kinds_count, others_count; /* the others are at STRAYS_KINDS_MAX */
	uint64_t told;                    /* of all */
	uint64_t begin_ns;                /* of the minute; 0: none began */
};

/* Whether the finding is only counted, which is done. */
bool strays_count(struct strays *s, const struct finding *f);

/* Of a finding that is only counted: whether it is the first of its kind in this minute, as a line
 * of its own. From there on a recording has not all: a RST that is received may be one of those
 * that were counted. Points into `seen` and `blamed`. */
bool strays_begin(struct strays *s, const struct finding *f, struct observation *seen,
		  struct reset_blame *blamed, struct finding *out);

/* Whether the minute is over at `f`, or the window. */
bool strays_are_due(const struct strays *s, const struct finding *f);

/* The next line of counts, as a FINDING_RESETS that points into `seen` and `blamed`; false: there
 * is no more, and another minute begins. */
bool strays_next(struct strays *s, struct observation *seen, struct reset_blame *blamed,
		 struct finding *out);

#endif
