/* SPDX-License-Identifier: GPL-2.0-only */
/* One page of -f html, fed by the watch `w`: opened, written, checked, and read. */
#ifndef RSTBLAME_TESTS_OPEN_PAGE_H
#define RSTBLAME_TESTS_OPEN_PAGE_H

#include "cast/watched.h"
#include "report/html/html.h"

extern struct html *html;
extern char *page; /* once it is written */
extern const struct html_options plain;

/* Begins the watch, too. */
void open_page(const struct html_options *options);

/* Writes the page; fails the test where page_check() does. */
const char *close_page(enum status status);
const char *written(void); /* with the status that the watch comes to */

/* Fail the test unless the page has it, or has it not. */
void assert_says(const char *words);
void assert_silent(const char *words);
void assert_says_escaped(const char *words); /* as it stands in a page */
size_t count_of(const char *words);

int clean(void **state);

#define page_test(name) cmocka_unit_test_teardown(name, clean)

#endif
