/* SPDX-License-Identifier: GPL-2.0-only */
/* Temporary files of a test, and the lines that a watch would record. */
#ifndef RSTBLAME_TESTS_FILES_H
#define RSTBLAME_TESTS_FILES_H

#include <stddef.h>

#include "cast/make.h"
#include "record/recording.h"
#include "record/write.h"

/* Writes a new file (compressed when `is_gzip`) and returns its path, which lives
 * until files_remove(): call that in the teardown. Fails the test when it cannot. */
char *file_make(const void *data, size_t size, int is_gzip);
char *file_make_text(const char *text);
void files_remove(void);

/* The whole of a file, NUL-terminated; the caller frees it. */
char *file_read(const char *path, size_t *size);

/* Lines of findings, one after the other. */
struct lines {
	enum json_detail detail;
	char *text; /* NULL: none yet */
	size_t len;
};
void lines_take(void *lines, const struct finding *f); /* a sink */
void lines_release(struct lines *lines);

/* Parses each line of `text` and feeds it to the watch's blame, as it stands (its
 * own times and namespaces). Returns how many lines were not JSON. */
size_t watch_lines(struct watch *w, const char *text);

/* Plays files merged by time through the watch. */
void watch_files(struct watch *w, char *const *paths, size_t count);

#endif
