// SPDX-License-Identifier: GPL-2.0-only
#include "cli/option_table.h"

#include <string.h>

const struct option_row option_rows[] = {
	{ 'd', "duration", OPTION_ARG_WORDS, "TIME", "5m 15m 30m 1h 1d",
	  "stop after TIME: 90, 15m, 1h30m, 2d (default: until Ctrl-C)" },
	{ 'c', "count", OPTION_ARG_FREE, "N", NULL, "stop after N resets blamed on conntrack" },
	{ 'f', "format", OPTION_ARG_WORDS, "FORMAT", OPTION_FORMATS,
	  "text (default), json (JSON Lines), html (one page at the end), pcapng (packets "
	  "with the verdict as comment), or prom (metrics)" },
	{ 'o', "output", OPTION_ARG_FILE, "FILE", NULL, "write the report to FILE, not to stdout" },
	{ 'w', "write", OPTION_ARG_FILE, "FILE", NULL,
	  "also record every event (gzip if the name ends in .gz; - is stdout)" },
	{ 'C', "file-size", OPTION_ARG_WORDS, "SIZE", "10 100 1000 64k 10M 1G",
	  "begin another recording after SIZE: millions of bytes, or 64k, 10M, 1G" },
	{ 'W', "file-count", OPTION_ARG_FREE, "N", NULL,
	  "keep N recordings of -C, and overwrite the oldest" },
	{ 'r', "read", OPTION_ARG_FILE, "FILE", NULL,
	  "without tracing, analyse a recording (may be repeated; - is stdin)" },
	{ OPT_EVERY, "every", OPTION_ARG_WORDS, "TIME", "5m 15m 1h 1d",
	  "report what each TIME amounted to, and go on" },
	{ OPT_NETNS, "netns", OPTION_ARG_NETNS, "NAME|PATH|PID", NULL,
	  "report only this network namespace" },
	{ OPT_LOG, "log", OPTION_ARG_FILE, "journal|FILE", "journal",
	  "show log lines about addresses, leases, links, the firewall and oom in the timeline" },
	{ OPT_PCAP, "pcap", OPTION_ARG_FILE, "FILE", NULL,
	  "also write the packets' headers, with the verdicts as comments (pcapng)" },
	{ OPT_METRICS, "metrics", OPTION_ARG_FILE, "FILE", NULL,
	  "also write Prometheus metrics to FILE, for node_exporter's textfile collector" },
	{ OPT_CHECK, "check", OPTION_ARG_NONE, NULL, NULL,
	  "show what can be observed on this kernel, and exit" },
	{ OPT_AUDIT, "audit", OPTION_ARG_NONE, NULL, NULL,
	  "without tracing, list open connections that conntrack no longer knows, and exit" },
	{ OPT_EXPOSURE, "exposure", OPTION_ARG_NONE, NULL, NULL,
	  "without tracing, show what would reset connections here, whom it would hit and what to "
	  "change first, and exit" },
	{ OPT_ROOT, "root", OPTION_ARG_FILE, "DIR", NULL,
	  "with --exposure, look at an unpacked sosreport or a mounted image" },
	{ OPT_EXPLAIN, "explain", OPTION_ARG_WORDS, "WORD", NULL,
	  "what a verdict, cause or finding means, what proves it and what helps, and exit" },
	{ OPT_BTF, "btf", OPTION_ARG_FILE, "FILE", NULL, "BTF for a kernel that has none" },
	{ OPT_NO_PIN, "no-pin", OPTION_ARG_NONE, NULL, NULL,
	  "do not pin netfilter modules (slower)" },
	{ OPT_USER, "user", OPTION_ARG_USER, "NAME", NULL, "run COMMAND as this user" },
	{ OPT_UTC, "utc", OPTION_ARG_NONE, NULL, NULL, "show times in UTC, not local time" },
	{ OPT_STACK, "stack", OPTION_ARG_NONE, NULL, NULL, "show the kernel stack of each reset" },
	{ 'v', "verbose", OPTION_ARG_NONE, NULL, NULL, "show each removal, and libbpf's messages" },
	{ 'q', "quiet", OPTION_ARG_NONE, NULL, NULL, "show only the verdict, no timeline" },
	{ 'h', "help", OPTION_ARG_NONE, NULL, NULL, "show this text" },
	{ 'V', "version", OPTION_ARG_NONE, NULL, NULL, "show the version" },
};

const size_t option_rows_count = sizeof(option_rows) / sizeof(option_rows[0]);

enum { WORD_MAX = 32 };

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Levenshtein's distance: one row of its table at a time. */
static size_t distance(const char *a, const char *b)
{
	size_t row[WORD_MAX + 1], len = strlen(b);

	for (size_t j = 0; j <= len; j++)
		row[j] = j;
	for (size_t i = 1; *a; a++, i++) {
		size_t corner = row[0];

		row[0] = i;
		for (size_t j = 1; j <= len; j++) {
			size_t swap = corner + (*a != b[j - 1]);

			corner = row[j];
			row[j] = least(swap, least(row[j], row[j - 1]) + 1);
		}
	}
	return row[len];
}

bool is_near_miss(const char *word, const char *meant)
{
	size_t apart;

	if (strlen(word) < 3 || strlen(word) > WORD_MAX || strlen(meant) > WORD_MAX)
		return false;
	apart = distance(word, meant);
	return apart <= 1 ||
	       (apart == 2 && *word == *meant); /* two letters may have changed places */
}

const struct option_row *option_like(const char *name)
{
	for (size_t i = 0; i < option_rows_count; i++)
		if (is_near_miss(name, option_rows[i].name))
			return &option_rows[i];
	return NULL;
}
