/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether a page is what -f html promises, whatever came in. */
#ifndef RSTBLAME_TESTS_PAGE_H
#define RSTBLAME_TESTS_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PAGE_WHY_BYTES = 256 };

/* Well-formed XML of the elements and attributes that the page is made of and of no
 * others; no link but within the page, and each to something that is there; text, without
 * control characters and without what turns the writing round. False, and why not. */
bool page_check(const char *page, size_t len, char why[PAGE_WHY_BYTES]);

/* The sum of an attribute's numbers from `from` on, up to `until` (NULL: the end). */
uint64_t page_sum(const char *page, const char *from, const char *until, const char *attribute);

#endif
