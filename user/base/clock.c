// SPDX-License-Identifier: GPL-2.0-only
#include "base/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/number_text.h"

static uint64_t read_clock(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (uint64_t)ts.tv_sec * NSEC_PER_SEC + (uint64_t)ts.tv_nsec;
}

uint64_t clock_mono_ns(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

/* A reading that was interrupted is off by as much as half of that: then again. */
enum { READINGS_MAX = 8, GOOD_READING_NS = 20000 };

uint64_t clock_wall_offset_ns(void)
{
	uint64_t offset = 0, best_ns = UINT64_MAX;

	for (int i = 0; i < READINGS_MAX && best_ns > GOOD_READING_NS; i++) {
		uint64_t before = clock_mono_ns();
		uint64_t wall = read_clock(CLOCK_REALTIME);
		uint64_t spent = clock_mono_ns() - before;

		if (spent >= best_ns)
			continue;
		best_ns = spent;
		offset = wall - (before + spent / 2);
	}
	return offset;
}

/* The sample's time comes last: a step that is not in it was later. */
uint64_t clock_sample(struct clock_history *history)
{
	uint64_t offset_ns = clock_wall_offset_ns(), now_ns = clock_mono_ns();

	clock_history_note(history, now_ns, offset_ns);
	return now_ns;
}

const char *time_format_iso(uint64_t wall_ns, char *buf, size_t size)
{
	time_t seconds = (time_t)(wall_ns / NSEC_PER_SEC);
	char date[32];
	struct tm tm;

	gmtime_r(&seconds, &tm);
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(buf, size, "%s.%09" PRIu64 "Z", date, (uint64_t)(wall_ns % NSEC_PER_SEC));
	return buf;
}

/* Reads ".123" into nanoseconds and moves past it. */
static uint64_t parse_fraction(const char **text)
{
	uint64_t ns = 0, unit = NSEC_PER_SEC / 10;

	if (**text != '.')
		return 0;
	for (++*text; **text >= '0' && **text <= '9'; ++*text, unit /= 10)
		ns += (uint64_t)(**text - '0') * unit;
	return ns;
}

static long parse_zone_seconds(const char *text)
{
	unsigned int hours, minutes;

	if ((*text != '+' && *text != '-') || sscanf(text + 1, "%2u:%2u", &hours, &minutes) != 2)
		return 0;
	return (*text == '-' ? -1L : 1L) * (long)(hours * 3600 + minutes * 60);
}

uint64_t time_parse_iso(const char *text)
{
	struct tm tm = { 0 };
	uint64_t fraction;
	time_t seconds;

	text = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
	if (!text)
		return 0;
	fraction = parse_fraction(&text);
	seconds = timegm(&tm) - parse_zone_seconds(text);
	return seconds < 0 ? 0 : (uint64_t)seconds * NSEC_PER_SEC + fraction;
}

const char *time_format_clock(uint64_t wall_ns, bool is_utc, char *buf, size_t size)
{
	time_t seconds = (time_t)(wall_ns / NSEC_PER_SEC);
	struct tm tm;
	char hms[16];

	if (is_utc)
		gmtime_r(&seconds, &tm);
	else
		localtime_r(&seconds, &tm);
	strftime(hms, sizeof(hms), "%H:%M:%S", &tm);
	snprintf(buf, size, "%s.%03" PRIu64, hms,
		 (uint64_t)(wall_ns % NSEC_PER_SEC / NSEC_PER_MSEC));
	return buf;
}

const char *time_format_day(uint64_t wall_ns, bool is_utc, char *buf, size_t size)
{
	time_t seconds = (time_t)(wall_ns / NSEC_PER_SEC);
	struct tm tm;

	if (is_utc)
		gmtime_r(&seconds, &tm);
	else
		localtime_r(&seconds, &tm);
	if (!strftime(buf, size, is_utc ? "%Y-%m-%d %H:%M:%S UTC" : "%Y-%m-%d %H:%M:%S %z", &tm))
		buf[0] = '\0';
	return buf;
}

/* What would be rounded up to the next unit is shown in that unit. */
const char *duration_format(uint64_t ns, char *buf, size_t size)
{
	uint64_t seconds = ns / NSEC_PER_SEC;

	seconds += ns % NSEC_PER_SEC >= NSEC_PER_SEC - 5 * NSEC_PER_MSEC;
	if (ns < NSEC_PER_MSEC)
		snprintf(buf, size, "%" PRIu64 " µs", ns / 1000);
	else if (ns < NSEC_PER_SEC - NSEC_PER_MSEC / 20)
		snprintf(buf, size, "%.1f ms", (double)ns / (double)NSEC_PER_MSEC);
	else if (seconds < 60)
		snprintf(buf, size, "%.2f s", (double)ns / (double)NSEC_PER_SEC);
	else
		snprintf(buf, size, "%s", SPAN(seconds));
	return buf;
}
