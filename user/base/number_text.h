/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers as people read them, in text and page; JSON has the bare numbers. Pure. */
#ifndef RSTBLAME_BASE_NUMBER_TEXT_H
#define RSTBLAME_BASE_NUMBER_TEXT_H

#include <stdint.h>

enum { NUMBER_TEXT_BYTES = 32, COUNT_TEXT_BYTES = 96, SPAN_TEXT_BYTES = 64 };

/* "25,336" */
const char *number_format(uint64_t n, char buf[NUMBER_TEXT_BYTES]);

/* "1 flow", "25,336 flows" */
const char *count_format(uint64_t n, const char *one, const char *many, char buf[COUNT_TEXT_BYTES]);

/* "40 s", "1 min 30 s", "30 min", "1 h 30 min" */
const char *span_format(uint64_t seconds, char buf[SPAN_TEXT_BYTES]);

/* The same in a buffer of its own, which lives as long as the block that it is in. */
#define NUMBER(n) number_format((n), (char[NUMBER_TEXT_BYTES]){ 0 })
#define COUNTED(n, one, many) count_format((n), (one), (many), (char[COUNT_TEXT_BYTES]){ 0 })
#define SPAN(seconds) span_format((seconds), (char[SPAN_TEXT_BYTES]){ 0 })

#endif
