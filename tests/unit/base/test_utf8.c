// SPDX-License-Identifier: GPL-2.0-only
#include "cast/make.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

static void lengths(void **state)
{
	static const struct {
		const char *text;
		size_t length;
	} cases[] = {
		{ "", 1 },
		{ "a", 1 },
		{ "\x7f", 1 },
		{ "\xc2\x80", 2 },
		{ "\xdf\xbf", 2 },
		{ "\xe0\xa0\x80", 3 },
		{ "\xe2\x86\x92", 3 },
		{ "\xed\x9f\xbf", 3 },
		{ "\xee\x80\x80", 3 },
		{ "\xf0\x90\x80\x80", 4 },
		{ "\xf4\x8f\xbf\xbf", 4 },
		/* overlong */
		{ "\xc0\x80", 0 },
		{ "\xc1\xbf", 0 },
		{ "\xe0\x9f\xbf", 0 },
		{ "\xf0\x8f\xbf\xbf", 0 },
		/* surrogates, and past the last */
		{ "\xed\xa0\x80", 0 },
		{ "\xed\xbf\xbf", 0 },
		{ "\xf4\x90\x80\x80", 0 },
		{ "\xf5\x80\x80\x80", 0 },
		{ "\xff", 0 },
		/* cut short, by the end or by another character */
		{ "\xc2", 0 },
		{ "\xe2\x86", 0 },
		{ "\xf0\x9f\x98", 0 },
		{ "\xe2x\x92", 0 },
		{ "\x80", 0 },
		{ "\xbf", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *exact = strdup(cases[i].text); /* ASan watches the end */

		assert_int_equal(utf8_length(exact), cases[i].length);
		free(exact);
	}
}

static void hostile_names(void **state)
{
	static const struct {
		const char *name, *shown;
	} cases[] = {
		{ "redis-server", "redis-server" },
		{ "ünïcödé ✓", "ünïcödé ✓" },
		{ "\033[31mred", "?[31mred" },
		{ "a\nb\rc\td", "a?b?c?d" },
		{ "\x7f", "?" },
		{ "\xc2\x9b"
		  "2J",
		  "?2J" }, /* CSI, as one character */
		{ "\x9b"
		  "2J",
		  "?2J" }, /* and as a bare byte */
		{ "\xc0\x9b", "??" },
		{ "\xe2\x86", "??" },
		{ "\xed\xa0\x80", "???" },
		{ "\xff\xfe", "??" },
		/* what turns the writing round, and what only looks like its bytes */
		{ "a\u202etxt.exe", "a?txt.exe" },
		{ "\u202a\u202b\u202c\u202d\u2066\u2067\u2068\u2069", "????????" },
		{ "\u200e\u200f\u061c\u2028\u2029", "?????" },
		{ "\u2027\u202f\u2065\u061b", "\u2027\u202f\u2065\u061b" },
		/* what has no width */
		{ "a\u200b\u200c\u200d\u2060\ufeff\u00adb", "a??????b" },
		{ "a\U000e0041\U000e0042\U000e0100b", "a???b" },
		{ "\u00ac\u00ae\u200a\u2010\ufefe", "\u00ac\u00ae\u200a\u2010\ufefe" },
		{ "שלום", "שלום" },
	};
	char buf[64];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(utf8_printable(cases[i].name, buf, sizeof(buf)),
				    cases[i].shown);
}

static void cut_between_characters(void **state)
{
	char buf[8];

	(void)state;
	for (size_t size = 1; size <= sizeof(buf); size++) {
		memset(buf, 'x', sizeof(buf));
		utf8_printable("→→→", buf, size);
		assert_int_equal(strlen(buf), (size - 1) / 3 * 3);
	}
	buf[0] = 'x';
	utf8_printable("abc", buf, 0);
	assert_int_equal(buf[0], 'x');
}

static void columns(void **state)
{
	(void)state;
	assert_int_equal(utf8_columns(""), 0);
	assert_int_equal(utf8_columns("abc"), 3);
	assert_int_equal(utf8_columns("3 µs → x"), 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lengths),
		cmocka_unit_test(hostile_names),
		cmocka_unit_test(cut_between_characters),
		cmocka_unit_test(columns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
