/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One finding in words, for whichever renderer shows it: a line of the timeline and
 * the lines below it. Pure; which findings are shown is the renderer's business.
 *
 * Words may hold what a recording or a log had (a log line, a stack): the renderer makes
 * them harmless. Names in a sentence of summary/phrases.h are printable already.
 */
#ifndef RSTBLAME_SUMMARY_FINDING_TEXT_H
#define RSTBLAME_SUMMARY_FINDING_TEXT_H

#include "model/finding.h"
#include "model/netns_names.h"

enum finding_tone { TONE_PLAIN, TONE_DIM, TONE_STRONG, TONE_WARN, TONE_ALARM };

enum { FINDING_TEXT_BELOW_MAX = 24, FINDING_TEXT_BYTES = 16 * 1024 };

struct finding_below {
	const char *mark; /* "⟵ " from an effect to its cause, "meant for ", …, or "" */
	const char *words;
	uint64_t id; /* of the finding that it speaks of; 0: none */
};

struct note {
	const char *kind; /* "flush"; NULL: there is nothing to say */
	enum finding_tone tone;
	const char *words;
	const char *verdict; /* of a reset, with its cause: "entry-removed/timeout"; NULL */
	const char *confidence;
	size_t below_count;
	struct finding_below below[FINDING_TEXT_BELOW_MAX];
	size_t used;
	char pool[FINDING_TEXT_BYTES]; /* what the words point into; what does not fit is cut */
};

/* Fills `note`. A start is no line of the timeline: kind is NULL then. `names`: of what
 * happened in another namespace than the node's own, the words say in which. */
void finding_text(struct note *note, const struct finding *f, const struct netns_names *names);

/* What cannot be concluded without that probe: static; "" where nothing is missing, or there
 * is nothing to see yet. */
const char *finding_text_gap(const struct probe_report *p);

/* What a start says: "rstblame 0.1.0 on node7, Linux 6.1.0 x86_64: window of 40 s,
 * 15 of 17 probes attached". */
const char *finding_text_start(const struct start_observation *start, char *buf, size_t size);

#endif
