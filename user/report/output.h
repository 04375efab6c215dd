/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the report is written to: a file or stdout, and what becomes of its errors. */
#ifndef RSTBLAME_REPORT_OUTPUT_H
#define RSTBLAME_REPORT_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct output {
	FILE *file;
	const char *name;
	bool has_begun;  /* something was written, or is about to be */
	bool has_failed; /* it could not be written: nothing more is */
};

/* Standard output, which needs no opening and cannot fail to. */
void output_init(struct output *output);

/* `path` instead; what it holds is kept until output_begin(). 0, or -1 and one line in
 * `why`: it stays what it was. */
int output_open(struct output *output, const char *path, char *why, size_t size);

/* Before the first is written: a run that could not begin costs no earlier report. */
void output_begin(struct output *output);

void output_write(struct output *output, const char *text, size_t len);

/* Each reports the first error of what was written, once, and ends the writing. */
void output_check(struct output *output);
void output_flush(struct output *output);

/* -1 after a message when what was written did not last. */
int output_close(struct output *output);

bool output_is_terminal(const struct output *output);
size_t output_columns(const struct output *output);

#endif
