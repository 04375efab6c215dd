// SPDX-License-Identifier: GPL-2.0-only
/* A live report whose reader stalls, or whose file is full: the watching goes on, and what
 * was not written is counted, where it is missing and in the verdict. */
#include "cast/make.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/writer.h"
#include "report/report.h"

/* More than the queue holds. */
enum { LINES = 60000 };

static char folder[64], fifo[80], recording[80];

static int begin(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/rstblame-gaps.XXXXXX");
	assert_non_null(mkdtemp(folder));
	snprintf(fifo, sizeof(fifo), "%s/fifo", folder);
	snprintf(recording, sizeof(recording), "%s/recording", folder);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	return 0;
}

static int end(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command);
}

/* What was read: how many lines, and what the gaps and the end say. */
struct reading {
	const char *path;
	int fd; /* or the file */
	const char *gap_word;
	uint64_t lines, logs, gap, gap_in_summary, recording_gap;
	bool has_summary;
	int status;
};

static void *read_report(void *ctx)
{
	struct reading *r = ctx;
	FILE *in = r->fd >= 0 ? fdopen(r->fd, "r") : fopen(r->path, "r");
	char *line = NULL;
	size_t size = 0;
	const char *type;
	json_t *root;

	assert_non_null(in);
	while (getline(&line, &size, in) > 0) {
		root = json_loads(line, 0, NULL);
		assert_non_null(root); /* never a part of a line */
		type = json_string_value(json_object_get(root, "type"));
		r->lines++;
		r->logs += !strcmp(type, "log");
		/* Either file is told of the other's gaps, too. */
		if (!strcmp(type, "lost") &&
		    !strcmp(json_string_value(json_object_get(root, "probe")), r->gap_word))
			r->gap += (uint64_t)json_integer_value(json_object_get(root, "count"));
		if (!strcmp(type, "summary")) {
			const json_t *lost = json_object_get(root, "lost");

			r->has_summary = true;
			r->status = (int)json_integer_value(json_object_get(root, "status"));
			r->gap_in_summary =
				(uint64_t)json_integer_value(json_object_get(lost, "report-gap"));
			r->recording_gap = (uint64_t)json_integer_value(
				json_object_get(lost, "recording-gap"));
		}
		json_decref(root);
	}
	free(line);
	fclose(in);
	return NULL;
}

static void tell(struct report *r, uint64_t ns)
{
	struct observation seen = { .type = OBSERVATION_LOG, .mono_ns = ns, .wall_ns = ns };
	struct finding f = {
		.type = FINDING_LOG, .seen = &seen, .mono_ns = ns, .wall_ns = WALL_BASE_NS + ns
	};

	memset(seen.log.line, 'x', 300);
	report_finding(r, &f);
	report_flush(r);
}

static struct options options_for(const char *output, const char *write)
{
	return (struct options){
		.mode = MODE_RUN, .format = FORMAT_JSON, .output = output, .write = write
	};
}

static void stalled_reader_gets_a_gap(void **state)
{
	struct options options = options_for(fifo, recording);
	struct reading r = { .fd = open(fifo, O_RDONLY | O_NONBLOCK), .gap_word = "report-gap" };
	struct reading rec = { .fd = -1, .path = recording, .gap_word = "recording-gap" };
	uint64_t start_ns = clock_mono_ns();
	char why[REPORT_WHY_BYTES];
	struct report report;
	enum status status;
	pthread_t reader;

	(void)state;
	assert_true(r.fd >= 0);
	fcntl(r.fd, F_SETFL, 0);
	assert_int_equal(report_open(&report, &options, why), 0);
	for (uint64_t i = 1; i <= LINES; i++)
		tell(&report, i);
	assert_true(report.gap > 0);
	assert_true(clock_mono_ns() - start_ns < 60 * NSEC_PER_SEC);
	/* It wakes, and there is room again: the gap is told before what follows. */
	assert_int_equal(pthread_create(&reader, NULL, read_report, &r), 0);
	assert_true(output_wait(&report.output, 60 * NSEC_PER_SEC, NULL));
	tell(&report, LINES + 1);
	assert_int_equal(report.gap, 0);
	status = report_close(&report, report_summary(&report));
	pthread_join(reader, NULL);
	assert_int_equal(status, STATUS_UNKNOWN);
	assert_true(r.has_summary);
	assert_int_equal(r.status, STATUS_UNKNOWN);
	assert_true(r.gap > 0 && r.gap < LINES);
	assert_int_equal(r.gap, r.gap_in_summary);
	assert_int_equal(r.logs + r.gap, LINES + 1);
	/* The recording, whose disk kept pace or not, lacks what it says it lacks. */
	read_report(&rec);
	assert_true(rec.has_summary);
	assert_int_equal(rec.logs + rec.recording_gap, LINES + 1);
	assert_int_equal(rec.gap, rec.recording_gap);
}

static void innocent_reader_has_no_gap(void **state)
{
	struct options options = options_for(recording, NULL);
	struct reading r = { .fd = -1, .path = recording, .gap_word = "report-gap" };
	char why[REPORT_WHY_BYTES];
	struct report report;

	(void)state;
	assert_int_equal(report_open(&report, &options, why), 0);
	for (uint64_t i = 1; i <= 1000; i++)
		tell(&report, i);
	assert_int_equal(report_close(&report, report_summary(&report)), STATUS_OK);
	read_report(&r);
	assert_true(r.has_summary);
	assert_int_equal(r.logs, 1000);
	assert_int_equal(r.gap + r.gap_in_summary, 0);
}

static void reader_that_never_comes_back_is_not_waited_for(void **state)
{
	static struct options options;
	static struct report report; /* its writer stays */
	volatile sig_atomic_t hurry = 0;
	char why[REPORT_WHY_BYTES];
	int fd = open(fifo, O_RDONLY | O_NONBLOCK);

	(void)state;
	options = options_for(fifo, NULL);
	assert_int_equal(report_open(&report, &options, why), 0);
	report.hurry = &hurry;
	for (uint64_t i = 1; i <= LINES; i++)
		tell(&report, i);
	assert_int_equal(report_summary(&report), STATUS_UNKNOWN);
	hurry = 1;
	assert_int_equal(report_close(&report, STATUS_OK), STATUS_UNKNOWN);
	(void)fd; /* open to the end: else the thread would come back */
}

/* Disk full: told once, and the other goes on; neither stops the watch by itself. */
static void full_report_leaves_the_recording(void **state)
{
	struct options options = options_for("/dev/full", recording);
	struct reading rec = { .fd = -1, .path = recording, .gap_word = "recording-gap" };
	char why[REPORT_WHY_BYTES];
	struct report report;

	(void)state;
	assert_int_equal(report_open(&report, &options, why), 0);
	for (uint64_t i = 1; i <= 100; i++) {
		tell(&report, i);
		if (i == 50)
			output_wait(&report.output, 60 * NSEC_PER_SEC, NULL);
	}
	assert_true(report.output.has_failed);
	assert_false(report_has_failed(&report));
	assert_int_equal(report_close(&report, report_summary(&report)), STATUS_UNKNOWN);
	read_report(&rec);
	assert_int_equal(rec.logs, 100);
	assert_true(rec.has_summary);
}

static void full_recording_leaves_the_report(void **state)
{
	struct options options = options_for(recording, "/dev/full");
	struct reading r = { .fd = -1, .path = recording, .gap_word = "recording-gap" };
	struct timespec pause = { .tv_nsec = 5 * NSEC_PER_MSEC };
	char why[REPORT_WHY_BYTES];
	struct report report;

	(void)state;
	assert_int_equal(report_open(&report, &options, why), 0);
	for (uint64_t i = 1; i <= 50; i++)
		tell(&report, i);
	for (int i = 0; report.recorder && i < 2000; i++) {
		nanosleep(&pause, NULL);
		report_flush(&report);
	}
	assert_null(report.recorder);
	assert_false(report_has_failed(&report));
	for (uint64_t i = 51; i <= 100; i++)
		tell(&report, i);
	assert_int_equal(report_close(&report, report_summary(&report)), STATUS_UNKNOWN);
	read_report(&r);
	assert_int_equal(r.logs, 100);
	assert_true(r.recording_gap >= 50);
	assert_int_equal(r.gap, r.recording_gap);
}

static void both_full_is_the_end(void **state)
{
	struct options options = options_for("/dev/full", "/dev/full");
	struct timespec pause = { .tv_nsec = 5 * NSEC_PER_MSEC };
	char why[REPORT_WHY_BYTES];
	struct report report;

	(void)state;
	assert_int_equal(report_open(&report, &options, why), 0); /* no file: may be one */
	tell(&report, 1);
	for (int i = 0; !report_has_failed(&report) && i < 2000; i++) {
		nanosleep(&pause, NULL);
		report_flush(&report);
	}
	assert_true(report_has_failed(&report));
	assert_int_equal(report_close(&report, report_summary(&report)), STATUS_UNKNOWN);
}

static void one_file_for_both_is_refused(void **state)
{
	char other[96];
	struct options options = options_for(recording, other);
	char why[REPORT_WHY_BYTES];
	struct report report;

	(void)state;
	snprintf(other, sizeof(other), "%s/./recording", folder);
	assert_int_equal(report_open(&report, &options, why), -1);
	assert_non_null(strstr(why, "-w"));
	assert_int_equal(report_close(&report, STATUS_UNKNOWN), STATUS_UNKNOWN);
}

int main(void)
{
#define story(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		story(stalled_reader_gets_a_gap),
		story(innocent_reader_has_no_gap),
		story(reader_that_never_comes_back_is_not_waited_for),
		story(full_report_leaves_the_recording),
		story(full_recording_leaves_the_report),
		story(both_full_is_the_end),
		story(one_file_for_both_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
