// SPDX-License-Identifier: GPL-2.0-only
#include "log/lines.h"

#include <string.h>

static void end_line(struct log_lines *lines, log_line_fn take, void *ctx)
{
	lines->line[lines->used] = '\0';
	if (lines->used)
		take(ctx, lines->line);
	log_lines_reset(lines);
}

void log_lines_feed(struct log_lines *lines, const char *bytes, size_t count, log_line_fn take,
		    void *ctx)
{
	for (size_t i = 0; i < count; i++) {
		if (bytes[i] == '\n')
			end_line(lines, take, ctx);
		else if (lines->used < sizeof(lines->line) - 1)
			lines->line[lines->used++] = bytes[i] ? bytes[i] : '?';
	}
}

void log_lines_reset(struct log_lines *lines)
{
	lines->used = 0;
}
