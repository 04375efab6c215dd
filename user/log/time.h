/* SPDX-License-Identifier: GPL-2.0-only */
/* When a line of a log file was written. Pure, but for the time zone. */
#ifndef RSTBLAME_LOG_TIME_H
#define RSTBLAME_LOG_TIME_H

#include "base/clock_history.h"

/* When a line was read, and what the clocks were up to then: a sample that was taken
 * after the line was read has to be in it. */
struct log_now {
	uint64_t mono_ns;
	const struct clock_history *clock;
};

/* CLOCK_MONOTONIC time of a line that was read at `now`. Understood are RFC 3339 and
 * ISO 8601 ("2026-11-26T08:00:01.5+01:00", also with a blank and with systemd's day of
 * the week), "Nov 26 08:00:01" in local time, and the kernel's "[ 1234.567]". A stamp
 * of whole seconds leaves that second open: the time of reading is cut to it. A stamp
 * from before the wall clock was set, or before a suspend, is told by what held then.
 * Where there is no stamp, or one that is far from the time of reading, that time is
 * returned, and *is_read is true. */
uint64_t log_time(const char *line, const struct log_now *now, bool *is_read);

/* The line without its stamp. */
const char *log_time_skip(const char *line);

#endif
