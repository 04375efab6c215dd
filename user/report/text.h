/* SPDX-License-Identifier: GPL-2.0-only */
/* Findings for a person: the timeline as it happens, then the verdict. */
#ifndef RSTBLAME_REPORT_TEXT_H
#define RSTBLAME_REPORT_TEXT_H

#include <stdio.h>

#include "model/finding.h"
#include "model/netns_names.h"
#include "summary/period.h"
#include "summary/summary.h"

struct text_options {
	bool is_utc;
	bool is_verbose;
	bool is_quiet; /* no timeline */
	bool is_colored;
	size_t columns; /* to wrap the verdict at */
	bool is_live;   /* a terminal: one line at the bottom says how it goes */
};

struct text {
	FILE *out;
	struct text_options options;
	uint64_t shown[VERDICTS]; /* innocent resets shown one by one so far */
	uint64_t counted_ns, counted_shown;
	uint64_t risks_shown, risks_hidden; /* of the latest flush */
	uint64_t risk_flush;
	bool has_progress;
	struct netns_names names;
	size_t missing_count;
	struct {
		char name[32];
		char why[128];
		const char *so; /* what cannot be concluded without it: static; "" */
	} missing[PROBE_REPORTS_MAX];
};

/* Borrows `out`; write errors are left to it. */
void text_init(struct text *text, FILE *out, const struct text_options *options);

void text_finding(struct text *text, const struct finding *f);

/* The line at the bottom of a terminal. `left_s` 0: no end is set. */
void text_progress(struct text *text, const struct summary *t, const char *how);

/* One line, which -q shows, too. */
void text_period(struct text *text, const struct period *p, const struct finding *now);

void text_summary(struct text *text, const struct summary *t, enum status status);

#endif
