/* SPDX-License-Identifier: GPL-2.0-only */
/* The command line. */
#ifndef RSTBLAME_CLI_OPTIONS_H
#define RSTBLAME_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum format {
	FORMAT_TEXT,
	FORMAT_JSON,
	FORMAT_HTML,
	FORMAT_PCAPNG,
	FORMAT_PROM,
	FORMATS,
};

enum mode {
	MODE_RUN,
	MODE_READ, /* -r */
	MODE_CHECK,
	MODE_AUDIT,
	MODE_EXPOSURE,
	MODE_EXPLAIN,
	MODE_HELP,
	MODE_VERSION,
};

enum { OPTIONS_READ_MAX = 64, OPTIONS_WHY_BYTES = 256 };

struct options {
	enum mode mode;
	enum format format;
	uint64_t duration_s; /* 0: until stopped */
	uint64_t every_s;    /* 0: no summary in between */
	uint64_t part_bytes; /* of the recording; 0: it is one file */
	uint64_t parts;      /* kept of it; 0: all */
	uint64_t count;      /* blamed resets to stop after; 0: no limit */
	const char *output;  /* NULL: stdout */
	const char *write;
	const char *read[OPTIONS_READ_MAX];
	size_t read_count;
	const char *netns;
	const char *btf;
	const char *user; /* of COMMAND; NULL: who runs this */
	const char *explain;
	const char *root;    /* of another node's files; NULL: this one */
	const char *pcap;    /* a file; NULL: none */
	const char *metrics; /* a file; NULL: none */
	const char *log;     /* "journal", or a file; NULL: none */
	bool is_utc;
	bool no_pin;
	bool with_stacks;
	bool is_verbose;
	bool is_quiet;
	char **filter;        /* the words of FILTER, NULL-terminated; NULL: none */
	char *const *command; /* NULL, or NULL-terminated as execvp() wants it */
};

/* Fills `out`, which points into argv; a "--" after a FILTER becomes its end. 0, or -EINVAL and one line in `why`, the
 * cure included. Even then out->format is what was asked for up to there. */
int options_parse(int argc, char **argv, struct options *out, char why[OPTIONS_WHY_BYTES]);

/* Whether of a storm of SYNs to closed ports the numbers will do: who asks for more, or
 * for some of them only, gets each. */
bool options_count_syns(const struct options *options);

/* Its word on the command line: static. */
const char *format_name(enum format format);

/* "90", "90s", "15m", "1h30m", "2d" into seconds. 0 when it is none of these. */
uint64_t duration_parse(const char *text);

/* "100" (millions of bytes, as tcpdump has it), "64k", "10M", "1G" (of 1,024) into bytes. 0
 * when it is none of these. */
uint64_t size_parse(const char *text);

/* The text of --help: static. */
const char *options_help(void);

#endif
