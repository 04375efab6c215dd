/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A small streaming JSON writer: one line at a time into a growing buffer, no
 * allocation once the buffer is as long as the longest line. Strings are
 * escaped; bytes that are not UTF-8 (a hostile process name) become U+FFFD.
 */
#ifndef RSTBLAME_BASE_JSON_WRITER_H
#define RSTBLAME_BASE_JSON_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct jsonw {
	char *text;
	size_t len;
	size_t size;
	bool needs_comma;
	bool has_failed; /* out of memory: the line is not whole */
};

void jsonw_release(struct jsonw *w);

/* Begins a line's object and ends it (with a newline). After jsonw_end_line()
 * text and len hold the line, until the next jsonw_begin_line(). */
void jsonw_begin_line(struct jsonw *w);
void jsonw_end_line(struct jsonw *w);

/* `name` is NULL inside an array. */
void jsonw_begin_object(struct jsonw *w, const char *name);
void jsonw_end_object(struct jsonw *w);
void jsonw_begin_array(struct jsonw *w, const char *name);
void jsonw_end_array(struct jsonw *w);
void jsonw_string(struct jsonw *w, const char *name, const char *value);
void jsonw_u64(struct jsonw *w, const char *name, uint64_t value);
void jsonw_bool(struct jsonw *w, const char *name, bool value);

#endif
