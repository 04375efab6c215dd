// SPDX-License-Identifier: GPL-2.0-only
/* Bytes of a log that --log follows, and the size of the pieces they are read in: from
 * the first byte to the timeline, both renderers and back from the recording. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "log/lines.h"
#include "log/rules.h"
#include "log/time.h"
#include "pipeline.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LINES_MAX = 64 };

/* Read at 2026-11-26T08:00:02.5Z, 1000.5 s after the boot. */
#define OFFSET_NS (1795679002500000000ULL - 1000500000000ULL)

static struct clock_history clock_history;
static const struct log_now now = { .mono_ns = 1000500000000ULL, .clock = &clock_history };

struct lines {
	size_t count;
	char *items[LINES_MAX];
};

static void keep_line(void *ctx, const char *line)
{
	struct lines *lines = ctx;

	if (!*line || strlen(line) >= LOG_LINE_BYTES || strchr(line, '\n'))
		abort();
	/* Its own allocation: ASan watches its end. */
	if (lines->count < LINES_MAX)
		lines->items[lines->count++] = strdup(line);
}

static void read_in_pieces(struct lines *out, const uint8_t *data, size_t size, size_t piece)
{
	struct log_lines lines = { 0 };

	for (size_t at = 0; at < size; at += piece)
		log_lines_feed(&lines, (const char *)data + at,
			       size - at < piece ? size - at : piece, keep_line, out);
}

static void free_lines(struct lines *lines)
{
	for (size_t i = 0; i < lines->count; i++)
		free(lines->items[i]);
}

/* Where a log is cut must not matter. */
static void check_alike(const struct lines *a, const struct lines *b)
{
	if (a->count != b->count)
		abort();
	for (size_t i = 0; i < a->count; i++)
		if (strcmp(a->items[i], b->items[i]) != 0)
			abort();
}

/* As log/file.c and log/watch.c take it, save that a line need not match a rule. */
static void take_line(struct pipeline *p, const struct log_rules *rules, const char *line)
{
	static struct observation seen;
	const char *rest = log_time_skip(line), *rule;
	bool is_read;
	uint64_t mono_ns = log_time(line, &now, &is_read);

	if (rest < line || rest > line + strlen(line))
		abort();
	if (mono_ns > now.mono_ns + 2000000000ULL ||
	    now.mono_ns - mono_ns + 2000000000ULL > 62000000000ULL ||
	    (is_read && mono_ns != now.mono_ns))
		abort();
	rule = log_rules_match(rules, rest);
	memset(&seen, 0, sizeof(seen));
	seen.type = OBSERVATION_LOG;
	seen.mono_ns = mono_ns;
	seen.wall_ns = mono_ns + OFFSET_NS;
	seen.log.is_read_time = is_read;
	snprintf(seen.log.source, sizeof(seen.log.source), "fuzz");
	snprintf(seen.log.rule, sizeof(seen.log.rule), "%s", rule ? rule : "none");
	utf8_printable(rest, seen.log.line, sizeof(seen.log.line));
	pipeline_take(p, &seen);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct log_rules *rules;
	struct lines whole = { 0 }, pieces = { 0 };
	struct pipeline *p;

	if (!rules) {
		rules = log_rules_new();
		clock_history_note(&clock_history, now.mono_ns, OFFSET_NS);
	}
	if (!size)
		return 0;
	read_in_pieces(&whole, data + 1, size - 1, size);
	read_in_pieces(&pieces, data + 1, size - 1, (size_t)data[0] % 64 + 1);
	check_alike(&whole, &pieces);
	p = pipeline_new();
	for (size_t i = 0; i < whole.count; i++)
		take_line(p, rules, whole.items[i]);
	pipeline_free(p);
	free_lines(&whole);
	free_lines(&pieces);
	return 0;
}
