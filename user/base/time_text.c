// SPDX-License-Identifier: GPL-2.0-only
#include "base/time_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "base/number_text.h"

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
