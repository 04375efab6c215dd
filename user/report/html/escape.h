/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bytes from anywhere into the text of a page that is HTML and well-formed XML at once.
 * What a process, a log or a recording says can end no element and no attribute, begin
 * none, and not change the order in which the reader sees it.
 */
#ifndef RSTBLAME_REPORT_HTML_ESCAPE_H
#define RSTBLAME_REPORT_HTML_ESCAPE_H

#include <stdio.h>

/* Writes `text`, for an element's content or between double quotes. Control characters,
 * bytes that are no UTF-8, and what is not seen or turns the writing round (bidi, zero
 * width) show as what they are: \n, \x1b, \x9b, \u202e. NULL is nothing. */
void html_escape(FILE *out, const char *text);

/* <TAG class="CLASS">TEXT</TAG>, TEXT escaped. `class` NULL: none. */
void html_element(FILE *out, const char *tag, const char *class, const char *text);

#endif
