// SPDX-License-Identifier: GPL-2.0-only
/* The text of --help, from the table of options. */
#include <stdio.h>
#include <string.h>

#include "cli/option_table.h"
#include "cli/options.h"

enum { HELP_BYTES = 8192, COLUMNS = 80, TEXT_COLUMN = 24 };

static const char head[] =
	"Usage: rstblame [OPTIONS] [FILTER] [-- COMMAND [ARG...]]\n"
	"Explain every TCP reset this node sends: the removed conntrack entry, the\n"
	"address change behind the removal, and the process behind the change.\n"
	"\n";

static const char tail[] =
	"  FILTER                report only resets whose trigger packet or flow matches\n"
	"                        this pcap-filter(7): port 6379 and host 10.9.0.2\n"
	"  -- COMMAND            run COMMAND when everything is attached, and stop when\n"
	"                        it ends\n"
	"\n"
	"Exit status: 0 no reset was blamed on conntrack; 1 one probably was, or flows\n"
	"are at risk; 2 one was, proven; 3 could not observe (privilege, kernel, usage,\n"
	"lost events).\n"
	"\n"
	"  rstblame -d 30m -w /tmp/r.gz             watch for half an hour, and record\n"
	"  rstblame -r /tmp/r.gz -f html -o r.html  a page from the recording, anywhere\n"
	"  rstblame -d 1h --log journal port 6379   resets of Redis, beside the journal\n";

struct writer {
	size_t used, column;
	char *text;
};

static void put(struct writer *w, const char *text, size_t len)
{
	if (len >= HELP_BYTES - w->used)
		len = HELP_BYTES - 1 - w->used;
	memcpy(w->text + w->used, text, len);
	w->used += len;
	w->text[w->used] = '\0';
	w->column += len;
}

static void indent(struct writer *w, size_t column)
{
	if (w->column >= column) {
		put(w, "\n", 1);
		w->column = 0;
	}
	while (w->column < column)
		put(w, " ", 1);
}

static void put_wrapped(struct writer *w, const char *text)
{
	while (*text) {
		size_t len = strcspn(text, " ");

		if (w->column > TEXT_COLUMN && w->column + 1 + len > COLUMNS)
			indent(w, TEXT_COLUMN);
		else if (w->column > TEXT_COLUMN)
			put(w, " ", 1);
		put(w, text, len);
		text += len + strspn(text + len, " ");
	}
}

static void put_option(struct writer *w, const struct option_row *row)
{
	char names[64], letter[5] = "    ";

	if (row->code < 256)
		snprintf(letter, sizeof(letter), "-%c, ", row->code);
	snprintf(names, sizeof(names), "  %s--%s%s%s", letter, row->name, row->arg_name ? " " : "",
		 row->arg_name ? row->arg_name : "");
	put(w, names, strlen(names));
	indent(w, TEXT_COLUMN);
	put_wrapped(w, row->text);
	put(w, "\n", 1);
	w->column = 0;
}

const char *options_help(void)
{
	static char text[HELP_BYTES];
	struct writer w = { .text = text };

	put(&w, head, strlen(head));
	w.column = 0;
	for (size_t i = 0; i < option_rows_count; i++)
		put_option(&w, &option_rows[i]);
	put(&w, tail, strlen(tail));
	return text;
}
