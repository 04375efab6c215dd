// SPDX-License-Identifier: GPL-2.0-only
/* Reports in between: a line each period, the verdict when it is asked for, and the end is
 * the same as without them. */
#include "cast/files.h"
#include "cast/story.h"
#include "cast/watched.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "report/report.h"

static struct report report;
static struct options options;
static char why[REPORT_WHY_BYTES];

static void begin(enum format format, const char *output)
{
	options = (struct options){
		.mode = MODE_RUN, .format = format, .output = output, .is_utc = true, .every_s = 60
	};
	assert_int_equal(report_open(&report, &options, why), 0);
	w.also = report_finding;
	w.also_ctx = &report;
}

static struct finding now(void)
{
	return (struct finding){ .type = FINDING_END,
				 .netns = w.netns,
				 .mono_ns = w.now_ns,
				 .wall_ns = WALL_BASE_NS + w.now_ns - MONO_BASE_NS };
}

static void end(void)
{
	blame_finish(w.blame);
	report_summary(&report);
	report_close(&report, STATUS_OK);
}

static int teardown(void **state)
{
	files_remove();
	return watched_end(state);
}

static void json_has_a_line_of_each(void **state)
{
	static const char *const types[] = { "period", "report", "period", "summary", NULL };
	char *path = file_make_text(""), *text, *line, *rest;
	struct finding at;
	size_t next = 0;

	(void)state;
	begin(FORMAT_JSON, path);
	story_tell(&w);
	at = now();
	report_period(&report, &at, MONO_BASE_NS, 60);
	assert_int_equal(report_now(&report, &at, 60), STATUS_CRITICAL);
	pass(&w, SECONDS(60));
	at = now();
	report_period(&report, &at, MONO_BASE_NS, 120);
	end();
	text = file_read(path, NULL);
	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		json_t *root = json_loads(line, 0, NULL);
		const char *type = json_string_value(json_object_get(root, "type"));

		assert_non_null(type);
		if (types[next] && !strcmp(type, types[next])) {
			json_int_t blamed =
				json_integer_value(json_object_get(root, "resets_blamed"));

			if (!strcmp(type, "period"))
				assert_int_equal(blamed, next == 0); /* the second has its own */
			else
				assert_non_null(json_object_get(root, "stories"));
			assert_int_equal(json_integer_value(json_object_get(root, "status")), 2);
			next++;
		}
		json_decref(root);
	}
	assert_null(types[next]);
	free(text);
}

static void text_says_that_it_goes_on(void **state)
{
	char *path = file_make_text(""), *text, *at_end;
	struct finding at;

	(void)state;
	begin(FORMAT_TEXT, path);
	story_tell(&w);
	at = now();
	report_now(&report, &at, 60);
	report_period(&report, &at, MONO_BASE_NS, 60);
	end();
	text = file_read(path, NULL);
	assert_non_null(strstr(text, "COUNTS   so far, "));
	assert_non_null(strstr(text, "  period     in "));
	at_end = strstr(text, "  period     in ");
	assert_non_null(strstr(at_end, "VERDICT  CRITICAL"));
	assert_null(strstr(at_end, "so far"));
	free(text);
}

/* It is there, whole, before the end; and the end replaces it. */
static void a_page_is_replaced(void **state)
{
	char *path = file_make_text("old"), *first, *last;
	struct finding at;

	(void)state;
	begin(FORMAT_HTML, path);
	at = now();
	report_period(&report, &at, MONO_BASE_NS, 1);
	first = file_read(path, NULL);
	assert_non_null(strstr(first, "</html>"));
	assert_null(strstr(first, "CRITICAL:"));
	story_tell(&w);
	end();
	last = file_read(path, NULL);
	assert_non_null(strstr(last, "<title>CRITICAL:"));
	assert_ptr_equal(strstr(last, "</html>"), strrchr(last, '<'));
	free(first);
	free(last);
}

int main(void)
{
#define interim_test(name) cmocka_unit_test_setup_teardown(name, watched_begin, teardown)
	const struct CMUnitTest tests[] = {
		interim_test(json_has_a_line_of_each),
		interim_test(text_says_that_it_goes_on),
		interim_test(a_page_is_replaced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
