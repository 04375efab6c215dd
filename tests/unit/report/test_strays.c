// SPDX-License-Identifier: GPL-2.0-only
/* A stranger's ACKs, a hundred thousand of them: a hundred lines a minute, and a count. */
#include "cast/files.h"
#include "cast/watched.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "report/report.h"

static char folder[64], output[80], recording[80];
static struct report report;

static int begin(void **state)
{
	strcpy(folder, "/tmp/rstblame-strays.XXXXXX");
	assert_non_null(mkdtemp(folder));
	snprintf(output, sizeof(output), "%s/output", folder);
	snprintf(recording, sizeof(recording), "%s/recording", folder);
	return watched_begin(state);
}

static int end(void **state)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", folder);
	assert_int_equal(system(command), 0);
	return watched_end(state);
}

/* To a port of this host's that nothing was known of: a mid-stream pick-up. */
static struct observation make_ack(uint32_t number)
{
	struct flow flow =
		untranslated("10.9.0.77", 443, "10.9.0.1", (uint16_t)(32768 + number % 20000));

	return make_reset(&flow, &flow.orig);
}

static void flood(uint32_t netns, uint32_t count, uint64_t seconds)
{
	for (uint32_t i = 0; i < count; i++) {
		pass(&w, SECONDS(seconds) / count);
		see_in(&w, netns, make_ack(i));
	}
}

static char *read_file(const char *path)
{
	FILE *in = fopen(path, "r");
	char *text = NULL;
	size_t size = 0;

	assert_non_null(in);
	assert_true(getdelim(&text, &size, '\0', in) > 0);
	fclose(in);
	return text;
}

static size_t count_lines(const char *text, const char *type)
{
	size_t count = 0;

	while ((text = strstr(text, type)))
		count++, text++;
	return count;
}

static void open_report(const struct options *options)
{
	char why[REPORT_WHY_BYTES];

	assert_int_equal(report_open(&report, options, why), 0);
	w.also = report_finding;
	w.also_ctx = &report;
}

static void close_report(void)
{
	struct observation over = { .type = OBSERVATION_END };

	see(&w, over);
	report_close(&report, report_summary(&report));
}

static uint64_t told, counted;

static void count_finding(void *ctx, const struct finding *f)
{
	(void)ctx;
	told += f->type == FINDING_RESET;
	if (f->type == FINDING_RESETS) {
		counted += f->seen->counted.count;
		assert_int_equal(f->reset->verdict, VERDICT_ENTRY_UNKNOWN);
	}
}

/* Beside them a flow that lost its entry: that is told in full, in the midst of it. */
static void a_flood(void **state)
{
	const struct options options = {
		.mode = MODE_RUN, .format = FORMAT_JSON, .output = output, .write = recording
	};
	struct flow flow = masqueraded(40112);
	struct watch again = { 0 };
	char *text;

	(void)state;
	open_report(&options);
	flood(NODE_NETNS, 50000, 50);
	see_address_flush(&w, 1, "10.9.0.1", &networkd, &flow);
	see_server_packet(&w, &flow);
	flood(NODE_NETNS, 50000, 60);
	close_report();
	assert_int_equal(w.verdicts[VERDICT_ENTRY_UNKNOWN], 100000);
	text = read_file(output);
	assert_int_equal(count_lines(text, "{\"type\":\"reset\""), 2 * STRAYS_TOLD_MAX + 1);
	assert_int_equal(count_lines(text, "{\"type\":\"resets\""), 2);
	assert_int_equal(count_lines(text,
				     "\"verdict\":\"entry-removed\",\"cause\":\"address-removed\","
				     "\"confidence\":\"proven\",\"because\""),
			 1);
	assert_non_null(strstr(text, "\"entry-unknown\":100000"));
	free(text);

	/* And so a replay of the recording, which is no longer. There the first has a line, too, by
	 * which a replay knows that others are missing. */
	text = read_file(recording);
	assert_int_equal(count_lines(text, "{\"type\":\"resets\""), 4);
	assert_int_equal(count_lines(text, "\"count\":1,"), 2);
	assert_true(strlen(text) < 400000);
	watch_begin(&again);
	again.also = count_finding;
	told = counted = 0;
	assert_int_equal(watch_lines(&again, text), 0);
	assert_int_equal(told, 2 * STRAYS_TOLD_MAX + 1);
	assert_int_equal(counted, 100000 - 2 * STRAYS_TOLD_MAX);
	assert_int_equal(again.summary.resets[VERDICT_ENTRY_UNKNOWN], 100000);
	assert_int_equal(again.summary.resets_total, w.summary.resets_total);
	assert_int_equal(again.summary.blamed, w.summary.blamed);
	assert_int_equal(again.summary.stories_count, w.summary.stories_count);
	for (size_t i = 0; i < again.summary.stories_count; i++)
		assert_int_equal(again.summary.stories[i].resets, w.summary.stories[i].resets);
	watch_end(&again);
	free(text);
}

/* As many as have lines of their own, and one more; of another namespace, others. */
static void a_few(void **state)
{
	const struct options options = { .mode = MODE_RUN,
					 .format = FORMAT_JSON,
					 .output = output };
	char *text;

	(void)state;
	open_report(&options);
	flood(NODE_NETNS, STRAYS_TOLD_MAX, 5);
	flood(OTHER_NETNS, STRAYS_TOLD_MAX + 1, 5);
	close_report();
	text = read_file(output);
	assert_int_equal(count_lines(text, "{\"type\":\"reset\""), 2 * STRAYS_TOLD_MAX);
	assert_int_equal(count_lines(text, "{\"type\":\"resets\""), 1);
	free(text);
}

static struct strays strays;

/* A user may make namespaces as he likes. */
static void a_thousand_namespaces(void **state)
{
	struct reset_blame unknown = { .verdict = VERDICT_ENTRY_UNKNOWN,
				       .confidence = CONFIDENCE_LIKELY };
	struct observation seen = make_ack(1), line;
	struct finding f = { .type = FINDING_RESET, .seen = &seen, .reset = &unknown }, out;
	struct reset_blame blamed;
	uint64_t lines = 0, sum = 0, only_counted = 0;

	(void)state;
	for (uint32_t i = 0; i < 100000; i++) {
		f.netns.inum = 1 + i % 1000;
		f.mono_ns = MONO_BASE_NS + i;
		only_counted += strays_count(&strays, &f);
	}
	assert_int_equal(only_counted, 100000 - STRAYS_TOLD_OF_ALL_MAX);
	assert_false(strays_are_due(&strays, &f));
	f.mono_ns += SECONDS(60);
	assert_true(strays_are_due(&strays, &f));
	while (strays_next(&strays, &line, &blamed, &out)) {
		lines++;
		sum += out.seen->counted.count;
	}
	assert_int_equal(sum, only_counted);
	assert_true(lines <= STRAYS_KINDS_MAX + STRAYS_OTHERS_MAX);
	/* One of which something is known is told whatever came before. */
	for (int i = 0; i < 1000; i++) {
		seen.reset.victim.socket_state = SOCKET_ESTABLISHED;
		assert_false(strays_count(&strays, &f));
	}
}

/* Files have a largest size; the end is written all the same, and what is missing is a loss. */
static void a_full_file(void **state)
{
	const struct options options = {
		.mode = MODE_RUN, .format = FORMAT_JSON, .output = output, .write = recording
	};
	struct stat st;
	char *text;

	(void)state;
	open_report(&options);
	report.output.limit_bytes = 20000;
	recorder_limit(report.recorder, 30000);
	for (uint16_t i = 0; i < 200; i++) {
		struct flow flow = masqueraded((uint16_t)(40000 + i));

		see(&w, make_address(ADDRESS_ADD, "10.9.0.1", UP0, &ip_command));
		see_server_packet(&w, &flow);
	}
	close_report();
	assert_int_equal(stat(output, &st), 0);
	assert_in_range(st.st_size, 10000, 40000);
	assert_int_equal(stat(recording, &st), 0);
	assert_in_range(st.st_size, 20000, 40000);
	text = read_file(output);
	assert_non_null(strstr(text, "\"report-gap\":"));
	assert_non_null(strstr(text, "{\"type\":\"summary\""));
	free(text);
	text = read_file(recording);
	assert_non_null(strstr(text, "\"recording-gap\""));
	assert_non_null(strstr(text, "{\"type\":\"summary\""));
	free(text);
}

int main(void)
{
#define stray_story(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		stray_story(a_flood),
		stray_story(a_few),
		stray_story(a_full_file),
		cmocka_unit_test(a_thousand_namespaces),
	};

	return cmocka_run_group_tests_name("strays", tests, NULL, NULL);
}
