// SPDX-License-Identifier: GPL-2.0-only
/* `-r`: recordings through the same blame as live. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/message.h"
#include "base/number_text.h"
#include "blame/blame.h"
#include "record/recording.h"
#include "report/report.h"
#include "session/least_privilege.h"
#include "session/reading.h"
#include "session/session.h"

struct replay {
	struct recording *opened[OPTIONS_READ_MAX]; /* as they were named */
	size_t opened_count;
	struct recording *recordings[OPTIONS_READ_MAX]; /* the first part of each */
	size_t count;
	struct report report;
	struct blame *blame;
	struct reading reading;
};

/* Opening it for writing would empty it before it is read. */
static bool is_same_file(const char *a, const char *b)
{
	struct stat x, y;

	return a && b && !stat(a, &x) && !stat(b, &y) && S_ISREG(x.st_mode) &&
	       x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static int check_outputs(const struct options *options, char *why, size_t size)
{
	const struct {
		const char *path, *option;
	} outputs[] = { { options->output, "-o" },
			{ options->write, "-w" },
			{ options->pcap, "--pcap" },
			{ options->metrics, "--metrics" } };

	for (size_t i = 0; i < options->read_count; i++)
		for (size_t j = 0; j < sizeof(outputs) / sizeof(outputs[0]); j++) {
			if (!is_same_file(options->read[i], outputs[j].path))
				continue;
			snprintf(why, size,
				 "%s cannot be read and written at the same time; use another "
				 "path for %s",
				 options->read[i], outputs[j].option);
			return -1;
		}
	return 0;
}

static int open_recordings(struct replay *replay, const struct options *options, char *why,
			   size_t size)
{
	for (size_t i = 0; i < options->read_count; i++) {
		const char *reason = "";
		struct recording *r = recording_open(options->read[i], (uint32_t)i, &reason);

		if (!r) {
			snprintf(why, size, "cannot read %s: %s; use a file written by -w",
				 options->read[i], reason);
			return -1;
		}
		replay->opened[replay->opened_count++] = r;
	}
	memcpy(replay->recordings, replay->opened, sizeof(replay->recordings));
	replay->count = recordings_join(replay->recordings, replay->opened_count);
	replay->report.summary.nodes = (uint32_t)replay->count;
	return 0;
}

static int take(void *ctx, const struct observation *seen)
{
	struct replay *replay = ctx;
	int err;

	/* It is no recording at all: that is the one thing to say of it. */
	if (!recording_is_one(replay->recordings[seen->netns.node]))
		return 0;
	if (report_has_failed(&replay->report))
		return -EPIPE;
	err = blame_observe(replay->blame, seen);
	reading_show(&replay->reading, &replay->report, replay->opened, replay->opened_count);
	return err ? err : report_is_full(&replay->report) ? -ECANCELED : 0;
}

static void tell_bad_lines(const struct replay *replay, const struct options *options)
{
	for (size_t i = 0; i < replay->opened_count; i++) {
		uint64_t first, bad = recording_bad_lines(replay->opened[i], &first);
		uint32_t wanted = recording_wants_part(replay->opened[i]);

		if (bad)
			message("%s: %s line %s (the recording was cut or edited); %s lost",
				options->read[i],
				COUNTED(bad, "unreadable line:", "unreadable lines, the first is"),
				NUMBER(first), bad == 1 ? "it counts as" : "they count as");
		if (wanted)
			message("%s goes on in another file, part %u of the recording: add it with -r",
				options->read[i], wanted);
		if (recording_lacks_end(replay->opened[i]))
			message("%s has no summary line: the recording was cut short or is still being written; "
				"what follows in it is lost",
				options->read[i]);
	}
}

static bool has_place(const struct replay *replay)
{
	return replay->report.places.inum || replay->report.places.count;
}

static enum status refuse_netns(struct replay *replay, const struct options *options)
{
	char why[512];

	snprintf(why, sizeof(why),
		 "network namespace %.200s is not in the recording; use a name of its namespace "
		 "lines or a number of their \"netns\"",
		 options->netns);
	return report_error(&replay->report, why);
}

static enum status play(struct replay *replay, const struct options *options)
{
	int err;

	replay->blame = blame_new(NULL, report_finding, &replay->report);
	if (!replay->blame)
		return report_error(&replay->report, "out of memory");
	err = recordings_play(replay->recordings, replay->count, take, replay);
	reading_end(&replay->reading);
	for (size_t i = 0; i < replay->opened_count; i++) {
		char why[512];

		if (recording_is_one(replay->opened[i]) || err < 0)
			continue;
		snprintf(why, sizeof(why), "%s is not a recording; use a file written by -w",
			 options->read[i]);
		return report_error(&replay->report, why);
	}
	if (err < 0 && err != -ECANCELED && !report_has_failed(&replay->report))
		return report_error(&replay->report, strerror(-err));
	if (options->netns && !has_place(replay))
		return refuse_netns(replay, options);
	tell_bad_lines(replay, options);
	blame_finish(replay->blame);
	return report_summary(&replay->report);
}

enum status session_read(const struct options *options)
{
	struct replay replay = { .count = 0 };
	enum status status = STATUS_UNKNOWN;
	char why[REPORT_WHY_BYTES];

	if (check_outputs(options, why, sizeof(why)))
		return session_fail(options, why);
	if (report_open(&replay.report, options, why) ||
	    open_recordings(&replay, options, why, sizeof(why))) {
		report_error(&replay.report, why);
	} else {
		least_privilege_to_read(options);
		if (options->netns)
			places_want(&replay.report.places, options->netns);
		status = play(&replay, options);
	}
	status = report_close(&replay.report, status);
	blame_free(replay.blame);
	for (size_t i = 0; i < replay.opened_count; i++)
		recording_close(replay.opened[i]);
	return status;
}
