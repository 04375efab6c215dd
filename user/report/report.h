/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where findings go: blame's sink. Counts them into the timeline, shows them in
 * the format that was asked for, and records them.
 */
#ifndef RSTBLAME_REPORT_REPORT_H
#define RSTBLAME_REPORT_REPORT_H

#include <stdio.h>

#include "base/json_writer.h"
#include "cli/options.h"
#include "record/recorder.h"
#include "report/text.h"
#include "summary/summary.h"

struct filter;
struct html;

struct report {
	const struct options *options;
	FILE *out;
	const char *out_name;
	struct recorder *recorder; /* NULL: none, or it failed */
	uint32_t netns;            /* only this one; 0: all */
	struct filter *filter;     /* NULL: all */
	bool has_begun;            /* something was written, or is about to be */
	bool has_failed;           /* the report could not be written: stop */
	bool is_recording_cut;
	struct summary summary;
	struct text text;
	struct jsonw json, record;
	struct html *html;     /* -f html: collected, and written at the end */
	char *command, *again; /* what the page says of its making */
	struct finding last;   /* where the window stands, for the summary's time */
};

enum { REPORT_WHY_BYTES = 512 };

/* Opens what the options name. 0, or -1 and one line in `why`; even then
 * report_error() and report_close() may be called. */
int report_open(struct report *report, const struct options *options, char why[REPORT_WHY_BYTES]);

/* A fatal error: one line on stderr, and one in the report where that is JSON. */
enum status report_error(struct report *report, const char *why);

/* Takes one finding; the sink of a blame, with the report as its context. */
void report_finding(void *report, const struct finding *f);

/* Whether it is a blamed reset that -c counts. */
bool report_counts(const struct report *report, const struct finding *f);

/* -c: as many blamed resets as were asked for. */
bool report_is_full(const struct report *report);

/* Hands what is buffered to the kernel: call it before sleeping. */
void report_flush(struct report *report);

/* The verdict. Returns the status of the run. */
enum status report_summary(struct report *report);

/* Closes everything. -1 after a message when what was written did not last. */
int report_close(struct report *report);

#endif
