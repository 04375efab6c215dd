// SPDX-License-Identifier: GPL-2.0-only
/* What a look amounts to, in each format; and that names which others chose are text there. */
#include "a_look.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "exposure/report.h"
#include "report/html/exposure_page.h"
#include "summary/advice_private.h"

static struct look look;
static struct exposures out;
static char *text;

static int begin(void **state)
{
	uint32_t redis;

	(void)state;
	look_make(&look);
	strcpy(look.host, "node1");
	redis = look_process_add(&look, 412, "redis-cli", "web");
	for (uint16_t i = 0; i < 5; i++)
		look_flow_add(&look, (uint16_t)(51710 + i), redis);
	return 0;
}

static int end(void **state)
{
	(void)state;
	look_release(&look);
	exposures_release(&out);
	free(text);
	text = NULL;
	return 0;
}

static void write_page(const struct exposure_report *r, FILE *file)
{
	exposure_write_page(r, true, file);
}

static void write_text(const struct exposure_report *r, FILE *file)
{
	exposure_write_text(r, 100, file);
}

static const char *print(void (*write)(const struct exposure_report *, FILE *))
{
	struct exposure_report r = { .look = &look,
				     .exposures = &out,
				     .wall_ns = WALL_BASE_NS,
				     .mono_ns = MONO_BASE_NS,
				     .spent_ns = MS(300) };
	size_t len;
	FILE *file;

	free(text);
	text = NULL;
	exposures_release(&out);
	exposures_judge(&look, NULL, &out);
	r.status = exposures_status(&out, &look);
	file = open_memstream(&text, &len);
	assert_non_null(file);
	write(&r, file);
	fclose(file);
	return text;
}

static void assert_said(const char *words)
{
	if (!strstr(text, words)) {
		fputs(text, stderr);
		fail_msg("not said: %s", words);
	}
}

static void as_text(void **state)
{
	(void)state;
	print(write_text);
	assert_said("WARNING: node1: exposed: 1 finding, 5 flows are at stake\n");
	assert_said("MEDIUM  address-may-go  10.9.0.1 on up0\n");
	assert_said("10.9.0.1 on up0 is leased, and systemd-networkd does not keep it.");
	assert_said("5 flows of redis-cli[412] (container web); 5 sockets have no");
	assert_said(
		"looked at 5 conntrack entries, 5 sockets and 0 namespaces in 300.0 ms; nothing was "
		"traced or changed\n");
	/* One screen. */
	assert_int_equal(strchr(text, '\0')[-1], '\n');
	size_t lines = 0;
	for (const char *c = text; *c; c++)
		lines += *c == '\n';
	assert_true(lines < 40);
}

static void as_json(void **state)
{
	json_t *root, *finding, *victim;

	(void)state;
	root = json_loads(print(exposure_write_json), 0, NULL);
	assert_non_null(root);
	assert_string_equal(json_string_value(json_object_get(root, "type")), "exposure");
	assert_int_equal(json_integer_value(json_object_get(root, "status")), 1);
	assert_int_equal(json_array_size(json_object_get(root, "findings")), 1);
	finding = json_array_get(json_object_get(root, "findings"), 0);
	assert_string_equal(json_string_value(json_object_get(finding, "id")), "address-may-go");
	finding = json_object_get(finding, "at_stake");
	assert_int_equal(json_integer_value(json_object_get(finding, "flows")), 5);
	victim = json_array_get(json_object_get(finding, "victims"), 0);
	assert_string_equal(json_string_value(json_object_get(victim, "container_name")), "web");
	json_decref(root);
}

static void as_metrics(void **state)
{
	(void)state;
	print(exposure_write_prom);
	assert_said("\nrstblame_exposure_status 1\n");
	assert_said("\nrstblame_exposed{finding=\"address-may-go\",severity=\"medium\"} 1\n");
	assert_said("\nrstblame_exposed_flows{finding=\"address-may-go\"} 5\n");
	/* What could not be judged has no series: 0 would be all is well. */
	look_lacks(&look, LOOK_ADDRESSES, "no");
	print(exposure_write_prom);
	assert_null(strstr(text, "finding=\"address-may-go\""));
	assert_said("\nrstblame_exposure_status 3\n");
}

static void as_page(void **state)
{
	(void)state;
	print(write_page);
	assert_said("<title>WARNING: exposure of node1</title>");
	assert_said("<li>5 flows of redis-cli[412] (container web)</li>");
	assert_said("</html>\n");
	assert_null(strstr(text, "<script"));
}

/* Names that processes and containers give themselves. */
static void hostile_names(void **state)
{
	(void)state;
	strcpy(look.processes[0].comm, "<script>x\x1b[2J\xff");
	strcpy(look.processes[0].container_name, "\"&\xe2\x80\xae");
	print(write_page);
	assert_null(strstr(text, "<script"));
	assert_null(strchr(text, '\x1b'));
	print(write_text);
	assert_null(strchr(text, '\x1b'));
	assert_null(strchr(text, '\xff'));
	assert_null(strstr(text, "\xe2\x80\xae"));
	json_decref(json_loads(print(exposure_write_json), 0, NULL));
	assert_null(strchr(text, '\xff'));
}

static void gaps_are_said(void **state)
{
	(void)state;
	look_lacks(&look, LOOK_ADDRESSES, "the bundle has no addresses");
	print(write_text);
	assert_said("UNKNOWN: node1: nothing was found, but not everything could be looked at\n");
	assert_said("not judged: address-may-go: the bundle has no addresses\n");
	assert_said("  addresses: the bundle has no addresses\n");
}

/* What a verdict sends people to is there. */
static void advised_findings_exist(void **state)
{
	(void)state;
	for (size_t i = 0; i < advice_exposures_count; i++)
		assert_non_null(finding_by_id(advice_exposures[i].finding));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(as_text, begin, end),
		cmocka_unit_test_setup_teardown(as_json, begin, end),
		cmocka_unit_test_setup_teardown(as_metrics, begin, end),
		cmocka_unit_test_setup_teardown(as_page, begin, end),
		cmocka_unit_test_setup_teardown(hostile_names, begin, end),
		cmocka_unit_test_setup_teardown(gaps_are_said, begin, end),
		cmocka_unit_test(advised_findings_exist),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
