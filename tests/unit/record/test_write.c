// SPDX-License-Identifier: GPL-2.0-only
/* The report as JSON Lines: the schema's fields, and no surprises. */
#include "cast/files.h"
#include "cast/story.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct watch w;
static struct lines lines;

static void open_json(enum json_detail detail)
{
	watch_begin(&w);
	lines = (struct lines){ .detail = detail };
	w.also = lines_take;
	w.also_ctx = &lines;
}

static int close_json(void **state)
{
	(void)state;
	lines_release(&lines);
	watch_end(&w);
	return 0;
}

static void add_summary(void)
{
	struct finding end = { .type = FINDING_END,
			       .netns = w.netns,
			       .mono_ns = w.now_ns,
			       .wall_ns = w.now_ns - MONO_BASE_NS + WALL_BASE_NS };
	struct jsonw j = { 0 };

	json_write_summary(&j, &w.summary, &end, summary_status(&w.summary));
	lines.text = realloc(lines.text, lines.len + j.len + 1);
	assert_non_null(lines.text);
	memcpy(lines.text + lines.len, j.text, j.len + 1);
	lines.len += j.len;
	jsonw_release(&j);
}

/* Calls `check` with each line parsed; returns how many. */
static size_t each_line(void (*check)(const json_t *line, void *ctx), void *ctx)
{
	size_t count = 0;

	for (const char *p = lines.text; p && *p; count++) {
		size_t len = strcspn(p, "\n");
		json_error_t error;
		json_t *line = json_loadb(p, len, JSON_REJECT_DUPLICATES, &error);

		if (!line)
			fail_msg("%s: %.*s", error.text, (int)len, p);
		assert_int_equal(p[len], '\n');
		check(line, ctx);
		json_decref(line);
		p += len + 1;
	}
	return count;
}

static void report_of_the_incident(void **state)
{
	(void)state;
	open_json(JSON_REPORT);
	story_tell(&w);
	add_summary();
	assert_golden("incident.json", lines.text);
}

static void verbose_report_of_the_incident(void **state)
{
	(void)state;
	open_json(JSON_REMOVALS);
	story_tell(&w);
	add_summary();
	assert_golden("incident-verbose.json", lines.text);
}

static void recording_of_the_incident(void **state)
{
	(void)state;
	open_json(JSON_RECORDING);
	story_tell(&w);
	add_summary();
	assert_golden("incident-recording.json", lines.text);
}

static const struct port_count storm_ports[] = { { 22, 512 }, { 80, 300 } };

static void report_of_a_storm(void **state)
{
	(void)state;
	open_json(JSON_REPORT);
	see(&w, make_resets(1000, storm_ports, 2));
	see_in(&w, OTHER_NETNS, make_resets(7, storm_ports, 0));
	add_summary();
	assert_golden("storm.json", lines.text);
}

/* Readers get a stable word; the sentence is the text's. */
static void what_was_not_seen_is_a_word(void **state)
{
	struct flow old = masqueraded(40001);

	(void)state;
	open_json(JSON_REPORT);
	see_server_packet(&w, &old); /* from before the window */
	assert_non_null(strstr(lines.text, "\"inferred\":[\"removal-before-window\"]"));
}

/* ---- the schema ---- */

/* Of each type: what must be there, what may be there. Every line has type, ts,
 * mono_ns; those of a namespace have netns. */
static const struct {
	const char *type, *must, *may;
} schema[] = {
	{ "start", " schema version host kernel arch probes ", " window_s " },
	{ "address", " id op address ", " ifname ifindex actor peer with_link by_kernel " },
	{ "link", " id op ", " ifname ifindex actor by_kernel " },
	{ "removal", " id cause flow tcp_state status zone mark ",
	  " flush actor stack act reply_zone " },
	{ "flush", " id cause entries tcp_entries first last ",
	  " actor by act ongoing tcp_state stack " },
	{ "reset", " id direction verdict confidence because inferred packet ",
	  " cause flow removed_ago_ns reason context victim actor socket pickup zone hooks sender "
	  "stack " },
	{ "resets", " id direction verdict confidence count family first last ports ", "" },
	{ "summary",
	  " severity headline window_s resets connections_reset removals flushes lost status stories "
	  "advice disproof ",
	  " host version at_risk addresses_removed addresses_unflushed resets_counted "
	  "resets_unfiltered resets_expected resets_undelivered " },
	{ "lost", " probe count ", "" },
	{ "act", " op act ", " cause ifindex address actor entries tcp_entries stack " },
	{ "entry", " flow zone by_syn ", "" },
};

static bool is_listed(const char *list, const char *word)
{
	char spaced[64];

	snprintf(spaced, sizeof(spaced), " %s ", word);
	return strstr(list, spaced);
}

static void check_schema(const json_t *line, void *ctx)
{
	const char *type = json_string_value(json_object_get(line, "type"));
	const char *key;
	json_t *value;
	size_t i = 0;

	(void)ctx;
	assert_non_null(type);
	while (strcmp(schema[i].type, type) != 0)
		if (++i == sizeof(schema) / sizeof(schema[0]))
			fail_msg("a line of type %s", type);
	json_object_foreach((json_t *)line, key,
			    value) if (!is_listed(" type ts mono_ns netns node ", key) &&
				       !is_listed(schema[i].must, key) &&
				       !is_listed(schema[i].may, key))
		fail_msg("%s has a field %s", type, key);
	for (const char *p = schema[i].must + 1; *p; p += strcspn(p, " ") + 1) {
		char name[32];

		snprintf(name, sizeof(name), "%.*s", (int)strcspn(p, " "), p);
		if (!json_object_get(line, name))
			fail_msg("%s has no field %s", type, name);
	}
	assert_true(json_is_string(json_object_get(line, "ts")));
	assert_true(json_is_integer(json_object_get(line, "mono_ns")));
}

static void every_line_keeps_the_schema(void **state)
{
	static const enum json_detail details[] = { JSON_REPORT, JSON_REMOVALS, JSON_RECORDING };
	struct flow flow = masqueraded_v6(40112), old = masqueraded(40000);
	struct observation removal = make_removal(0, CAUSE_OTHER, &old);

	(void)state;
	removal.removal.stack = "nf_ct_delete";
	for (size_t i = 0; i < 3; i++) {
		open_json(details[i]);
		story_tell(&w);
		see(&w, make_link(LINK_DOWN, UP0, &nobody));
		see(&w, make_lost("link", 4));
		see(&w, make_entry(&flow, true));
		see(&w, removal);
		see_server_packet(&w, &old);
		see_server_packet(&w, &flow);
		add_summary();
		assert_true(each_line(check_schema, NULL) > 8);
		if (i < 2)
			close_json(NULL);
	}
}

static void look_for(const json_t *line, void *ctx)
{
	const char **found = ctx;

	found[0] = json_string_value(json_object_get(line, "type"));
	if (!strcmp(found[0], found[1]))
		found[2] = "found";
}

static bool has_type(const char *type)
{
	const char *ctx[3] = { NULL, type, NULL };

	each_line(look_for, ctx);
	return ctx[2];
}

static void details(void **state)
{
	(void)state;
	open_json(JSON_REPORT);
	story_tell(&w);
	assert_false(has_type("removal"));
	assert_false(has_type("act"));
	close_json(NULL);
	open_json(JSON_REMOVALS);
	story_tell(&w);
	assert_true(has_type("removal"));
	assert_false(has_type("act"));
	close_json(NULL);
	open_json(JSON_RECORDING);
	story_tell(&w);
	assert_true(has_type("removal"));
	assert_true(has_type("act"));
}

static void keep_last_type(const json_t *line, void *ctx)
{
	snprintf(ctx, 32, "%s", json_string_value(json_object_get(line, "type")));
}

static void summary_is_last_and_only_once(void **state)
{
	char last[32] = "";

	(void)state;
	open_json(JSON_RECORDING);
	story_tell(&w);
	assert_false(has_type("summary")); /* the end of the window is no line */
	add_summary();
	each_line(keep_last_type, last);
	assert_string_equal(last, "summary");
}

/* An act that removed nothing is no flush. */
static void empty_act_is_no_flush(void **state)
{
	(void)state;
	open_json(JSON_REPORT);
	see(&w, make_act(7, CAUSE_ADDRESS_REMOVED, "10.9.0.1", UP0, &nobody));
	see(&w, make_act_end(7, 0, 0));
	assert_null(lines.text);
}

/* ---- hostile names ---- */

static void check_comm(const json_t *line, void *ctx)
{
	const char *comm =
		json_string_value(json_object_get(json_object_get(line, "actor"), "comm"));

	(void)ctx;
	assert_string_equal(json_string_value(json_object_get(line, "type")), "address");
	assert_string_equal(comm, "a\033[2J\"\n\xef\xbf\xbd\xef\xbf\xbd\xc2\x9b");
}

static void hostile_comm(void **state)
{
	struct actor hostile = ip_command;

	(void)state;
	open_json(JSON_REPORT);
	strcpy(hostile.comm, HOSTILE_COMM);
	strcpy(hostile.unit, HOSTILE_COMM);
	see(&w, make_address(ADDRESS_REMOVE, "10.9.0.1", UP0, &hostile));
	assert_int_equal(each_line(check_comm, NULL), 1); /* it forged no line */
	for (size_t i = 0; i + 1 < lines.len; i++)        /* and commands no terminal */
		assert_true((unsigned char)lines.text[i] >= 0x20);
	assert_null(strstr(lines.text, "\xc2\x9b"));
}

static void error_line(void **state)
{
	struct jsonw j = { 0 };

	(void)state;
	open_json(JSON_REPORT);
	json_write_error(&j, "cannot trace: \"why\"\n", MONO_BASE_NS, WALL_BASE_NS);
	assert_string_equal(j.text, "{\"type\":\"error\",\"ts\":\"2026-11-22T10:00:00.000000000Z\","
				    "\"mono_ns\":1000000000000,\"message\":"
				    "\"cannot trace: \\\"why\\\"\\n\",\"status\":3}\n");
	jsonw_release(&j);
}

#define story(name) cmocka_unit_test_teardown(name, close_json)

int main(void)
{
	const struct CMUnitTest tests[] = {
		story(report_of_a_storm),
		story(what_was_not_seen_is_a_word),
		story(report_of_the_incident),
		story(verbose_report_of_the_incident),
		story(recording_of_the_incident),
		story(every_line_keeps_the_schema),
		story(details),
		story(summary_is_last_and_only_once),
		story(empty_act_is_no_flush),
		story(hostile_comm),
		story(error_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
