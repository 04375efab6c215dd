// SPDX-License-Identifier: GPL-2.0-only
#include "cli/options.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	OPT_NETNS = 256,
	OPT_CHECK,
	OPT_AUDIT,
	OPT_BTF,
	OPT_LOG,
	OPT_UTC,
	OPT_STACK,
	OPT_NO_PIN,
};

/* A leading '+' stops at the first word, ':' distinguishes a missing argument. */
static const char short_options[] = "+:d:c:f:o:w:r:vqhV";

static const struct option long_options[] = {
	{ "duration", required_argument, NULL, 'd' },
	{ "count", required_argument, NULL, 'c' },
	{ "format", required_argument, NULL, 'f' },
	{ "output", required_argument, NULL, 'o' },
	{ "write", required_argument, NULL, 'w' },
	{ "read", required_argument, NULL, 'r' },
	{ "netns", required_argument, NULL, OPT_NETNS },
	{ "check", no_argument, NULL, OPT_CHECK },
	{ "audit", no_argument, NULL, OPT_AUDIT },
	{ "log", required_argument, NULL, OPT_LOG },
	{ "btf", required_argument, NULL, OPT_BTF },
	{ "utc", no_argument, NULL, OPT_UTC },
	{ "stack", no_argument, NULL, OPT_STACK },
	{ "no-pin", no_argument, NULL, OPT_NO_PIN },
	{ "verbose", no_argument, NULL, 'v' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

const char *options_help(void)
{
	return "Usage: rstblame [OPTIONS] [FILTER] [-- COMMAND [ARG...]]\n"
	       "Explain every TCP reset this node sends: the removed conntrack entry, the address\n"
	       "change behind the removal, and the process behind the change.\n"
	       "\n"
	       "  -d, --duration TIME   stop after TIME: 90, 90s, 15m, 1h (default: until Ctrl-C)\n"
	       "  -c, --count N         stop after N resets blamed on conntrack\n"
	       "  -f, --format FORMAT   text (default), json (JSON Lines), or html (one page at the end)\n"
	       "  -o, --output FILE     write the report to FILE, not to stdout\n"
	       "  -w, --write FILE      also record every event (gzip if the name ends in .gz)\n"
	       "  -r, --read FILE       without tracing, analyse a recording (may be repeated)\n"
	       "      --netns NAME|PATH|PID\n"
	       "                        report only this network namespace\n"
	       "      --log journal|FILE    show log lines about addresses, leases, links, the\n"
	       "                        firewall and oom in the timeline\n"
	       "      --check           show what can be observed on this kernel, and exit\n"
	       "      --audit           without tracing, list open connections that conntrack\n"
	       "                        no longer knows, and exit\n"
	       "      --btf FILE        BTF for a kernel that has none\n"
	       "      --no-pin          do not pin netfilter modules (slower)\n"
	       "      --utc             show times in UTC, not local time\n"
	       "      --stack           show the kernel stack of each reset\n"
	       "  -v, --verbose         show each removal, and libbpf's messages\n"
	       "  -q, --quiet           show only the verdict, no timeline\n"
	       "  -h, --help            show this text\n"
	       "  -V, --version         show the version\n"
	       "  FILTER                report only resets whose trigger packet or flow matches this\n"
	       "                        pcap-filter(7), such as: port 6379 and host 10.9.0.2\n"
	       "  -- COMMAND            run COMMAND when everything is attached, stop when it ends\n"
	       "\n"
	       "Exit status: 0 no reset was blamed on conntrack; 1 one probably was, or flows are at risk;\n"
	       "2 one was, proven; 3 could not observe (privilege, kernel, usage, lost events).\n";
}

static int refuse(char *why, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(why, OPTIONS_WHY_BYTES, format, args);
	va_end(args);
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

uint64_t duration_parse(const char *text)
{
	const char *unit = "";
	uint64_t value = parse_number(text, &unit);

	if (!value || (unit[0] && unit[1]))
		return 0;
	switch (unit[0]) {
	case '\0':
	case 's':
		return value;
	case 'm':
		return value * 60;
	case 'h':
		return value * 3600;
	case 'd':
		return value * 86400;
	}
	return 0;
}

static int take_duration(struct options *out, const char *text, char *why)
{
	out->duration_s = duration_parse(text);
	if (out->duration_s)
		return 0;
	return refuse(why, "-d: invalid duration '%.40s'; use 90, 90s, 15m or 1h", text);
}

static int take_count(struct options *out, const char *text, char *why)
{
	const char *end = "";

	out->count = parse_number(text, &end);
	if (out->count && !*end)
		return 0;
	return refuse(why, "-c: invalid count '%.40s'; use a whole number, 1 or more", text);
}

static int take_format(struct options *out, const char *text, char *why)
{
	if (!strcmp(text, "text"))
		out->format = FORMAT_TEXT;
	else if (!strcmp(text, "json"))
		out->format = FORMAT_JSON;
	else if (!strcmp(text, "html"))
		out->format = FORMAT_HTML;
	else
		return refuse(why, "-f: unknown format '%.40s'; use text, json or html", text);
	return 0;
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

	if (is_missing)
		return refuse(why, "%.60s needs an argument; see rstblame --help", name);
	return refuse(why, "unknown option %.60s; see rstblame --help", name);
}

static int take(struct options *out, int option, const char *word, char *why)
{
	switch (option) {
	case 'd':
		return take_duration(out, optarg, why);
	case 'c':
		return take_count(out, optarg, why);
	case 'f':
		return take_format(out, optarg, why);
	case 'o':
		out->output = optarg;
		return 0;
	case 'w':
		out->write = optarg;
		return 0;
	case 'r':
		return take_read(out, optarg, why);
	case OPT_NETNS:
		out->netns = optarg;
		return 0;
	case OPT_LOG:
		out->log = optarg;
		return 0;
	case OPT_CHECK:
		out->mode = MODE_CHECK;
		return 0;
	case OPT_AUDIT:
		out->mode = MODE_AUDIT;
		return 0;
	case OPT_BTF:
		out->btf = optarg;
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

static int check_together(struct options *out, char *why)
{
	if (out->output && out->write && !strcmp(out->output, out->write))
		return refuse(why, "-o and -w name the same file; use two files");
	if (out->mode == MODE_CHECK && out->format == FORMAT_HTML)
		return refuse(why, "--check cannot be combined with -f html; use text or json");
	if (out->mode == MODE_AUDIT &&
	    (out->read_count || out->command || out->duration_s || out->write || out->count))
		return refuse(why, "--audit shows the present state: it cannot be combined with %s",
			      out->read_count ? "-r" :
			      out->command    ? "a COMMAND" :
			      out->duration_s ? "-d" :
			      out->write      ? "-w" :
						"-c");
	if (out->log && (out->read_count || out->mode == MODE_CHECK || out->mode == MODE_AUDIT))
		return refuse(
			why, "--log follows a log during the window: it cannot be combined with %s",
			out->read_count         ? "-r" :
			out->mode == MODE_CHECK ? "--check" :
						  "--audit");
	if (!out->read_count)
		return 0;
	if (out->mode == MODE_CHECK || out->command)
		return refuse(why, "-r reads recordings: it cannot be combined with %s",
			      out->command ? "a COMMAND" : "--check");
	if (out->duration_s)
		return refuse(why, "-d cannot be used with -r: a recording's window is fixed");
	if (out->mode == MODE_RUN)
		out->mode = MODE_READ;
	return 0;
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
	return 0;
}

int options_parse(int argc, char **argv, struct options *out, char why[OPTIONS_WHY_BYTES])
{
	int option, err, at = 1; /* where the option that is taken began */

	memset(out, 0, sizeof(*out));
	optind = 0; /* GNU: start over, so that tests can call it again */
	opterr = 0;
	while ((option = getopt_long(argc, argv, short_options, long_options, NULL)) != -1) {
		err = take(out, option, argv[at], why);
		if (out->mode == MODE_VERSION && err) /* asked for first */
			return 0;
		if (err || out->mode == MODE_HELP)
			return err;
		at = optind;
	}
	/* A "--" of its own, not one that an option took as its argument. */
	err = check_words(out, argc, argv, optind > at, why);
	return err ? err : check_together(out, why);
}

bool options_count_syns(const struct options *options)
{
	return !options->filter && !options->with_stacks && !options->is_verbose;
}
