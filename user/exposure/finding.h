/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What can happen here, as data: a row for each finding (findings.c), a file with its judge
 * (finding_*.c). A judge is pure: it looks at a struct look and reports what it finds, any
 * number of times, each about one subject (an address, a rule, the table).
 */
#ifndef RSTBLAME_EXPOSURE_FINDING_H
#define RSTBLAME_EXPOSURE_FINDING_H

#include "exposure/look.h"
#include "exposure/stake.h"

enum {
	EXPOSED_LINES_MAX = 8,
	EXPOSED_LINE_BYTES = 512,
	EXPOSED_SUBJECT_BYTES = 96,
};

enum severity {
	SEVERITY_LOW,    /* it may happen; nothing would be hit now */
	SEVERITY_MEDIUM, /* it would hit flows of now */
	SEVERITY_HIGH,   /* the same, and it has happened, or is bound to */
	SEVERITIES,
};

/* Sentences, each a line of the report. */
struct exposed_lines {
	size_t count;
	char lines[EXPOSED_LINES_MAX][EXPOSED_LINE_BYTES];
};

/* One thing that is exposed. */
struct exposed {
	const struct finding_row *row;
	enum severity severity;
	char subject[EXPOSED_SUBJECT_BYTES]; /* "10.9.0.1 on up0" */
	char sentence[EXPOSED_LINE_BYTES];   /* what is the case */
	struct stake stake;                  /* whom it would hit */
	struct exposed_lines evidence;       /* "FILE:LINE: words", or a value that was read */
	struct exposed_lines cures;          /* for this system, the best first */
	char not_if[EXPOSED_LINE_BYTES];     /* "Not the case if …" */
	bool has_end;                        /* it will happen at a known time, */
	uint64_t end_s;                      /* in so many seconds, unless something changes */
	char end[EXPOSED_LINE_BYTES];        /* and what that is */
};

/* What a look amounts to. */
struct exposures {
	struct exposed *items; /* the worst first, once judged */
	size_t count, size;
	bool has_failed; /* out of memory: these are not all */
};

/* A kind of finding. */
struct finding_row {
	const char *id;
	const char *title;  /* what it is, in a line: --explain */
	const char *danger; /* what would happen */
	unsigned int needs; /* parts of a look without which it cannot judge: 1 << LOOK_… */
	unsigned int uses;  /* parts that make it more precise */
	void (*judge)(const struct look *look, struct exposures *out);
	const char *evidence[4]; /* what it goes by: --explain */
	const char *cures[5];    /* in general: --explain */
	const char *not_if;
};

extern const struct finding_row finding_rows[];
extern const size_t finding_rows_count;

const char *severity_name(enum severity severity);

/* NULL: there is no such finding. */
const struct finding_row *finding_by_id(const char *id);

/* One more thing of that kind, whose `not_if` is the row's; NULL when out of memory. It moves
 * when another is added. */
struct exposed *exposures_add(struct exposures *out, const struct finding_row *row);
void exposures_release(struct exposures *exposures);

/* What does not fit is left out. */
__attribute__((format(printf, 2, 3))) void exposed_line(struct exposed_lines *lines,
							const char *format, ...);

/* "PATH:LINE", or the path alone. Returns `buf`. */
const char *place_format(const struct look_place *place, char *buf, size_t size);
#define PLACE(place) place_format(&(place), (char[LOOK_PATH_BYTES + 16]){ 0 }, LOOK_PATH_BYTES + 16)

/* By all rows, or by the one with that id; sorted. */
void exposures_judge(const struct look *look, const char *only, struct exposures *out);

/* Whether a row could judge at all; else `why` is why not: the part that it needs. */
bool finding_could_judge(const struct finding_row *row, const struct look *look, const char **why);

/* As the exit status has it: 0 not exposed, 1 exposed, 2 exposed, flows are at stake and the
 * end is near, 3 nothing was found, but not every row could judge, or not all that it goes by
 * could be seen (network namespaces, programs that flush, BPF programs). */
unsigned int exposures_status(const struct exposures *exposures, const struct look *look);

/* Each in its file. */
void judge_address_may_go(const struct look *look, struct exposures *out);
void judge_invalid_answered(const struct look *look, struct exposures *out);
void judge_timeout_shorter(const struct look *look, struct exposures *out);
void judge_table_filling(const struct look *look, struct exposures *out);
void judge_who_flushes(const struct look *look, struct exposures *out);
void judge_accept_queue(const struct look *look, struct exposures *out);
void judge_rejects_with_reset(const struct look *look, struct exposures *out);
void judge_route_may_change(const struct look *look, struct exposures *out);
void judge_blind(const struct look *look, struct exposures *out);

#endif
