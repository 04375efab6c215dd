/* SPDX-License-Identifier: GPL-2.0-only */
/* Bytes of a log, in pieces, into bounded lines of text. Pure. */
#ifndef RSTBLAME_LOG_LINES_H
#define RSTBLAME_LOG_LINES_H

#include <stddef.h>

enum { LOG_LINE_BYTES = 512 }; /* the end of a longer line is left out */

struct log_lines {
	size_t used;
	char line[LOG_LINE_BYTES];
};

typedef void (*log_line_fn)(void *ctx, const char *line);

/* Hands on each line that is complete. NUL bytes become "?". */
void log_lines_feed(struct log_lines *lines, const char *bytes, size_t count, log_line_fn take,
		    void *ctx);

/* Forgets the line that was begun: what follows is of another file. */
void log_lines_reset(struct log_lines *lines);

#endif
