/* SPDX-License-Identifier: GPL-2.0-only */
/* The command line again, from what was understood of it. Pure. */
#ifndef RSTBLAME_CLI_CMDLINE_H
#define RSTBLAME_CLI_CMDLINE_H

#include <stdio.h>

#include "cli/options.h"

/* Writes one line for a shell, each word quoted where it must be, in the options' own
 * order rather than the one they were given in. No newline at its end. */
void cmdline_write(FILE *out, const struct options *options);

/* The line that reads what -w recorded, into the same format. Nothing without -w. */
void cmdline_write_again(FILE *out, const struct options *options);

/* One word, as a shell takes it; bytes that are no text as $'\x9b'. */
void cmdline_write_word(FILE *out, const char *word);

#endif
