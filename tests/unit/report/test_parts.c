// SPDX-License-Identifier: GPL-2.0-only
/* A recording that is divided: as tcpdump names the parts, each readable by itself, all of
 * them together the same as one. */
#include "cast/files.h"
#include "cast/story.h"
#include "cast/watched.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "record/recording.h"
#include "report/report.h"

enum { FILES_MAX = 16 };

static char folder[64], path[96];
static struct report report;
static struct options options;

static int begin(void **state)
{
	strcpy(folder, "/tmp/rstblame-parts.XXXXXX");
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/rec.jsonl", folder);
	return watched_begin(state);
}

static int end(void **state)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command) || watched_end(state);
}

/* The founding story, recorded in parts of that many bytes. */
static void record_story(uint64_t bytes, uint64_t kept)
{
	char why[REPORT_WHY_BYTES];

	options = (struct options){ .mode = MODE_RUN,
				    .format = FORMAT_JSON,
				    .output = "/dev/null",
				    .write = path,
				    .part_bytes = bytes,
				    .parts = kept };
	assert_int_equal(report_open(&report, &options, why), 0);
	w.also = report_finding;
	w.also_ctx = &report;
	story_tell(&w);
	blame_finish(w.blame);
	report_summary(&report);
	report_close(&report, STATUS_OK);
}

struct told {
	size_t starts, ends, losses, blamed, removals;
	uint64_t lost;
};

static void count(void *ctx, const struct finding *f)
{
	struct told *t = ctx;

	t->starts += f->type == FINDING_START;
	t->ends += f->type == FINDING_END;
	t->removals += f->type == FINDING_REMOVAL;
	t->blamed += f->type == FINDING_RESET && reset_is_blamed(f->reset) &&
		     f->reset->confidence == CONFIDENCE_PROVEN;
	if (f->type == FINDING_LOST)
		t->lost += f->seen->lost.count;
}

static int take(void *blame, const struct observation *seen)
{
	return blame_observe(blame, seen);
}

/* What the files say when they are read as one; `wanted`: of the last one, recording_wants_part(). */
static struct told read_all(char *const *files, size_t files_count, uint32_t *wanted)
{
	struct recording *opened[FILES_MAX], *joined[FILES_MAX];
	struct told told = { 0 };
	struct blame *blame = blame_new(NULL, count, &told);
	const char *why;
	size_t left;

	assert_non_null(blame);
	assert_true(files_count <= FILES_MAX);
	for (size_t i = 0; i < files_count; i++) {
		opened[i] = joined[i] = recording_open(files[i], (uint32_t)i, &why);
		assert_non_null(opened[i]);
	}
	left = recordings_join(joined, files_count);
	assert_int_equal(left, 1);
	assert_int_equal(recordings_play(joined, left, take, blame), 0);
	blame_finish(blame);
	*wanted = 0;
	for (size_t i = 0; i < files_count; i++) {
		assert_true(recording_is_one(opened[i]));
		if (recording_wants_part(opened[i]))
			*wanted = recording_wants_part(opened[i]);
		recording_close(opened[i]);
	}
	blame_free(blame);
	return told;
}

static glob_t find_parts(void)
{
	char pattern[128];
	glob_t found;

	snprintf(pattern, sizeof(pattern), "%s*", path);
	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	return found;
}

static void names_are_tcpdumps(void **state)
{
	static const struct recorder_parts all = { 100, 0 }, three = { 100, 3 }, ten = { 100, 10 },
					   eleven = { 100, 11 }, whole = { 0, 0 };
	char out[PART_PATH_BYTES];

	(void)state;
	assert_string_equal(recorder_part_path("f", &whole, 1, out), "f");
	assert_string_equal(recorder_part_path("f", &all, 1, out), "f");
	assert_string_equal(recorder_part_path("f", &all, 2, out), "f1");
	assert_string_equal(recorder_part_path("f.gz", &all, 12, out), "f.gz11");
	assert_string_equal(recorder_part_path("f", &three, 1, out), "f0");
	assert_string_equal(recorder_part_path("f", &three, 3, out), "f2");
	assert_string_equal(recorder_part_path("f", &three, 4, out), "f0");
	assert_string_equal(recorder_part_path("f", &ten, 10, out), "f9");
	assert_string_equal(recorder_part_path("f", &eleven, 2, out), "f01");
	assert_string_equal(recorder_part_path("f", &eleven, 11, out), "f10");
}

/* The cause is in an earlier part than its reset; the order in which they are named, and one
 * that is named twice, change nothing. */
static void all_together_are_one(void **state)
{
	char *backwards[FILES_MAX];
	struct told whole, told;
	uint32_t wanted;
	size_t n = 0;
	glob_t found;

	(void)state;
	record_story(1000, 0);
	found = find_parts();
	assert_true(found.gl_pathc > 3 && found.gl_pathc < FILES_MAX);
	for (size_t i = found.gl_pathc; i-- > 0;)
		backwards[n++] = found.gl_pathv[i];
	backwards[n++] = found.gl_pathv[1];
	whole = read_all(backwards, n, &wanted);
	assert_int_equal(wanted, 0);
	assert_int_equal(whole.starts, 1);
	assert_int_equal(whole.ends, 1);
	assert_int_equal(whole.lost, 0);
	assert_int_equal(whole.blamed, 1);
	assert_int_equal(whole.removals, w.found[FINDING_REMOVAL]);
	/* Without one of them it is said that it is missing. */
	told = read_all(&found.gl_pathv[1], found.gl_pathc - 1, &wanted);
	assert_int_equal(told.lost, 0);
	backwards[1] = backwards[0];
	told = read_all(&backwards[1], n - 2, &wanted);
	assert_int_equal(told.lost, 1);
	globfree(&found);
}

/* Nothing is cut of it: it goes on, and in which part is said. */
static void each_is_one_by_itself(void **state)
{
	uint32_t wanted, last = 0;
	size_t removals = 0;
	glob_t found;

	(void)state;
	record_story(1000, 0);
	found = find_parts();
	for (size_t i = 0; i < found.gl_pathc; i++) {
		struct told told = read_all(&found.gl_pathv[i], 1, &wanted);

		assert_int_equal(told.starts, 1);
		assert_int_equal(told.ends, 1);
		assert_int_equal(told.lost, 0);
		removals += told.removals;
		last += !wanted;
		if (!i)
			assert_int_equal(wanted, 2);
	}
	assert_int_equal(last, 1);
	assert_int_equal(removals, w.found[FINDING_REMOVAL]);
	globfree(&found);
}

static void the_oldest_is_written_over(void **state)
{
	struct told told;
	uint32_t wanted;
	glob_t found;

	(void)state;
	record_story(1000, 2);
	found = find_parts();
	assert_int_equal(found.gl_pathc, 2);
	assert_non_null(strstr(found.gl_pathv[0], "rec.jsonl0"));
	told = read_all(found.gl_pathv, 2, &wanted);
	assert_int_equal(told.starts, 1);
	assert_int_equal(told.ends, 1);
	assert_int_equal(told.lost, 0);
	assert_int_equal(wanted, 0);
	globfree(&found);
}

static void gzip_is_divided_too(void **state)
{
	struct told told;
	uint32_t wanted;
	glob_t found;

	(void)state;
	strcat(path, ".gz");
	record_story(10, 0);
	found = find_parts();
	told = read_all(found.gl_pathv, found.gl_pathc, &wanted);
	assert_int_equal(told.blamed, 1);
	assert_int_equal(told.lost, 0);
	globfree(&found);
}

int main(void)
{
#define parts_test(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_tcpdumps), parts_test(all_together_are_one),
		parts_test(each_is_one_by_itself),    parts_test(the_oldest_is_written_over),
		parts_test(gzip_is_divided_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
