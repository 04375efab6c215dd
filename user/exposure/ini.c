// SPDX-License-Identifier: GPL-2.0-only
#include "exposure/ini.h"

#include <ctype.h>
#include <string.h>

static char *trim(char *text)
{
	size_t len;

	while (isspace((unsigned char)*text))
		text++;
	len = strlen(text);
	while (len && isspace((unsigned char)text[len - 1]))
		text[--len] = '\0';
	return text;
}

/* A value in quotes, as udev's and networkd's state files have some. */
static char *unquote(char *text)
{
	size_t len = strlen(text);

	if (len < 2 || text[0] != '"' || text[len - 1] != '"')
		return text;
	text[len - 1] = '\0';
	return text + 1;
}

static void take_line(char *text, struct ini_line *line, ini_fn take, void *ctx)
{
	char *equals, *end;

	text = trim(text);
	if (!*text || *text == '#' || *text == ';')
		return;
	if (*text == '[') {
		end = strchr(text, ']');
		if (end)
			*end = '\0';
		snprintf(line->section, sizeof(line->section), "%s", text + 1);
		return;
	}
	equals = strchr(text, '=');
	if (!equals)
		return;
	*equals = '\0';
	line->key = trim(text);
	line->value = unquote(trim(equals + 1));
	take(ctx, line);
}

bool ini_read(const struct node_files *files, const char *path, ini_fn take, void *ctx)
{
	FILE *file = node_file_open(files, path);
	struct ini_line line = { .line = 0 };
	char text[INI_LINE_BYTES];

	while (file && fgets(text, sizeof(text), file)) {
		line.line++;
		take_line(text, &line, take, ctx);
	}
	if (file)
		fclose(file);
	return file != NULL;
}

struct wanted {
	const char *key;
	char *out;
	size_t size;
	bool is_there;
};

static void take_wanted(void *ctx, const struct ini_line *line)
{
	struct wanted *w = ctx;

	if (strcmp(line->key, w->key) != 0)
		return;
	snprintf(w->out, w->size, "%s", line->value);
	w->is_there = true;
}

bool ini_value(const struct node_files *files, const char *path, const char *key, char *out,
	       size_t size)
{
	struct wanted w = { .key = key, .out = out, .size = size };

	*out = '\0';
	ini_read(files, path, take_wanted, &w);
	return w.is_there;
}
