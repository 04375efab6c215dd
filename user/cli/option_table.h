/* SPDX-License-Identifier: GPL-2.0-only */
/* The options, a row each: what getopt, --help, the shells' completions and "did you mean"
 * are made of. Pure. */
#ifndef RSTBLAME_CLI_OPTION_TABLE_H
#define RSTBLAME_CLI_OPTION_TABLE_H

#include <stdbool.h>
#include <stddef.h>

/* Of those without a letter. */
enum option_code {
	OPT_NETNS = 256,
	OPT_CHECK,
	OPT_AUDIT,
	OPT_EXPLAIN,
	OPT_BTF,
	OPT_LOG,
	OPT_METRICS,
	OPT_PCAP,
	OPT_UTC,
	OPT_STACK,
	OPT_NO_PIN,
	OPT_EVERY,
	OPT_USER,
	OPT_EXPOSURE,
	OPT_ROOT,
};

/* How a shell completes an option's argument. */
enum option_arg {
	OPTION_ARG_NONE,
	OPTION_ARG_FREE,
	OPTION_ARG_WORDS, /* one of `words` */
	OPTION_ARG_FILE,
	OPTION_ARG_NETNS,
	OPTION_ARG_USER,
};

struct option_row {
	int code; /* the letter, or an enum option_code */
	const char *name;
	enum option_arg arg;
	const char *arg_name; /* NULL: it takes none */
	const char *words;    /* blanks between them; NULL: none are known */
	const char *text;     /* for --help */
};

extern const struct option_row option_rows[];
extern const size_t option_rows_count;

/* The names of the formats, blanks between them, in the order of enum format. */
#define OPTION_FORMATS "text json html pcapng prom"

/* The row that is most like the long option `name` (without its dashes); NULL: none is
 * near enough. */
const struct option_row *option_like(const char *name);

/* Whether one word was meant for the other: few letters more, less or other. */
bool is_near_miss(const char *word, const char *meant);

#endif
