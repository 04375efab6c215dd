// SPDX-License-Identifier: GPL-2.0-only
#include "cast/make.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmdline.h"

enum { WORDS_MAX = 64 };

static char *said(void (*write)(FILE *, const struct options *), const struct options *options)
{
	char *line = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&line, &len);

	assert_non_null(out);
	write(out, options);
	fclose(out);
	return line;
}

static void parse(const char *line, struct options *out)
{
	static char buffer[1024];
	static char *words[WORDS_MAX + 1];
	char why[OPTIONS_WHY_BYTES];
	int count = 0;

	snprintf(buffer, sizeof(buffer), "%s", line);
	for (char *p = strtok(buffer, " "); p && count < WORDS_MAX; p = strtok(NULL, " "))
		words[count++] = p;
	words[count] = NULL;
	if (options_parse(count, words, out, why))
		fail_msg("%s: %s", line, why);
}

static void assert_said(const char *given, const char *expected)
{
	struct options options;
	char *line;

	parse(given, &options);
	line = said(cmdline_write, &options);
	assert_string_equal(line, expected);
	/* It says of itself the same again. */
	parse(line, &options);
	free(line);
	line = said(cmdline_write, &options);
	assert_string_equal(line, expected);
	free(line);
}

static void lines(void **state)
{
	(void)state;
	assert_said("rstblame", "rstblame");
	assert_said("rstblame -f html -d 1800", "rstblame -d 30m -f html");
	assert_said("./rstblame --duration=7200 --utc -vq", "rstblame -d 2h --utc -v -q");
	assert_said("rstblame -r a -r b -f json -c 3", "rstblame -c 3 -f json -r a -r b");
	assert_said("rstblame --exposure --root dir -f json",
		    "rstblame --exposure --root dir -f json");
	assert_said("rstblame --audit --netns c1 -o out", "rstblame --audit -o out --netns c1");
	assert_said("rstblame --no-pin --stack --btf b --log journal -w w.gz -d 61",
		    "rstblame -d 61s -w w.gz --log journal --btf b --no-pin --stack");
	assert_said("rstblame --every 3600 -w w -C 64k -W 3",
		    "rstblame --every 1h -w w -C 64k -W 3");
	assert_said("rstblame -w w -C 10 -C 100", "rstblame -w w -C 100");
	assert_said("rstblame --user nobody -- true", "rstblame --user nobody -- true");
	assert_said("rstblame -d 5 port 6379 -- ip addr flush",
		    "rstblame -d 5s port 6379 -- ip addr flush");
}

static void again(void **state)
{
	struct options options;
	char *line;

	(void)state;
	parse("rstblame -f html -d 30m -w rec.gz -o page.html port 6379", &options);
	line = said(cmdline_write_again, &options);
	assert_string_equal(line, "rstblame -f html -r rec.gz port 6379");
	free(line);
	parse("rstblame -f html -w rec.gz -C 10", &options);
	line = said(cmdline_write_again, &options);
	assert_string_equal(line, "rstblame -f html $(printf ' -r %s' rec.gz*)");
	free(line);
	parse("rstblame -f html", &options);
	line = said(cmdline_write_again, &options);
	assert_string_equal(line, "");
	free(line);
}

static void assert_word(const char *word, const char *expected)
{
	char *got = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&got, &len);

	cmdline_write_word(out, word);
	fclose(out);
	assert_string_equal(got, expected);
	free(got);
}

static void words_are_quoted(void **state)
{
	(void)state;
	assert_word("", "''");
	assert_word("/tmp/a-b_c.gz", "/tmp/a-b_c.gz");
	assert_word("two words", "'two words'");
	assert_word("$(reboot)`x`;&|*?~#!", "'$(reboot)`x`;&|*?~#!'");
	assert_word("it's", "'it'\\''s'");
	assert_word("é", "'é'");
	assert_word("a\nb\033'\\\x9b", "$'a\\x0ab\\x1b\\x27\\x5c\\x9b'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines),
		cmocka_unit_test(again),
		cmocka_unit_test(words_are_quoted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
