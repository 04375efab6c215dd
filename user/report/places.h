/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which network namespaces are reported (--netns). Live one is known by its number. In a
 * recording the numbers and names are those of the recorded nodes: a name is what their
 * `namespace` lines say, each before what happened there. Pure.
 */
#ifndef RSTBLAME_REPORT_PLACES_H
#define RSTBLAME_REPORT_PLACES_H

#include "model/finding.h"

enum { PLACES_MAX = 64 };

/* All zero: all of them. */
struct places {
	const char *name; /* not owned; NULL: by number only */
	uint32_t inum;    /* on whichever node; 0: none */
	size_t count;
	struct netns_id items[PLACES_MAX]; /* those of that name so far */
};

/* `text` of --netns, as of a recording: "4026532201", "net:[4026532201]", or a name. */
void places_want(struct places *p, const char *text);

/* Learns from a FINDING_NAMESPACE. */
void places_learn(struct places *p, const struct finding *f);

bool places_has(const struct places *p, struct netns_id netns);

#endif
