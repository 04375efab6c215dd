/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RSTBLAME_BASE_WRAPPED_H
#define RSTBLAME_BASE_WRAPPED_H

#include <stdio.h>

/* Prints `words` from column `column` on, printable and broken at blanks where a line would be
 * longer than `columns`; later lines are indented. Ends the line. */
void wrapped_print(FILE *out, size_t columns, size_t column, size_t indent, const char *words);

#endif
