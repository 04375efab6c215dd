// SPDX-License-Identifier: GPL-2.0-only
#include "cast/make.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/option_table.h"
#include "cli/options.h"

enum { WORDS_MAX = 160 };

static struct options got;
static char why[OPTIONS_WHY_BYTES];
static char buffer[4096];
static char *words[WORDS_MAX + 1];

/* Parses a command line of words with single blanks. */
static int parse(const char *line)
{
	int count = 0;

	snprintf(buffer, sizeof(buffer), "rstblame %s", line);
	for (char *p = strtok(buffer, " "); p && count < WORDS_MAX; p = strtok(NULL, " "))
		words[count++] = p;
	words[count] = NULL;
	why[0] = '\0';
	return options_parse(count, words, &got, why);
}

static void assert_taken(const char *line)
{
	if (parse(line))
		fail_msg("refused: %s: %s", line, why);
}

/* One line, not empty, that names `names`. */
static void assert_refused(const char *line, const char *names)
{
	if (!parse(line))
		fail_msg("taken: %s", line);
	assert_int_not_equal(why[0], '\0');
	assert_null(strchr(why, '\n'));
	if (!strstr(why, names))
		fail_msg("%s: '%s' does not say '%s'", line, why, names);
}

static void defaults(void **state)
{
	struct options empty = { .mode = MODE_RUN };

	(void)state;
	assert_taken("");
	assert_memory_equal(&got, &empty, sizeof(empty));
}

/* The packet is needed for each of these; a namespace is known of what is counted, too. */
static void storms_are_counted_unless_more_is_asked(void **state)
{
	(void)state;
	assert_taken("");
	assert_true(options_count_syns(&got));
	assert_taken("--netns self -f json -w x -c 3 -q");
	assert_true(options_count_syns(&got));
	assert_taken("port 22");
	assert_false(options_count_syns(&got));
	assert_taken("--stack");
	assert_false(options_count_syns(&got));
	assert_taken("-v");
	assert_false(options_count_syns(&got));
}

static void every_option(void **state)
{
	(void)state;
	assert_taken("-d 90");
	assert_int_equal(got.duration_s, 90);
	assert_taken("--duration 15m");
	assert_int_equal(got.duration_s, 900);
	assert_taken("--duration=1h");
	assert_int_equal(got.duration_s, 3600);
	assert_taken("-c 3");
	assert_int_equal(got.count, 3);
	assert_taken("--count 4294967295");
	assert_int_equal(got.count, 4294967295);
	assert_taken("-f text");
	assert_int_equal(got.format, FORMAT_TEXT);
	assert_taken("-f json");
	assert_int_equal(got.format, FORMAT_JSON);
	assert_taken("--format=json");
	assert_int_equal(got.format, FORMAT_JSON);
	assert_taken("-f html");
	assert_int_equal(got.format, FORMAT_HTML);
	assert_taken("-o out --write rec.jsonl.gz");
	assert_string_equal(got.output, "out");
	assert_string_equal(got.write, "rec.jsonl.gz");
	assert_taken("--output out -w rec");
	assert_string_equal(got.write, "rec");
	assert_taken("--netns blue --btf /sys/kernel/btf/vmlinux");
	assert_string_equal(got.netns, "blue");
	assert_string_equal(got.btf, "/sys/kernel/btf/vmlinux");
	assert_taken("--utc --stack");
	assert_true(got.is_utc && got.with_stacks);
	assert_taken("-v");
	assert_true(got.is_verbose);
	assert_taken("--quiet --verbose");
	assert_true(got.is_quiet && got.is_verbose);
	assert_taken("-qvd5");
	assert_true(got.is_quiet && got.is_verbose);
	assert_int_equal(got.duration_s, 5);
}

static void modes(void **state)
{
	(void)state;
	assert_taken("--check");
	assert_int_equal(got.mode, MODE_CHECK);
	assert_taken("--audit --netns c1 -f json");
	assert_int_equal(got.mode, MODE_AUDIT);
	assert_taken("-h");
	assert_int_equal(got.mode, MODE_HELP);
	assert_taken("--help");
	assert_int_equal(got.mode, MODE_HELP);
	assert_taken("-V");
	assert_int_equal(got.mode, MODE_VERSION);
	assert_taken("--version --nonsense"); /* asked for first */
	assert_int_equal(got.mode, MODE_VERSION);
	assert_taken("-V -f json");
	assert_int_equal(got.mode, MODE_VERSION);
	assert_int_equal(got.format, FORMAT_JSON);
	assert_taken("-V -r a"); /* found by a fuzzer: it read the recording */
	assert_int_equal(got.mode, MODE_VERSION);
	assert_taken("-r a");
	assert_int_equal(got.mode, MODE_READ);
	assert_taken("-r a --read b --read=c");
	assert_int_equal(got.read_count, 3);
	assert_string_equal(got.read[2], "c");
	assert_taken("-r a -f json --utc -w copy.jsonl -o out");
	assert_int_equal(got.mode, MODE_READ);
}

static void command(void **state)
{
	(void)state;
	assert_taken("-d 5 -- ip addr flush");
	assert_int_equal(got.mode, MODE_RUN);
	assert_string_equal(got.command[0], "ip");
	assert_string_equal(got.command[2], "flush");
	assert_null(got.command[3]);
	assert_taken("-- cat -d --nonsense"); /* the command's own options */
	assert_string_equal(got.command[1], "-d");
	assert_int_equal(got.duration_s, 0);
	assert_refused("--", "COMMAND");
	assert_refused("-d 5 --", "COMMAND");
	assert_refused("-r rec -- cat", "COMMAND");
	/* Found by a fuzzer: a line break or an escape of a word was in the message. */
	assert_refused("tcp -x\ny\x1b[31m", "-x?y?[31m");
	assert_refused("-r rec --check", "--check");
	assert_taken("--audit -f html");
	assert_taken("-r rec -f html -o page.html");
	assert_refused("--check -f html", "-f html");
	assert_refused("-f html --check", "-f html");
	assert_refused("--audit -r rec", "-r");
	assert_taken("--exposure -f html");
	assert_taken("--exposure -f prom --root dir");
	assert_refused("--exposure -f pcapng", "pcapng");
	assert_refused("--exposure --netns c1", "--netns");
	assert_refused("--exposure -d 5", "-d");
	assert_refused("--exposure port 80", "FILTER");
	assert_refused("--exposure --audit", "--exposure cannot be combined with --audit");
	assert_refused("--audit --root dir", "--root");
	assert_refused("--root dir", "--exposure");
	assert_refused("--audit -d 5", "-d");
	assert_refused("--audit -w rec", "-w");
	assert_refused("--audit -- true", "COMMAND");
	assert_refused("--user nobody", "-- COMMAND");
	assert_refused("--user nobody --check", "-- COMMAND");
	assert_taken("--user nobody -- true");
	assert_string_equal(got.user, "nobody");
	assert_refused("-r rec -d 5", "-d");
}

/* Its words up to "--"; what they mean is libpcap's to say. */
static void a_filter(void **state)
{
	(void)state;
	assert_taken("-d 5 port 6379 and host 10.9.0.2");
	assert_string_equal(got.filter[0], "port");
	assert_string_equal(got.filter[4], "10.9.0.2");
	assert_null(got.filter[5]);
	assert_null(got.command);
	assert_taken("tcp[2:2] - 1 == 5 -- cat -v");
	assert_string_equal(got.filter[1], "-");
	assert_null(got.filter[5]);
	assert_string_equal(got.command[1], "-v");
	assert_taken("-r rec port 1");
	assert_int_equal(got.mode, MODE_READ);
	assert_refused("port 6379 -d 5", "-d must come before");
	assert_refused("port 6379 --utc", "--utc must come before");
	assert_refused("port 6379 --", "COMMAND");
	assert_refused("--check port 6379", "--check");
}

/* "--" may be an option's argument like any other word. */
static void dashes_as_an_argument(void **state)
{
	(void)state;
	assert_taken("-o --");
	assert_string_equal(got.output, "--");
	assert_null(got.command);
	assert_taken("-o -- word");
	assert_string_equal(got.filter[0], "word");
}

static void bad_options(void **state)
{
	(void)state;
	assert_refused("-x", "-x");
	assert_refused("-vx", "-x");
	assert_refused("--nonsense", "--nonsense");
	assert_refused("--nonsense=5", "--nonsense");
	assert_refused("--ver", "--ver"); /* verbose or version? */
	assert_refused("--utc=1", "--utc");
	assert_refused("-d", "-d");
	assert_refused("--netns", "--netns");
	assert_refused("--btf", "--btf");
	assert_refused("-d 0", "-d");
	assert_refused("-d -5", "-d");
	assert_refused("-d soon", "soon");
	assert_refused("-c 0", "-c");
	assert_refused("-c 1x", "1x");
	assert_refused("-c -1", "-c");
	assert_refused("-c 4294967296", "-c");
	assert_refused("-f xml", "xml");
	assert_refused("-f xml", "html");
}

static void near_misses(void **state)
{
	(void)state;
	assert_refused("--durration 5", "did you mean --duration?");
	assert_refused("--audti", "did you mean --audit?");
	assert_refused("-f jsno", "did you mean json?");
	assert_refused("--json", "did you mean -f json?");
	assert_refused("--metrics -", "use -f prom");
	assert_false(is_near_miss("xml", "html"));
	assert_false(is_near_miss("", "utc"));
	assert_true(is_near_miss("entry-remved", "entry-removed"));
	assert_refused("--check --audit", "--check cannot be combined with --audit");
	assert_refused("--check -d 5", "-d");
	assert_refused("--audit -- true", "COMMAND");
	assert_refused("--explain timeout port", "port");
	assert_refused("-r - -r -", "stdin");
	assert_refused("-w -", "-o FILE");
	assert_taken("-w - -o report");
	assert_taken("-o - -w a");
	assert_null(got.output);
}

/* For weeks: what each period amounted to, and recordings that stay as large as was said. */
static void periods_and_parts(void **state)
{
	(void)state;
	assert_taken("--every 1h30m");
	assert_int_equal(got.every_s, 5400);
	assert_taken("-w a -C 100 -W 5");
	assert_int_equal(got.part_bytes, 100000000);
	assert_int_equal(got.parts, 5);
	assert_taken("-w a --file-size 64k --file-count 2");
	assert_int_equal(got.part_bytes, 65536);
	assert_refused("--every 0", "--every");
	assert_refused("--every now", "now");
	assert_refused("-w a -C 0", "-C");
	assert_refused("-w a -C 10x", "10x");
	assert_refused("-w a -C 1Mb", "1Mb");
	assert_refused("-w a -C 10 -W 1", "-W");
	assert_refused("-w a -C 10 -W 65", "64");
	assert_refused("-C 10", "-w FILE");
	assert_refused("-w a -W 5", "-C SIZE");
	assert_refused("-w - -o b -C 10", "stdout");
	assert_refused("-r a -w b -C 10", "-C");
	assert_refused("-r a --every 1h", "--every");
	assert_refused("--check --every 1h", "--every");
	assert_refused("--audit --every 1h", "--every");
	assert_refused("--explain timeout -C 5", "-C");
	assert_refused("-f pcapng --every 1h", "pcapng");
	assert_refused("-f html --every 1h", "-o FILE");
	assert_refused("-f prom --every 1h", "-o FILE");
	assert_taken("-f html --every 1h -o page.html");
}

static void sizes(void **state)
{
	(void)state;
	assert_int_equal(size_parse("1"), 1000000);
	assert_int_equal(size_parse("3k"), 3072);
	assert_int_equal(size_parse("3K"), 3072);
	assert_int_equal(size_parse("2M"), 2 << 20);
	assert_int_equal(size_parse("4G"), 4ULL << 30);
	assert_int_equal(size_parse("4294967295G"), 4294967295ULL << 30);
	assert_int_equal(size_parse(""), 0);
	assert_int_equal(size_parse("k"), 0);
	assert_int_equal(size_parse("-1"), 0);
	assert_int_equal(size_parse("1 k"), 0);
	assert_int_equal(size_parse("1t"), 0);
	assert_int_equal(size_parse("4294967296"), 0);
}

/* The name that was written, not the letter that it also has. */
static void long_name_is_named(void **state)
{
	(void)state;
	assert_refused("--quiet=1", "--quiet");
	assert_refused("--duration", "--duration");
}

/* JSON was asked for before the mistake: the error is JSON too. */
static void format_survives_a_mistake(void **state)
{
	(void)state;
	assert_refused("-f json -d soon", "soon");
	assert_int_equal(got.format, FORMAT_JSON);
	assert_refused("-d soon -f json", "soon");
	assert_int_equal(got.format, FORMAT_TEXT);
}

static void long_arguments_are_cut(void **state)
{
	char line[2000] = "-d ";

	(void)state;
	memset(line + 3, '9', 1500);
	assert_refused(line, "-d");
	memcpy(line, "--", 2);
	memset(line + 2, 'a', 1500);
	assert_refused(line, "aaa");
	memcpy(line, "port 1 -", 8); /* an option after a filter */
	memset(line + 8, 'b', 1490);
	assert_refused(line, "bbb");
}

static void too_many_recordings(void **state)
{
	char line[1000] = "";

	(void)state;
	for (int i = 0; i < OPTIONS_READ_MAX; i++)
		strcat(line, "-r a ");
	assert_taken(line);
	assert_int_equal(got.read_count, OPTIONS_READ_MAX);
	strcat(line, "-r a");
	assert_refused(line, "recordings");
}

static void durations(void **state)
{
	static const struct {
		const char *text;
		uint64_t seconds;
	} cases[] = {
		{ "1", 1 },
		{ "90", 90 },
		{ "90s", 90 },
		{ "15m", 900 },
		{ "1h", 3600 },
		{ "2d", 172800 },
		{ "1h30m", 5400 },
		{ "1d2h3m4s", 93784 },
		{ "007", 7 },
		{ "4294967295", 4294967295 },
		{ "4294967295d", 4294967295ULL * 86400 },
		/* none */
		{ "", 0 },
		{ "0", 0 },
		{ "0h", 0 },
		{ "s", 0 },
		{ "-1", 0 },
		{ "+1", 0 },
		{ " 1", 0 },
		{ "1 ", 0 },
		{ "1ss", 0 },
		{ "1h30", 0 },
		{ "30m1h", 0 },
		{ "1h1h", 0 },
		{ "1h0m", 0 },
		{ "1.5h", 0 },
		{ "0x10", 0 },
		{ "1e3", 0 },
		{ "1w", 0 },
		{ "4294967296", 0 },
		{ "18446744073709551616", 0 },
		{ "99999999999999999999999999h", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (duration_parse(cases[i].text) != cases[i].seconds)
			fail_msg("'%s'", cases[i].text);
}

static void help_names_every_option(void **state)
{
	static const char *const names[] = {
		"-d, --duration", "-c, --count", "-f, --format",  "-o, --output", "-w, --write",
		"-r, --read",     "--netns",     "--check",       "--user",       "--btf",
		"--utc",          "--stack",     "-v, --verbose", "-q, --quiet",  "-h, --help",
		"-V, --version",  "-- COMMAND",  "Exit status",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strstr(options_help(), names[i]))
			fail_msg("--help does not name %s", names[i]);
	for (const char *p = options_help(); *p; p += strcspn(p, "\n") + 1)
		assert_true(strcspn(p, "\n") <= 80);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults),
		cmocka_unit_test(every_option),
		cmocka_unit_test(storms_are_counted_unless_more_is_asked),
		cmocka_unit_test(modes),
		cmocka_unit_test(near_misses),
		cmocka_unit_test(command),
		cmocka_unit_test(a_filter),
		cmocka_unit_test(dashes_as_an_argument),
		cmocka_unit_test(bad_options),
		cmocka_unit_test(periods_and_parts),
		cmocka_unit_test(sizes),
		cmocka_unit_test(long_name_is_named),
		cmocka_unit_test(format_survives_a_mistake),
		cmocka_unit_test(long_arguments_are_cut),
		cmocka_unit_test(too_many_recordings),
		cmocka_unit_test(durations),
		cmocka_unit_test(help_names_every_option),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
