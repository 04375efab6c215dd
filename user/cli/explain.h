/* SPDX-License-Identifier: GPL-2.0-only */
/* --explain: what a word of the output means. */
#ifndef RSTBLAME_CLI_EXPLAIN_H
#define RSTBLAME_CLI_EXPLAIN_H

#include <stddef.h>
#include <stdio.h>

/* A verdict, a cause, or a word of `inferred`: what it means, what has to be seen for it
 * to be proven, what helps. 0, or -EINVAL and one line in `why`, with the word that was
 * probably meant. */
int explain_word(FILE *out, const char *word, char *why, size_t size);

#endif
