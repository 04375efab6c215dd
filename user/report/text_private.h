/* SPDX-License-Identifier: GPL-2.0-only */
/* What the timeline and the verdict of the text report share. */
#ifndef RSTBLAME_REPORT_TEXT_PRIVATE_H
#define RSTBLAME_REPORT_TEXT_PRIVATE_H

#include "report/text.h"

enum style { STYLE_PLAIN, STYLE_DIM, STYLE_BOLD, STYLE_ALARM, STYLE_WARN, STYLE_GOOD };

/* The terminal's code for it, "" without colours. */
const char *text_style(const struct text *t, enum style style);

/* Takes the progress line away before anything else is printed. */
void text_clear_progress(struct text *t);

/* Says how many flows at risk of the latest flush were not shown, once. */
void text_show_hidden(struct text *t);

/* Prints `words` from column `column` on, broken at blanks, later lines indented;
 * ends the line. */
void text_wrapped(struct text *t, size_t column, size_t indent, const char *words);

#endif
