// SPDX-License-Identifier: GPL-2.0-only
#include "cast/make.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_writer.h"

static void structure(void **state)
{
	struct jsonw w = { 0 };

	(void)state;
	jsonw_begin_line(&w);
	jsonw_string(&w, "s", "x");
	jsonw_u64(&w, "n", UINT64_MAX);
	jsonw_bool(&w, "yes", true);
	jsonw_bool(&w, "no", false);
	jsonw_begin_object(&w, "o");
	jsonw_end_object(&w);
	jsonw_begin_array(&w, "a");
	jsonw_u64(&w, NULL, 1);
	jsonw_string(&w, NULL, "");
	jsonw_begin_object(&w, NULL);
	jsonw_u64(&w, "k", 0);
	jsonw_end_object(&w);
	jsonw_begin_array(&w, NULL);
	jsonw_end_array(&w);
	jsonw_end_array(&w);
	jsonw_u64(&w, "z", 0);
	jsonw_end_line(&w);
	assert_string_equal(w.text,
			    "{\"s\":\"x\",\"n\":18446744073709551615,\"yes\":true,\"no\":false,"
			    "\"o\":{},\"a\":[1,\"\",{\"k\":0},[]],\"z\":0}\n");
	assert_int_equal(w.len, strlen(w.text));
	assert_false(w.has_failed);
	jsonw_begin_line(&w); /* anew */
	jsonw_end_line(&w);
	assert_string_equal(w.text, "{}\n");
	jsonw_release(&w);
	assert_null(w.text);
}

/* Writes a string and parses the line with another's parser. */
static char *through_jansson(const char *value)
{
	struct jsonw w = { 0 };
	const char *got;
	json_t *root;
	char *copy;

	jsonw_begin_line(&w);
	jsonw_string(&w, value, value); /* as a name, too */
	jsonw_end_line(&w);
	root = json_loadb(w.text, w.len, 0, NULL);
	if (!root)
		fail_msg("not JSON: %s", w.text);
	assert_int_equal(json_object_size(root), 1);
	got = json_string_value(json_object_iter_value(json_object_iter(root)));
	copy = strdup(got);
	json_decref(root);
	jsonw_release(&w);
	return copy;
}

static void every_byte_is_escaped_or_kept(void **state)
{
	(void)state;
	for (int c = 1; c < 128; c++) {
		char value[] = { 'a', (char)c, 'b', '\0' };
		char *got = through_jansson(value);

		assert_string_equal(got, value);
		free(got);
	}
	for (int c = 128; c < 256; c++) {
		char value[] = { (char)c, 'b', '\0' };
		char *got = through_jansson(value);

		assert_string_equal(got, "\xef\xbf\xbd"
					 "b");
		free(got);
	}
}

static void utf8_is_kept(void **state)
{
	static const char *const values[] = { "", "µ → ✓ 😀", "\\\"/\b\f\n\r\t", "\xc2\x85" };

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		char *got = through_jansson(values[i]);

		assert_string_equal(got, values[i]);
		free(got);
	}
}

static void controls_are_escaped(void **state)
{
	struct jsonw w = { 0 };

	(void)state;
	jsonw_begin_line(&w);
	jsonw_string(&w, "s", "\001\033\n\t\x7f\"\\");
	jsonw_end_line(&w);
	assert_string_equal(w.text, "{\"s\":\"\\u0001\\u001b\\n\\t\\u007f\\\"\\\\\"}\n");
	jsonw_release(&w);
}

static void lines_grow(void **state)
{
	enum { SIZE = 100000 };
	char *value = malloc(SIZE + 1), *got;

	(void)state;
	memset(value, '\001', SIZE); /* six bytes each */
	value[SIZE] = '\0';
	got = through_jansson(value);
	assert_string_equal(got, value);
	free(got);
	free(value);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(structure),    cmocka_unit_test(every_byte_is_escaped_or_kept),
		cmocka_unit_test(utf8_is_kept), cmocka_unit_test(controls_are_escaped),
		cmocka_unit_test(lines_grow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
