// SPDX-License-Identifier: GPL-2.0-only
#include "cli/cmdline.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "base/utf8.h"

/* What no shell looks twice at. */
static bool is_plain(const char *word)
{
	if (!*word)
		return false;
	for (; *word; word++)
		if (!isalnum((unsigned char)*word) && !strchr("_-+=./:,@%", *word))
			return false;
	return true;
}

static bool is_printable(const char *word)
{
	for (; *word; word += utf8_length(word)) {
		unsigned char c = (unsigned char)*word;

		if (!utf8_length(word) || c < 0x20 || c == 0x7f)
			return false;
	}
	return true;
}

static void write_quoted(FILE *out, const char *word)
{
	fputc('\'', out);
	for (; *word; word++)
		if (*word == '\'')
			fputs("'\\''", out);
		else
			fputc(*word, out);
	fputc('\'', out);
}

static void write_bytes(FILE *out, const char *word)
{
	fputs("$'", out);
	for (; *word; word++) {
		unsigned char c = (unsigned char)*word;

		if (c < 0x20 || c >= 0x7f || c == '\'' || c == '\\')
			fprintf(out, "\\x%02x", c);
		else
			fputc(c, out);
	}
	fputc('\'', out);
}

void cmdline_write_word(FILE *out, const char *word)
{
	if (is_plain(word))
		fputs(word, out);
	else if (is_printable(word))
		write_quoted(out, word);
	else
		write_bytes(out, word);
}

static void write_option(FILE *out, const char *name, const char *value)
{
	if (!value)
		return;
	fprintf(out, " %s ", name);
	cmdline_write_word(out, value);
}

static void write_flag(FILE *out, const char *name, bool is_set)
{
	if (is_set)
		fprintf(out, " %s", name);
}

static void write_duration(FILE *out, const char *name, uint64_t seconds)
{
	if (!seconds)
		return;
	if (seconds % 3600 == 0)
		fprintf(out, " %s %" PRIu64 "h", name, seconds / 3600);
	else if (seconds % 60 == 0)
		fprintf(out, " %s %" PRIu64 "m", name, seconds / 60);
	else
		fprintf(out, " %s %" PRIu64 "s", name, seconds);
}

/* Whatever was given is whole millions, or whole units of 1,024. */
static void write_size(FILE *out, uint64_t bytes)
{
	if (bytes && bytes % 1000000 == 0)
		fprintf(out, " -C %" PRIu64, bytes / 1000000);
	else if (bytes)
		fprintf(out, " -C %" PRIu64 "k", bytes / 1024);
}

static void write_words(FILE *out, char *const *words)
{
	for (; words && *words; words++) {
		fputc(' ', out);
		cmdline_write_word(out, *words);
	}
}

/* What is the same for the recording as it was live. */
static void write_view(FILE *out, const struct options *o)
{
	if (o->format != FORMAT_TEXT)
		write_option(out, "-f", format_name(o->format));
	write_flag(out, "--utc", o->is_utc);
	write_flag(out, "-v", o->is_verbose);
	write_flag(out, "-q", o->is_quiet);
}

void cmdline_write(FILE *out, const struct options *o)
{
	fputs("rstblame", out);
	write_flag(out, "--audit", o->mode == MODE_AUDIT);
	write_flag(out, "--check", o->mode == MODE_CHECK);
	write_flag(out, "--exposure", o->mode == MODE_EXPOSURE);
	write_option(out, "--root", o->root);
	write_option(out, "--explain", o->explain);
	write_duration(out, "-d", o->duration_s);
	write_duration(out, "--every", o->every_s);
	if (o->count)
		fprintf(out, " -c %" PRIu64, o->count);
	write_view(out, o);
	write_option(out, "-o", o->output);
	write_option(out, "-w", o->write);
	write_size(out, o->part_bytes);
	if (o->parts)
		fprintf(out, " -W %" PRIu64, o->parts);
	for (size_t i = 0; i < o->read_count; i++)
		write_option(out, "-r", o->read[i]);
	write_option(out, "--netns", o->netns);
	write_option(out, "--log", o->log);
	write_option(out, "--pcap", o->pcap);
	write_option(out, "--metrics", o->metrics);
	write_option(out, "--btf", o->btf);
	write_flag(out, "--no-pin", o->no_pin);
	write_option(out, "--user", o->user);
	write_flag(out, "--stack", o->with_stacks);
	write_words(out, o->filter);
	write_flag(out, "--", o->command);
	write_words(out, o->command);
}

void cmdline_write_again(FILE *out, const struct options *o)
{
	if (!o->write)
		return;
	fputs("rstblame", out);
	write_view(out, o);
	if (o->part_bytes) { /* each of its parts */
		fputs(" $(printf ' -r %s' ", out);
		cmdline_write_word(out, o->write);
		fputs("*)", out);
	} else {
		write_option(out, "-r", o->write);
	}
	write_words(out, o->filter);
}
