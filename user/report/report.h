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
#include "report/parts.h"
#include "report/places.h"
#include "report/strays.h"
#include "summary/period.h"
#include "summary/summary.h"

struct filter;
struct renderer;

struct report {
	const struct options *options;
	struct output output;
	const struct renderer *renderer;
	void *rendering;                  /* the renderer's own; NULL: it has not begun */
	struct output pcap;               /* --pcap */
	void *pcap_rendering;             /* NULL: none */
	struct recorder *recorder;        /* NULL: none, or it failed */
	struct recorder *failed_recorder; /* to be closed: not while there is something to watch */
	struct parts parts;               /* that it is divided in */
	uint64_t gap, recorder_gap;       /* lines that were not written, and not told yet */
	uint64_t pcap_gap, pcap_missing;  /* the same of packets; and of all */
	const volatile sig_atomic_t *hurry; /* not 0: wait for no reader. NULL: it never is */
	struct strays strays, unrecorded;   /* only counted in the report, and in the recording */
	struct places places;               /* only these are reported */
	struct filter *filter;              /* NULL: all */
	struct summary summary;
	struct period_mark mark; /* where the period began */
	uint64_t accused;        /* resets that -c counts */
	struct jsonw record;
	struct finding last; /* where the window stands, for the summary's time */
};

enum { REPORT_WHY_BYTES = 512 };

/* Writes to stdout, and has not begun: good for report_error() and report_close(). */
void report_init(struct report *report, const struct options *options);

/* Opens what the options name. 0, or -1 and one line in `why`; even then
 * report_error() and report_close() may be called. */
int report_open(struct report *report, const struct options *options, char why[REPORT_WHY_BYTES]);

/* Whether report or recording goes to the file of that path. */
bool report_writes_to(const struct report *report, const char *path);

/* A fatal error: one line on stderr, and one in the report where its format has them. */
enum status report_error(struct report *report, const char *why);

/* Takes one finding; the sink of a blame, with the report as its context. */
void report_finding(void *report, const struct finding *f);

/* Whether report_progress() shows anything, and how it goes: "4 min left". */
bool report_is_live(const struct report *report);
void report_progress(struct report *report, const char *how);

/* Neither report nor recording can be written any more: stop. */
bool report_has_failed(const struct report *report);

/* Which descriptors are readable once that may be so; -1: it is known at once. */
int report_output_fd(const struct report *report);
int report_recorder_fd(const struct report *report);

/* Waits a moment until what was told is written, where somebody reads it. */
void report_settle(struct report *report);

/* Whether it is a blamed reset that -c counts. */
bool report_counts(const struct report *report, const struct finding *f);

/* -c: as many blamed resets as were asked for. */
bool report_is_full(const struct report *report);

/* Lets what was told be written: call it before sleeping. */
void report_flush(struct report *report);

/* In between, the window going on since `spent_s`: the verdict as it is now, at `now`'s time. A
 * page and metrics replace the last ones. Returns the status so far. */
enum status report_now(struct report *report, const struct finding *now, uint64_t spent_s);

/* What it came to since the last time, or since `begin_ns` (CLOCK_MONOTONIC). */
enum status report_period(struct report *report, const struct finding *now, uint64_t begin_ns,
			  uint64_t spent_s);

/* The verdict. Returns the status of the run. */
enum status report_summary(struct report *report);

/* Closes everything, and waits for who reads it, as long as that goes on: not more than
 * 5 s without a byte taken. `status`, or STATUS_UNKNOWN after a message where what was
 * written did not last (of a recording: where it was STATUS_OK). */
enum status report_close(struct report *report, enum status status);

#endif
