// SPDX-License-Identifier: GPL-2.0-only
#include "cli/options.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "cli/option_table.h"

/* Rows of the table, at most. */
enum { OPTIONS_MAX = 48 };

/* What -r can read back at once. */
enum { PARTS_MAX = OPTIONS_READ_MAX };

static int refuse(char *why, const char *format, ...)
{
	char text[OPTIONS_WHY_BYTES];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	utf8_printable(text, why, OPTIONS_WHY_BYTES); /* a word may be anything */
	return -EINVAL;
}

static uint64_t parse_number(const char *text, const char **end)
{
	char *stop;
	unsigned long long value;

	errno = 0;
	if (!isdigit((unsigned char)*text))
		return 0;
	value = strtoull(text, &stop, 10);
	*end = stop;
	return errno || value > UINT32_MAX ? 0 : value;
}

/* How many seconds a unit has; 0: it is none. */
static uint64_t unit_seconds(char unit)
{
	switch (unit) {
	case 's':
		return 1;
	case 'm':
		return 60;
	case 'h':
		return 3600;
	case 'd':
		return 86400;
	}
	return 0;
}

uint64_t duration_parse(const char *text)
{
	uint64_t sum = 0, before = UINT64_MAX;
	const char *end = "";
	uint64_t value = parse_number(text, &end);

	if (value && !*end)
		return value;
	/* Each unit less than the one before: "1h30m". */
	do {
		uint64_t unit = unit_seconds(*end);

		if (!value || !unit || unit >= before)
			return 0;
		sum += value * unit;
		before = unit;
		text = end + 1;
	} while (*text && (value = parse_number(text, &end), true));
	return sum;
}

static int take_duration(struct options *out, const char *text, char *why)
{
	out->duration_s = duration_parse(text);
	if (out->duration_s)
		return 0;
	return refuse(why, "-d: invalid duration '%.40s'; use 90, 15m, 1h30m or 2d", text);
}

uint64_t size_parse(const char *text)
{
	static const char units[] = "kmg";
	const char *end = "", *unit;
	uint64_t value = parse_number(text, &end);

	if (!value || !*end)
		return value * 1000000;
	unit = strchr(units, tolower((unsigned char)*end));
	if (!unit || end[1])
		return 0;
	return value << (10 * (unit - units + 1));
}

static int take_every(struct options *out, const char *text, char *why)
{
	out->every_s = duration_parse(text);
	if (out->every_s)
		return 0;
	return refuse(why, "--every: invalid time '%.40s'; use 90, 15m, 1h30m or 1d", text);
}

static int take_size(struct options *out, const char *text, char *why)
{
	out->part_bytes = size_parse(text);
	if (out->part_bytes)
		return 0;
	return refuse(why, "-C: invalid size '%.40s'; use 100 (millions of bytes), 64k, 10M or 1G",
		      text);
}

static int take_parts(struct options *out, const char *text, char *why)
{
	const char *end = "";

	out->parts = parse_number(text, &end);
	if (out->parts > 1 && out->parts <= PARTS_MAX && !*end)
		return 0;
	return refuse(why, "-W: invalid number '%.40s'; use 2 to %d recordings", text, PARTS_MAX);
}

static int take_count(struct options *out, const char *text, char *why)
{
	const char *end = "";

	out->count = parse_number(text, &end);
	if (out->count && !*end)
		return 0;
	return refuse(why, "-c: invalid count '%.40s'; use a whole number, 1 or more", text);
}

const char *format_name(enum format format)
{
	static const char *const names[] = {
		[FORMAT_TEXT] = "text",     [FORMAT_JSON] = "json", [FORMAT_HTML] = "html",
		[FORMAT_PCAPNG] = "pcapng", [FORMAT_PROM] = "prom",
	};

	return format < FORMATS ? names[format] : NULL;
}

static bool is_format(const char *text)
{
	for (enum format format = FORMAT_TEXT; format < FORMATS; format++)
		if (!strcmp(text, format_name(format)))
			return true;
	return false;
}

static int take_format(struct options *out, const char *text, char *why)
{
	const char *near = NULL;

	for (enum format format = FORMAT_TEXT; format < FORMATS; format++) {
		if (!strcmp(text, format_name(format))) {
			out->format = format;
			return 0;
		}
		if (is_near_miss(text, format_name(format)))
			near = format_name(format);
	}
	if (near)
		return refuse(why, "-f: unknown format '%.40s'; did you mean %s?", text, near);
	return refuse(why, "-f: unknown format '%.40s'; use one of " OPTION_FORMATS, text);
}

static int take_read(struct options *out, const char *path, char *why)
{
	if (out->read_count == OPTIONS_READ_MAX)
		return refuse(why, "-r: more than %d recordings; combine some with -r and -w first",
			      OPTIONS_READ_MAX);
	out->read[out->read_count++] = path;
	return 0;
}

/* What the first argument of `-x` or the long name at fault was. */
static int refuse_option(const char *word, int option, bool is_missing, char *why)
{
	char letter[3] = { '-', (char)optopt, '\0' };
	bool is_short = optopt > 0 && optopt < 128 && isprint(optopt) && option;
	const char *name = is_short && strncmp(word, "--", 2) != 0 ? letter : word;
	const struct option_row *near;

	if (is_missing)
		return refuse(why, "%.60s needs an argument; see rstblame --help", name);
	near = strncmp(name, "--", 2) ? NULL : option_like(name + 2);
	if (!strncmp(name, "--", 2) && is_format(name + 2))
		return refuse(why, "unknown option %.60s; did you mean -f %.20s?", name, name + 2);
	if (near)
		return refuse(why, "unknown option %.60s; did you mean --%s?", name, near->name);
	return refuse(why, "unknown option %.60s; see rstblame --help", name);
}

/* One mode at most; what only asks (-h, -V) goes before all. */
static int take_mode(struct options *out, enum mode mode, char *why)
{
	static const char *const names[] = {
		[MODE_CHECK] = "--check",
		[MODE_AUDIT] = "--audit",
		[MODE_EXPOSURE] = "--exposure",
		[MODE_EXPLAIN] = "--explain",
	};

	if (out->mode == MODE_VERSION)
		return 0;
	if (out->mode != MODE_RUN && out->mode != mode)
		return refuse(why, "%s cannot be combined with %s; run one after the other",
			      names[out->mode], names[mode]);
	out->mode = mode;
	return 0;
}

static int take(struct options *out, int option, const char *word, char *why)
{
	switch (option) {
	case 'd':
		return take_duration(out, optarg, why);
	case 'c':
		return take_count(out, optarg, why);
	case 'C':
		return take_size(out, optarg, why);
	case 'W':
		return take_parts(out, optarg, why);
	case OPT_EVERY:
		return take_every(out, optarg, why);
	case 'f':
		return take_format(out, optarg, why);
	case 'o':
		out->output = strcmp(optarg, "-") ? optarg : NULL;
		return 0;
	case 'w':
		out->write = optarg;
		return 0;
	case 'r':
		return take_read(out, optarg, why);
	case OPT_NETNS:
		out->netns = optarg;
		return 0;
	case OPT_PCAP:
		out->pcap = optarg;
		return 0;
	case OPT_METRICS:
		out->metrics = optarg;
		return 0;
	case OPT_LOG:
		out->log = optarg;
		return 0;
	case OPT_CHECK:
		return take_mode(out, MODE_CHECK, why);
	case OPT_AUDIT:
		return take_mode(out, MODE_AUDIT, why);
	case OPT_EXPOSURE:
		return take_mode(out, MODE_EXPOSURE, why);
	case OPT_ROOT:
		out->root = optarg;
		return 0;
	case OPT_EXPLAIN:
		out->explain = optarg;
		return take_mode(out, MODE_EXPLAIN, why);
	case OPT_BTF:
		out->btf = optarg;
		return 0;
	case OPT_USER:
		out->user = optarg;
		return 0;
	case OPT_UTC:
		out->is_utc = true;
		return 0;
	case OPT_NO_PIN:
		out->no_pin = true;
		return 0;
	case OPT_STACK:
		out->with_stacks = true;
		return 0;
	case 'v':
		out->is_verbose = true;
		return 0;
	case 'q':
		out->is_quiet = true;
		return 0;
	case 'h':
		out->mode = MODE_HELP;
		return 0;
	case 'V':
		out->mode = MODE_VERSION;
		return 0;
	}
	return refuse_option(word, optopt, option == ':', why);
}

/* The first of what only a window has; NULL: none was given. */
static const char *window_option(const struct options *o)
{
	return o->command    ? "a COMMAND" :
	       o->duration_s ? "-d" :
	       o->count      ? "-c" :
	       o->every_s    ? "--every" :
	       o->part_bytes ? "-C" :
	       o->parts      ? "-W" :
	       o->write      ? "-w" :
	       o->log        ? "--log" :
	       o->metrics    ? "--metrics" :
	       o->pcap       ? "--pcap" :
			       NULL;
}

/* Modes that watch no window, and what each says of itself. */
static int check_mode(const struct options *o, const char *name, const char *does, char *why)
{
	const char *other = o->read_count ? "-r" : window_option(o);

	if (!other)
		return 0;
	return refuse(why, "%s %s: it cannot be combined with %s", name, does, other);
}

static int check_read(struct options *out, char *why)
{
	size_t from_stdin = 0;

	for (size_t i = 0; i < out->read_count; i++)
		from_stdin += !strcmp(out->read[i], "-");
	if (from_stdin > 1)
		return refuse(why, "-r -: stdin can be read only once");
	if (out->command || out->log)
		return refuse(why, "-r reads recordings: it cannot be combined with %s",
			      out->command ? "a COMMAND" : "--log");
	if (out->duration_s)
		return refuse(why, "-d cannot be used with -r: a recording's window is fixed");
	if (out->every_s)
		return refuse(why,
			      "--every cannot be used with -r: it is for a watch that goes on");
	if (out->part_bytes)
		return refuse(why, "-C cannot be used with -r: it divides what is recorded live");
	out->mode = MODE_READ;
	return 0;
}

static int check_parts(const struct options *out, char *why)
{
	if (out->parts && !out->part_bytes)
		return refuse(why, "-W keeps some recordings of -C: add -C SIZE");
	if (!out->part_bytes)
		return 0;
	if (!out->write)
		return refuse(why, "-C divides the recording of -w: add -w FILE");
	if (!strcmp(out->write, "-"))
		return refuse(why, "-C cannot divide stdout: use -w FILE");
	return 0;
}

/* What is written once, whole, is replaced each time: where it has a name. */
static int check_every(const struct options *out, char *why)
{
	if (out->every_s && out->format == FORMAT_PCAPNG)
		return refuse(why, "--every cannot be combined with -f pcapng; use text or json");
	if (out->every_s && !out->output &&
	    (out->format == FORMAT_HTML || out->format == FORMAT_PROM))
		return refuse(why, "--every replaces the report of -f %s: add -o FILE",
			      format_name(out->format));
	return 0;
}

static int check_exposure(const struct options *o, char *why)
{
	if (o->format == FORMAT_PCAPNG)
		return refuse(why, "--exposure cannot be combined with -f pcapng; use text, json, "
				   "html or prom");
	if (o->netns)
		return refuse(why, "--exposure looks at all network namespaces: it cannot be "
				   "combined with --netns");
	return check_mode(o, "--exposure", "shows the present state", why);
}

static int check_together(struct options *out, char *why)
{
	int err;

	if (out->root && out->mode != MODE_EXPOSURE)
		return refuse(why,
			      "--root names the files of another node for --exposure: add that");

	if (out->write && !strcmp(out->write, "-") && !out->output)
		return refuse(why, "-w - writes the recording to stdout: send the report elsewhere "
				   "with -o FILE");
	if (out->pcap && !strcmp(out->pcap, "-"))
		return refuse(why, "--pcap - would mix with the report; use -f pcapng");
	if (out->metrics && !strcmp(out->metrics, "-"))
		return refuse(why, "--metrics - would mix with the report; use -f prom");
	if (out->output && out->write && !strcmp(out->output, out->write))
		return refuse(why, "-o and -w name the same file; use two files");
	if (out->user && !out->command)
		return refuse(why, "--user names who runs COMMAND: put -- COMMAND after it");
	if (out->mode == MODE_CHECK && out->format != FORMAT_TEXT && out->format != FORMAT_JSON)
		return refuse(why, "--check cannot be combined with -f %s; use text or json",
			      format_name(out->format));
	if (out->mode == MODE_CHECK)
		return check_mode(out, "--check", "shows what can be observed", why);
	if (out->mode == MODE_AUDIT)
		return check_mode(out, "--audit", "shows the present state", why);
	if (out->mode == MODE_EXPOSURE)
		return check_exposure(out, why);
	if (out->mode == MODE_EXPLAIN)
		return check_mode(out, "--explain", "explains a word", why);
	err = out->read_count ? check_read(out, why) : 0;
	if (!err)
		err = check_parts(out, why);
	return err ? err : check_every(out, why);
}

/* An option that stands where none is looked for. A filter may hold a minus. */
static bool is_option_like(const char *word)
{
	return word[0] == '-' && isalpha((unsigned char)word[word[1] == '-' ? 2 : 1]);
}

/* What follows the options: a FILTER up to "--", then the COMMAND. */
static int check_words(struct options *out, int argc, char **argv, bool is_command, char *why)
{
	int at = optind;

	if (!is_command && at < argc) {
		out->filter = &argv[at];
		for (; at < argc && strcmp(argv[at], "--") != 0; at++)
			if (is_option_like(argv[at]))
				return refuse(why, "option %.60s must come before the FILTER",
					      argv[at]);
		is_command = at < argc;
		argv[at] = NULL; /* argv[argc] is NULL */
		at += is_command;
	}
	if (at < argc)
		out->command = &argv[at];
	else if (is_command)
		return refuse(why, "COMMAND is missing after --");
	if (out->filter && out->mode == MODE_CHECK)
		return refuse(why, "--check cannot be combined with a FILTER: it shows all probes");
	if (out->filter && out->mode == MODE_EXPOSURE)
		return refuse(why,
			      "--exposure cannot be combined with a FILTER: it shows all findings");
	if (out->filter && out->mode == MODE_EXPLAIN)
		return refuse(why, "--explain explains one word; %.60s is another", *out->filter);
	return 0;
}

/* From the table, as getopt wants them. A leading '+' stops at the first word, ':'
 * distinguishes a missing argument. */
static void fill_getopt(char letters[OPTIONS_MAX * 2], struct option longs[OPTIONS_MAX])
{
	*letters++ = '+';
	*letters++ = ':';
	for (size_t i = 0; i < option_rows_count && i < OPTIONS_MAX - 2; i++) {
		const struct option_row *row = &option_rows[i];
		int has_arg = row->arg_name ? required_argument : no_argument;

		longs[i] = (struct option){ row->name, has_arg, NULL, row->code };
		if (row->code < 256) {
			*letters++ = (char)row->code;
			if (has_arg)
				*letters++ = ':';
		}
	}
}

int options_parse(int argc, char **argv, struct options *out, char why[OPTIONS_WHY_BYTES])
{
	char letters[OPTIONS_MAX * 2] = "";
	struct option longs[OPTIONS_MAX] = { 0 };
	int option, err, at = 1; /* where the option that is taken began */

	fill_getopt(letters, longs);
	memset(out, 0, sizeof(*out));
	optind = 0; /* GNU: start over, so that tests can call it again */
	opterr = 0;
	while ((option = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		err = take(out, option, argv[at], why);
		if (out->mode == MODE_VERSION && err) /* asked for first */
			return 0;
		if (err || out->mode == MODE_HELP)
			return err;
		at = optind;
	}
	if (out->mode == MODE_VERSION)
		return 0;
	/* A "--" of its own, not one that an option took as its argument. */
	err = check_words(out, argc, argv, optind > at, why);
	return err ? err : check_together(out, why);
}

bool options_count_syns(const struct options *options)
{
	return !options->filter && !options->with_stacks && !options->is_verbose;
}
