/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the report is written to: a file or stdout, and what becomes of its errors. What is
 * printed is gathered and handed on as a whole; in a live watch to a thread, which may hang.
 */
#ifndef RSTBLAME_REPORT_OUTPUT_H
#define RSTBLAME_REPORT_OUTPUT_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/file.h"

struct writer;

/* What a file may have, unless a recording is divided: a stranger's packets fill no disk. */
#define OUTPUT_LIMIT_BYTES (1ULL << 30)

struct output {
	FILE *file; /* to print to; NULL before output_start() */
	const char *name;
	int fd;
	bool has_begun;     /* something was written, or is about to be */
	bool has_failed;    /* it could not be written: nothing more is */
	bool is_whole_file; /* written to a file aside, which takes the name at the end */
	struct file_aside aside;
	uint64_t bytes;        /* handed on */
	uint64_t limit_bytes;  /* of a file: nothing but the end is written past that; 0: none */
	bool is_full;          /* that was said */
	struct writer *writer; /* NULL: it is written at once, and waited for */
	int *writer_fd;        /* its own: it may outlive the output */
	char *pending;         /* printed, not handed on yet */
	size_t len, size;
};

/* Standard output, which needs no opening and cannot fail to. */
void output_init(struct output *output);

/* `path` instead; what it holds is kept until output_begin(). With `is_whole_file` it is
 * replaced at the end or not at all, where it is a regular file. 0, or -1 and one line in
 * `why`, which names the `option`: it stays what it was. */
int output_open(struct output *output, const char *path, const char *option, bool is_whole_file,
		char *why, size_t size);

/* Before `file` is printed to. Live, nothing below ever waits but output_wait() and
 * output_close(). 0, or -1: out of memory. */
int output_start(struct output *output, bool is_live);

/* Before the first is written: a run that could not begin costs no earlier report. */
void output_begin(struct output *output);

void output_write(struct output *output, const char *text, size_t len);

/* Hands on what was printed and written since the last time, whole. False: there was no
 * room, and it is gone. The first error is reported, once, and ends the writing. */
bool output_commit(struct output *output, bool is_last);

/* The same for what is not missed. */
void output_commit_aside(struct output *output);

/* Lets it be written: call it before sleeping. */
void output_flush(struct output *output);

/* Whether it is worth going on after there was no room. */
bool output_has_room(struct output *output);

/* Readable when writing has failed; -1: that is known at once. */
int output_fd(const struct output *output);

/* As writer_wait(). False: not all is written by now. */
bool output_wait(struct output *output, uint64_t patience_ns, const volatile sig_atomic_t *hurry);

/* -1 after a message when what was written did not last. */
int output_close(struct output *output, uint64_t patience_ns, const volatile sig_atomic_t *hurry);

bool output_is_terminal(const struct output *output);
size_t output_columns(const struct output *output);

#endif
