// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/kallsyms.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

FILE *kallsyms_open(void)
{
	return fopen("/proc/kallsyms", "re");
}

/* As strtoull() does, whose care for locales is a quarter of the time that the table takes. */
static uint64_t parse_hex(char *text, char **end)
{
	uint64_t value = 0;

	for (; isxdigit((unsigned char)*text); text++)
		value = value << 4 | (uint64_t)((*text & 0xf) + (*text > '9' ? 9 : 0));
	*end = text;
	return value;
}

static bool parse_entry(char *line, struct kallsyms_entry *out)
{
	char *end;

	out->address = parse_hex(line, &end);
	if (end == line || end[0] != ' ' || !end[1] || end[2] != ' ')
		return false;
	out->type = end[1];
	out->name = line = end + 3;
	out->module = "";
	end = line + strcspn(line, "\t\n");
	if (*end == '\t' && end[1] == '[') {
		out->module = end + 2;
		end[2 + strcspn(end + 2, "]\n")] = '\0';
	}
	*end = '\0';
	return true;
}

bool kallsyms_is_text(const struct kallsyms_entry *entry)
{
	return entry->type == 't' || entry->type == 'T' || entry->type == 'w' || entry->type == 'W';
}

/* What follows the address and the type; NULL: it is no entry. */
static const char *name_in(const char *line)
{
	const char *space = strchr(line, ' ');

	return space && space[1] && space[2] == ' ' ? space + 3 : NULL;
}

static bool wants(const struct kallsyms_reader *reader, const char *name)
{
	return !reader->wants || reader->wants(reader->ctx, name);
}

/* It is parsed for the first reader that wants it. */
static int read_line(char *line, const struct kallsyms_reader *readers, size_t count)
{
	const char *name = name_in(line);
	struct kallsyms_entry entry;
	bool is_parsed = false;
	int err = 0;

	for (size_t i = 0; name && i < count && !err; i++) {
		if (!wants(&readers[i], is_parsed ? entry.name : name))
			continue;
		if (!is_parsed && !parse_entry(line, &entry))
			return 0;
		is_parsed = true;
		err = readers[i].take(readers[i].ctx, &entry);
	}
	return err;
}

int kallsyms_read(FILE *table, const struct kallsyms_reader *readers, size_t count)
{
	size_t size = 0;
	char *line = NULL;
	int err = 0;

	while (!err && getline(&line, &size, table) > 0)
		err = read_line(line, readers, count);
	free(line);
	return err;
}

/* ---- finding symbols ---- */

static bool begins_with(const char *text, const char *name)
{
	return text[0] == name[0] && !strncmp(text, name, strlen(name));
}

/* Of as many bytes as the shortest of the names has. */
static bool is_known(const struct symbol_search *s, const char *text, size_t *place)
{
	size_t hash = 0;

	for (size_t i = 0; i < s->shortest && text[i]; i++)
		hash = hash * 31 + (uint8_t)text[i];
	*place = hash % BEGINNINGS;
	return s->are_beginnings[*place];
}

static bool is_wanted(const void *ctx, const char *text)
{
	const struct symbol_search *s = ctx;
	size_t place;

	if (!is_known(s, text, &place))
		return false;
	for (size_t i = 0; i < s->count; i++)
		if (begins_with(text, s->symbols[i].name))
			return true;
	return false;
}

static void copy(char *out, size_t size, const char *text)
{
	snprintf(out, size, "%s", text);
}

/* The text after "KIND.N" with N a number; NULL: it does not begin so. */
static const char *after_suffix(const char *text, const char *kind)
{
	size_t len = strlen(kind), digits;

	if (strncmp(text, kind, len) != 0)
		return NULL;
	digits = strspn(text + len, "0123456789");
	return digits ? text + len + digits : NULL;
}

/* Nothing may follow: a ".part.0.cold" holds the unlikely branches only, and never
 * fires; the arguments of a ".part.0.isra.0" are not the function's. */
static bool is_part(const char *suffix)
{
	const char *rest = after_suffix(suffix, ".part.");

	return rest && !*rest;
}

static bool is_clone(const char *suffix)
{
	const char *rest = suffix, *next = suffix;

	while (next && *next) {
		rest = next;
		next = after_suffix(rest, ".isra.");
		if (!next)
			next = after_suffix(rest, ".constprop.");
	}
	return next && *suffix;
}

/* The function itself: only its name was in the way of another file's. */
static bool is_promoted(const char *suffix)
{
	const char *rest = after_suffix(suffix, ".llvm.");

	return rest && !*rest;
}

/* Another module may have a function of that name for itself. */
static bool is_at_home(const struct symbol *symbol, const struct kallsyms_entry *entry)
{
	return !entry->module[0] || (symbol->home && !strcmp(entry->module, symbol->home));
}

static void take_form(struct symbol *symbol, const struct kallsyms_entry *entry)
{
	const char *suffix = entry->name + strlen(symbol->name);

	if (!*suffix) {
		symbol->is_exact = true;
		symbol->address = entry->address;
	} else if (is_part(suffix)) {
		copy(symbol->part, sizeof(symbol->part), entry->name);
	} else if (is_promoted(suffix)) {
		copy(symbol->promoted, sizeof(symbol->promoted), entry->name);
	} else if (is_clone(suffix)) {
		symbol->has_clones = symbol->clone[0];
		copy(symbol->clone, sizeof(symbol->clone), entry->name);
	} else {
		return;
	}
	copy(symbol->module, sizeof(symbol->module), entry->module);
}

static int match_entry(void *ctx, const struct kallsyms_entry *entry)
{
	struct symbol_search *s = ctx;

	for (size_t i = 0; i < s->count; i++) {
		struct symbol *symbol = &s->symbols[i];

		if (begins_with(entry->name, symbol->name) &&
		    kallsyms_is_text(entry) != symbol->is_data && is_at_home(symbol, entry))
			take_form(symbol, entry);
	}
	return 0;
}

struct kallsyms_reader symbols_reader(struct symbol_search *search, struct symbol *symbols,
				      size_t count)
{
	size_t place;

	*search =
		(struct symbol_search){ .symbols = symbols, .count = count, .shortest = SIZE_MAX };
	for (size_t i = 0; i < count; i++)
		if (strlen(symbols[i].name) < search->shortest)
			search->shortest = strlen(symbols[i].name);
	for (size_t i = 0; i < count; i++) {
		is_known(search, symbols[i].name, &place);
		search->are_beginnings[place] = true;
	}
	return (struct kallsyms_reader){ .wants = is_wanted, .take = match_entry, .ctx = search };
}

int symbols_find_in(FILE *table, struct symbol *symbols, size_t count)
{
	struct symbol_search search;
	struct kallsyms_reader reader = symbols_reader(&search, symbols, count);

	return kallsyms_read(table, &reader, 1);
}
