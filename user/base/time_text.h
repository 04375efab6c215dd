/* SPDX-License-Identifier: GPL-2.0-only */
/* How times and durations are written and read; in nanoseconds, times since the epoch.
 * What formats returns `buf`. */
#ifndef RSTBLAME_BASE_TIME_TEXT_H
#define RSTBLAME_BASE_TIME_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/nsec.h"

enum { TIME_TEXT_BYTES = 48, DURATION_TEXT_BYTES = 32 };

/* "2026-11-22T10:52:38.123456789Z" */
const char *time_format_iso(uint64_t wall_ns, char *buf, size_t size);
/* 0 when `text` is no such time (fractions and "Z" or an offset as RFC 3339 has). */
uint64_t time_parse_iso(const char *text);
/* "10:52:38.123", local time or UTC */
const char *time_format_clock(uint64_t wall_ns, bool is_utc, char *buf, size_t size);
/* "2026-11-22 10:52:38 UTC", or local time with its offset */
const char *time_format_day(uint64_t wall_ns, bool is_utc, char *buf, size_t size);
/* "850 µs", "3.2 ms", "2.41 s", "7 min 3 s", "30 min", "2 h 5 min" */
const char *duration_format(uint64_t ns, char *buf, size_t size);

#endif
