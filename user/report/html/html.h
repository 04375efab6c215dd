/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Findings as one self-contained page: HTML that is well-formed XML too, with its style in
 * it, without a script and without anything to fetch. It is collected during the window,
 * in bounded memory, and written at the end; what found no room is counted and said.
 */
#ifndef RSTBLAME_REPORT_HTML_HTML_H
#define RSTBLAME_REPORT_HTML_HTML_H

#include <stdio.h>

#include "model/finding.h"
#include "summary/summary.h"

struct html_options {
	bool is_utc;
	bool is_verbose;
	bool is_quiet;       /* no timeline */
	const char *command; /* that made this page, for a shell; borrowed */
	const char *again;   /* that would make it again from the recording; NULL: none */
};

struct html;

/* NULL when out of memory. The caller frees it with html_free(). */
struct html *html_new(const struct html_options *options);
void html_free(struct html *html);

/* Takes one finding. What it points to is copied, save victims, flushes and changes of
 * the timeline's: html_write() comes before the blame is freed. */
void html_finding(struct html *html, const struct finding *f);

/* The page. Write errors are left to ferror(). */
void html_write(struct html *html, FILE *out, const struct summary *t, enum status status);

#endif
