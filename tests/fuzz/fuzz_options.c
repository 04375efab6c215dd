// SPDX-License-Identifier: GPL-2.0-only
/* A command line, its words ended by NUL: what is understood of it is written as a line for
 * a shell, which is read to the same words again. */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmdline.h"
#include "cli/explain.h"
#include "cli/options.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { WORDS_MAX = 80 };

/* As many as there is room for; NULL behind the last. */
static int split(char *bytes, size_t size, char *words[WORDS_MAX + 1])
{
	int count = 0;

	for (size_t at = 0; at < size && count < WORDS_MAX; at += strlen(bytes + at) + 1)
		words[count++] = bytes + at;
	words[count] = NULL;
	return count;
}

static const char *read_escape(const char *at, char *out)
{
	unsigned int value;

	if (sscanf(at, "\\x%2x", &value) != 1)
		abort();
	*out = (char)value;
	return at + 4;
}

/* As a shell does it, in place: the words, each with a NUL behind. */
static size_t unquote(char *line)
{
	char *out = line;

	for (const char *at = line; *at;) {
		if (*at == ' ') {
			*out++ = '\0';
			at++;
		} else if (at[0] == '$' && at[1] == '\'') {
			for (at += 2; *at != '\'';)
				if (*at == '\\')
					at = read_escape(at, out++);
				else
					*out++ = *at++;
			at++;
		} else if (*at == '\'') {
			for (at++; *at != '\'';)
				*out++ = *at++;
			at++;
		} else if (*at == '\\') {
			*out++ = at[1];
			at += 2;
		} else {
			*out++ = *at++;
		}
	}
	*out++ = '\0';
	return (size_t)(out - line);
}

static char *write_line(const struct options *options)
{
	char *line = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&line, &size);

	cmdline_write(out, options);
	fclose(out);
	if (strlen(line) != size || strchr(line, '\n'))
		abort();
	return line;
}

/* The line means what the command line meant: it is written the same again. */
static void check_line(const struct options *options)
{
	char why[OPTIONS_WHY_BYTES] = "", *words[WORDS_MAX + 1];
	char *line = write_line(options), *copy = strdup(line), *again;
	struct options second;
	int count;

	count = split(copy, unquote(copy), words);
	if (count < WORDS_MAX) {
		if (options_parse(count, words, &second, why)) {
			fprintf(stderr, "%s: %s\n", line, why);
			abort();
		}
		again = write_line(&second);
		if (strcmp(line, again) != 0) {
			fprintf(stderr, "%s\n%s\n", line, again);
			abort();
		}
		free(again);
	}
	free(copy);
	free(line);
}

static void explain(const char *word)
{
	char why[256] = "", *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	int err = explain_word(out, word, why, sizeof(why));

	fclose(out);
	if (err ? !*why || strchr(why, '\n') : !size)
		abort();
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char why[OPTIONS_WHY_BYTES] = "", *words[WORDS_MAX + 1], *bytes = malloc(size + 1);
	struct options options;
	int err;

	memcpy(bytes, data, size);
	bytes[size] = '\0'; /* ASan watches the end of the last word */
	if (split(bytes, size, words)) {
		int count = split(bytes, size, words);

		explain(words[0]);
		err = options_parse(count, words, &options, why);
		if (err && (err != -EINVAL || !*why || strchr(why, '\n')))
			abort();
		if (!err && options.mode != MODE_HELP && options.mode != MODE_VERSION)
			check_line(&options);
	}
	free(bytes);
	return 0;
}
