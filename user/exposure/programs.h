/* SPDX-License-Identifier: GPL-2.0-only */
/* The programs that run on the node, with their arguments: those of its first network
 * namespace, or the lines of a bundle's ps. */
#ifndef RSTBLAME_EXPOSURE_PROGRAMS_H
#define RSTBLAME_EXPOSURE_PROGRAMS_H

#include "exposure/files.h"

/* `words` are its arguments with blanks between them, its own name first. */
typedef void (*program_fn)(void *ctx, const char *words, const struct look_place *place);

/* False: they cannot be listed. */
bool programs_list(const struct node_files *files, program_fn take, void *ctx);

/* Whether the program that they are of has that name, by its last path part, or is run by
 * busybox under it. */
bool program_is(const char *words, const char *name);
/* Whether one of its arguments is that word. */
bool program_has_word(const char *words, const char *word);

#endif
