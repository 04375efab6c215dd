// SPDX-License-Identifier: GPL-2.0-only
#include "base/number_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* printf's own grouping depends on the locale; ours is the same everywhere. */
const char *number_format(uint64_t n, char buf[NUMBER_TEXT_BYTES])
{
	char digits[NUMBER_TEXT_BYTES];
	size_t len = (size_t)snprintf(digits, sizeof(digits), "%" PRIu64, n), used = 0;

	for (size_t i = 0; i < len; i++) {
		if (i && (len - i) % 3 == 0)
			buf[used++] = ',';
		buf[used++] = digits[i];
	}
	buf[used] = '\0';
	return buf;
}

const char *count_format(uint64_t n, const char *one, const char *many, char buf[COUNT_TEXT_BYTES])
{
	snprintf(buf, COUNT_TEXT_BYTES, "%s %s", NUMBER(n), n == 1 ? one : many);
	return buf;
}

/* The larger unit, and the next one where anything is left of it. */
static void format_units(uint64_t n, const char *unit, uint64_t part, const char *part_unit,
			 char buf[SPAN_TEXT_BYTES])
{
	if (part)
		snprintf(buf, SPAN_TEXT_BYTES, "%s %s %" PRIu64 " %s", NUMBER(n), unit, part,
			 part_unit);
	else
		snprintf(buf, SPAN_TEXT_BYTES, "%s %s", NUMBER(n), unit);
}

const char *span_format(uint64_t seconds, char buf[SPAN_TEXT_BYTES])
{
	if (seconds < 60)
		format_units(seconds, "s", 0, "", buf);
	else if (seconds < 3600)
		format_units(seconds / 60, "min", seconds % 60, "s", buf);
	else
		format_units(seconds / 3600, "h", seconds % 3600 / 60, "min", buf);
	return buf;
}
