// SPDX-License-Identifier: GPL-2.0-only
#include "cast/make.h"

#include <stdio.h>
#include <string.h>

#include "base/json_reader.h"

static struct json_reader *reader;

static int open_reader(void **state)
{
	(void)state;
	reader = json_reader_new(false);
	return reader ? 0 : -1;
}

static int close_reader(void **state)
{
	(void)state;
	json_reader_free(reader);
	return 0;
}

static const struct json_value *reads(const char *text)
{
	return json_read(reader, text, strlen(text));
}

static void each_kind(void **state)
{
	const struct json_value *root = reads(
		" {\"n\":null,\"t\":true,\"i\":-7,\"big\":9223372036854775807,\"r\":1.5,\"e\":1e3,"
		"\"s\":\"caf\\u00e9 \\\"\\n\",\"o\":{\"in\":4},\"a\":[1,\"x\",[],{}],\"\":5} ");
	const struct json_value *item;

	(void)state;
	assert_non_null(root);
	assert_true(json_is(json_member(root, "n"), JSON_KIND_NULL));
	assert_true(json_is_set(json_member(root, "t")));
	assert_int_equal(json_member(root, "i")->number, -7);
	assert_int_equal(json_number(json_member(root, "i")), 0);
	assert_true(json_number(json_member(root, "big")) == INT64_MAX);
	assert_true(json_is(json_member(root, "r"), JSON_KIND_REAL));
	assert_int_equal(json_number(json_member(root, "e")), 0);
	assert_string_equal(json_text(json_member(root, "s")), "caf\xc3\xa9 \"\n");
	assert_int_equal(json_number(json_member(json_member(root, "o"), "in")), 4);
	assert_int_equal(json_number(json_member(root, "")), 5);
	assert_int_equal(json_count(json_member(root, "a")), 4);
	item = json_first(json_member(root, "a"));
	assert_int_equal(json_number(item), 1);
	assert_string_equal(json_text(item->next), "x");
}

/* Of another kind, or not there: nothing, and no crash. */
static void what_is_not_said(void **state)
{
	const struct json_value *root = reads("{\"a\":[1],\"s\":\"t\"}");

	(void)state;
	assert_null(json_member(root, "x"));
	assert_null(json_member(json_member(root, "s"), "x"));
	assert_null(json_member(NULL, "x"));
	assert_null(json_text(json_member(root, "a")));
	assert_null(json_text(NULL));
	assert_int_equal(json_number(json_member(root, "s")), 0);
	assert_false(json_is_set(json_member(root, "s")));
	assert_null(json_first(root));
	assert_int_equal(json_count(json_member(root, "s")), 0);
}

/* After each of them the reader goes on as if it had not been. */
static void what_is_no_json(void **state)
{
	static const char *const texts[] = {
		"",
		" ",
		"{",
		"{\"a\":",
		"{\"a\":1",
		"{\"a\":1,}",
		"{\"a\" 1}",
		"{\"a\":1 \"b\":2}",
		"[1,,2]",
		"[1,]",
		"[1 2]",
		"{}{}",
		"{} []",
		"{} x",
		"1",
		"\"text\"",
		"null",
		"tru",
		"{\"a\":truefalse}",
		"{a:1}",
		"{'a':1}",
		"{\"a\":01}",
		"{\"a\":+1}",
		"{\"a\":\"\x01\"}",
		"{\"a\":\"\\u0000\"}",
		"{\"\\u0000\":1}",
		"{\"a\":\"\xff\"}",
		"{\"a\":\"\xc0\x80\"}",
		"{\"\xed\xa0\x80\":1}",
		"{\"a\":\"\\x\"}",
		"{\"a\":1,\"a\":2}",
		"{\"o\":{\"b\":1,\"c\":2,\"b\":3}}",
		"{\"a\":9223372036854775808}",
		"/* c */ {}",
		"}",
		"]",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (reads(texts[i]))
			fail_msg("read: %s", texts[i]);
		assert_int_equal(json_number(json_member(reads("{\"after\":6}"), "after")), 6);
	}
}

/* As journalctl may write a message. */
static void a_nul_that_is_taken(void **state)
{
	struct json_reader *taker = json_reader_new(true);
	const char *text = "{\"m\":\"lease\\u0000lost\",\"n\":3}";
	const struct json_value *root = json_read(taker, text, strlen(text));

	(void)state;
	assert_string_equal(json_text(json_member(root, "m")), "lease");
	assert_int_equal(json_number(json_member(root, "n")), 3);
	json_reader_free(taker);
}

static void as_deep_as_it_goes(void **state)
{
	char text[600] = "";

	(void)state;
	memset(text, '[', 256);
	memset(text + 256, ']', 256);
	assert_non_null(reads(text));
	memset(text, '[', 257);
	memset(text + 257, ']', 257);
	assert_null(reads(text));
}

/* More members than are compared each with each, and than a block of values has. */
static void many_members(void **state)
{
	char text[16 * 1024] = "{";
	size_t len = 1;

	(void)state;
	for (int i = 0; i < 1000; i++)
		len += (size_t)sprintf(text + len, "\"m%d\":%d,", i, i);
	sprintf(text + len, "\"last\":1}");
	assert_int_equal(json_number(json_member(reads(text), "m999")), 999);
	sprintf(text + len, "\"m500\":1}");
	assert_null(reads(text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind),           cmocka_unit_test(what_is_not_said),
		cmocka_unit_test(what_is_no_json),     cmocka_unit_test(as_deep_as_it_goes),
		cmocka_unit_test(a_nul_that_is_taken), cmocka_unit_test(many_members),
	};

	return cmocka_run_group_tests_name("json_reader", tests, open_reader, close_reader);
}
