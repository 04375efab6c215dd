// SPDX-License-Identifier: GPL-2.0-only
#include "session/reading.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/nsec.h"
#include "base/number_text.h"

enum { LOOK_EVERY = 4096, HOW_BYTES = 128 };

/* "read 42 %, 4,200,000 lines" */
static void describe(struct recording *const *recordings, size_t count, char how[HOW_BYTES])
{
	uint64_t lines = 0, bytes = 0, of_bytes = 0;
	bool is_known = true;

	for (size_t i = 0; i < count; i++) {
		uint64_t its_lines, its_bytes, its_size;

		recording_progress(recordings[i], &its_lines, &its_bytes, &its_size);
		lines += its_lines;
		bytes += its_bytes;
		of_bytes += its_size;
		is_known &= its_size != 0;
	}
	if (is_known && of_bytes)
		snprintf(how, HOW_BYTES, "read %u %%, %s", (unsigned int)(bytes * 100 / of_bytes),
			 COUNTED(lines, "line", "lines"));
	else
		snprintf(how, HOW_BYTES, "read %s", COUNTED(lines, "line", "lines"));
}

static void show_aside(struct reading *reading, const char *how)
{
	char line[HOW_BYTES + 16];
	int len = snprintf(line, sizeof(line), "\r\033[K%s", how);

	reading->is_shown = write(STDERR_FILENO, line, (size_t)len) > 0;
}

void reading_show(struct reading *reading, struct report *report,
		  struct recording *const *recordings, size_t count)
{
	char how[HOW_BYTES];
	uint64_t now_ns;

	if (reading->seen++ % LOOK_EVERY)
		return;
	now_ns = clock_mono_ns();
	if (!reading->next_ns)
		reading->next_ns = now_ns + NSEC_PER_SEC;
	if (now_ns < reading->next_ns)
		return;
	reading->next_ns = now_ns + NSEC_PER_SEC;
	describe(recordings, count, how);
	if (report_is_live(report))
		report_progress(report, how);
	else if (!report->options->is_quiet && isatty(STDERR_FILENO))
		show_aside(reading, how);
}

void reading_end(struct reading *reading)
{
	static const char clear[] = "\r\033[K";

	if (reading->is_shown)
		reading->is_shown = write(STDERR_FILENO, clear, strlen(clear)) < 0;
}
