/* SPDX-License-Identifier: GPL-2.0-only */
/* Files as systemd has them: sections in brackets, KEY=VALUE; and those without sections. */
#ifndef RSTBLAME_EXPOSURE_INI_H
#define RSTBLAME_EXPOSURE_INI_H

#include "exposure/files.h"

enum { INI_LINE_BYTES = 1024 };

/* One setting; `section` is "" before the first. */
struct ini_line {
	char section[LOOK_WORD_BYTES];
	const char *key, *value; /* valid during the call only; without blanks around them */
	unsigned int line;
};

/* Hands out the settings of a file, in its order. False: it cannot be read. */
typedef void (*ini_fn)(void *ctx, const struct ini_line *line);
bool ini_read(const struct node_files *files, const char *path, ini_fn take, void *ctx);

/* The last value of KEY= in a file without sections (or of any section). False: none; `out`
 * is "". */
bool ini_value(const struct node_files *files, const char *path, const char *key, char *out,
	       size_t size);

#endif
