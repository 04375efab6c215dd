// SPDX-License-Identifier: GPL-2.0-only
#include "log/time.h"

#include <ctype.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock_history.h"
#include "base/nsec.h"

/* A stamp that is older, or later, than the reading by more is not believed: the
 * writer's clock is another one, or an old file was copied here. */
#define PAST_NS (60 * NSEC_PER_SEC)
#define FUTURE_NS (2 * NSEC_PER_SEC)

struct stamp {
	uint64_t ns;
	bool is_mono;      /* else since the epoch */
	bool has_fraction; /* else a whole second */
	const char *end;
};

static const char *parse_fraction(const char *text, struct stamp *out, uint64_t *ns)
{
	uint64_t unit = NSEC_PER_SEC / 10;

	*ns = 0;
	out->has_fraction = (*text == '.' || *text == ',') && isdigit((unsigned char)text[1]);
	if (!out->has_fraction)
		return text;
	for (text++; isdigit((unsigned char)*text); text++, unit /= 10)
		*ns += (uint64_t)(*text - '0') * unit;
	return text;
}

/* "Z", " UTC", "+01:00", "+0100", or none: local time. The time in `tm` to `out`. */
static const char *apply_zone(const char *text, struct tm *tm, time_t *out)
{
	unsigned int hours, minutes;
	int used = 0;

	tm->tm_isdst = -1;
	if (*text == 'Z' || !strncmp(text, " UTC", 4)) {
		*out = timegm(tm);
		return text + (*text == 'Z' ? 1 : 4);
	}
	if ((*text == '+' || *text == '-') &&
	    (sscanf(text + 1, "%2u:%2u%n", &hours, &minutes, &used) == 2 ||
	     sscanf(text + 1, "%2u%2u%n", &hours, &minutes, &used) == 2)) {
		long shift = hours * 3600L + minutes * 60L;

		*out = timegm(tm) - (*text == '-' ? -shift : shift);
		return text + 1 + used;
	}
	*out = mktime(tm);
	return text;
}

static bool parse_iso(const char *text, struct stamp *out)
{
	struct tm tm = { 0 };
	uint64_t fraction;
	time_t seconds;

	if (isalpha((unsigned char)text[0]) && strcspn(text, " ") == 3 && text[3])
		text += 4; /* "Thu 2026-11-26 08:00:01 UTC" */
	if (!isdigit((unsigned char)text[0]))
		return false;
	text = strptime(text, "%Y-%m-%d", &tm);
	if (!text || (*text != 'T' && *text != ' '))
		return false;
	text = strptime(text + 1, "%H:%M:%S", &tm);
	if (!text)
		return false;
	text = parse_fraction(text, out, &fraction);
	out->end = apply_zone(text, &tm, &seconds);
	out->ns = seconds < 0 ? 0 : (uint64_t)seconds * NSEC_PER_SEC + fraction;
	return seconds > 0;
}

/* It has no year: that of the reading, or the one before or after at its turn. */
static bool parse_classic(const char *text, const struct log_now *now, struct stamp *out)
{
	time_t read_s = (time_t)(clock_history_wall(now->clock, now->mono_ns) / NSEC_PER_SEC);
	struct tm tm = { 0 }, read_tm;
	uint64_t fraction;
	time_t best = 0;

	if (!isalpha((unsigned char)text[0]))
		return false;
	text = strptime(text, "%b %e %H:%M:%S", &tm);
	if (!text || !localtime_r(&read_s, &read_tm))
		return false;
	out->end = parse_fraction(text, out, &fraction);
	for (int year = read_tm.tm_year - 1; year <= read_tm.tm_year + 1; year++) {
		struct tm try = tm;
		time_t seconds;

		try.tm_year = year;
		try.tm_isdst = -1;
		seconds = mktime(&try);
		if (!best ||
		    llabs((long long)(seconds - read_s)) < llabs((long long)(best - read_s)))
			best = seconds;
	}
	out->ns = best < 0 ? 0 : (uint64_t)best * NSEC_PER_SEC + fraction;
	return best > 0;
}

/* printk's clock stands still in suspend as CLOCK_MONOTONIC does; it is not disciplined,
 * so it drifts: what is too far from the reading is not believed, as any stamp. */
static bool parse_kernel(const char *text, struct stamp *out)
{
	uint64_t seconds = 0, fraction;
	size_t digits = 0;

	if (*text != '[')
		return false;
	for (text++; *text == ' '; text++)
		;
	for (; isdigit((unsigned char)*text) && digits < 10; text++, digits++)
		seconds = seconds * 10 + (uint64_t)(*text - '0');
	text = parse_fraction(text, out, &fraction);
	if (!digits || !out->has_fraction || *text != ']')
		return false;
	out->is_mono = true;
	out->ns = seconds * NSEC_PER_SEC + fraction;
	out->end = text + 1;
	return true;
}

/* syslog's "<30>" before all of it. */
static const char *skip_priority(const char *line)
{
	size_t len = *line == '<' ? strspn(line + 1, "0123456789") : 0;

	return len && len <= 3 && line[1 + len] == '>' ? line + len + 2 : line;
}

static bool parse_stamp(const char *line, const struct log_now *now, struct stamp *out)
{
	memset(out, 0, sizeof(*out));
	line = skip_priority(line);
	return parse_iso(line, out) || parse_kernel(line, out) || parse_classic(line, now, out);
}

uint64_t log_time(const char *line, const struct log_now *now, bool *is_read)
{
	struct stamp stamp;
	uint64_t ns;

	*is_read = true;
	if (!parse_stamp(line, now, &stamp))
		return now->mono_ns;
	ns = stamp.ns;
	if (!stamp.is_mono &&
	    !clock_history_mono(now->clock, stamp.ns, stamp.has_fraction ? 0 : NSEC_PER_SEC - 1,
				now->mono_ns, &ns))
		return now->mono_ns;
	/* Signed: a stamp from before the boot is below 0. */
	if ((int64_t)(now->mono_ns - ns) > (int64_t)PAST_NS ||
	    (int64_t)(ns - now->mono_ns) > (int64_t)FUTURE_NS)
		return now->mono_ns;
	*is_read = false;
	return (int64_t)ns > 0 ? ns : 0;
}

const char *log_time_skip(const char *line)
{
	static const struct clock_history clock = {
		.count = 1, .steps = { { .offset_ns = 1000000000 * NSEC_PER_SEC } }
	};
	struct log_now any = { .mono_ns = NSEC_PER_SEC, .clock = &clock };
	struct stamp stamp;

	if (!parse_stamp(line, &any, &stamp))
		return skip_priority(line);
	return stamp.end + strspn(stamp.end, " ");
}
