/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where findings go: blame's sink. Counts them into the timeline, shows them in
 * the format that was asked for, and records them.
 */
#ifndef RSTBLAME_REPORT_REPORT_H
#define RSTBLAME_REPORT_REPORT_H

#include "base/json_writer.h"
#include "cli/options.h"
#include "record/recorder.h"
#include "report/output.h"
#include "report/places.h"
#include "summary/summary.h"

struct filter;
struct renderer;

struct report {
	const struct options *options;
	struct output output;
	const struct renderer *renderer;
	void *rendering;           /* the renderer's own; NULL: it has not begun */
	struct recorder *recorder; /* NULL: none, or it failed */
	bool is_recording_cut;
	struct places places;  /* only these are reported */
	struct filter *filter; /* NULL: all */
	struct summary summary;
	struct jsonw record;
	struct finding last; /* where the window stands, for the summary's time */
};

enum { REPORT_WHY_BYTES = 512 };

/* Writes to stdout, and has not begun: good for report_error() and report_close(). */
void report_init(struct report *report, const struct options *options);

/* Opens what the options name. 0, or -1 and one line in `why`; even then
 * report_error() and report_close() may be called. */
int report_open(struct report *report, const struct options *options, char why[REPORT_WHY_BYTES]);

/* A fatal error: one line on stderr, and one in the report where its format has them. */
enum status report_error(struct report *report, const char *why);

/* Takes one finding; the sink of a blame, with the report as its context. */
void report_finding(void *report, const struct finding *f);

/* Whether report_progress() shows anything, and how it goes: `left_s` 0: no end is set. */
bool report_is_live(const struct report *report);
void report_progress(struct report *report, uint64_t left_s);

/* The report cannot be written any more: stop. */
bool report_has_failed(const struct report *report);

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
