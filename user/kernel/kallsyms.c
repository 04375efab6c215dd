// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/kallsyms.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

FILE *kallsyms_open(void)
{
	return fopen("/proc/kallsyms", "re");
}

/* More than seq_file prints at a time. */
enum { READ_BYTES = 64 * 1024 };

int kallsyms_load(struct kallsyms *table, FILE *file)
{
	size_t got;

	*table = (struct kallsyms){ 0 };
	do {
		/* And the last line's end. */
		if (!array_reserve(&table->text, &table->room, table->size + READ_BYTES + 1, 1))
			return -ENOMEM;
		got = fread(table->text + table->size, 1, READ_BYTES, file);
		table->size += got;
	} while (got);
	return ferror(file) ? -EIO : 0;
}

void kallsyms_release(struct kallsyms *table)
{
	free(table->text);
	*table = (struct kallsyms){ 0 };
}

/* As strtoull() does, whose care for locales is a quarter of the time that the table takes. */
uint64_t kallsyms_address(const char *line)
{
	uint64_t value = 0;

	for (; isxdigit((unsigned char)*line); line++)
		value = value << 4 | (uint64_t)((*line & 0xf) + (*line > '9' ? 9 : 0));
	return value;
}

/* Cuts name and module out of the line, whose end is '\0'. */
static bool cut_entry(char *line, char *end, struct kallsyms_entry *out)
{
	char *space = memchr(line, ' ', (size_t)(end - line)), *tab;

	if (!space || space == line || end - space < 4 || space[2] != ' ')
		return false;
	*out = (struct kallsyms_entry){
		.line = line, .type = space[1], .name = space + 3, .module = ""
	};
	if (end[-1] != ']')
		return true;
	tab = memchr(space, '\t', (size_t)(end - space));
	if (tab && tab[1] == '[') {
		*tab = end[-1] = '\0';
		out->module = tab + 2;
	}
	return true;
}

bool kallsyms_is_text(const struct kallsyms_entry *entry)
{
	return entry->type == 't' || entry->type == 'T' || entry->type == 'w' || entry->type == 'W';
}

static int give(const struct kallsyms_entry *entry, const struct kallsyms_reader *readers,
		size_t count)
{
	int err = 0;

	for (size_t i = 0; i < count && !err; i++)
		if (!readers[i].wants || readers[i].wants(readers[i].ctx, entry->name))
			err = readers[i].take(readers[i].ctx, entry);
	return err;
}

int kallsyms_read(struct kallsyms *table, const struct kallsyms_reader *readers, size_t count)
{
	char *line = table->text, *stop = line + table->size, *end;
	struct kallsyms_entry entry;
	int err = 0;

	for (; line < stop && !err; line = end + 1) {
		end = memchr(line, '\n', (size_t)(stop - line));
		if (!end)
			end = stop; /* load() left room for it */
		*end = '\0';
		if (cut_entry(line, end, &entry))
			err = give(&entry, readers, count);
	}
	return err;
}

/* ---- finding symbols ---- */

static bool begins_with(const char *text, const char *name)
{
	return text[0] == name[0] && !strncmp(text, name, strlen(name));
}

/* Of the first four bytes: a suffix comes behind them. */
static size_t beginning(const char *text)
{
	const uint8_t *t = (const uint8_t *)text;

	if (!t[0] || !t[1] || !t[2])
		return 0;
	return (t[0] * 64u + t[1] * 8u + t[2] * 64u + t[3]) % BEGINNINGS;
}

static bool is_wanted(const void *ctx, const char *text)
{
	const struct symbol_search *s = ctx;

	if (!s->are_beginnings[beginning(text)])
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
		symbol->address = kallsyms_address(entry->line);
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
	*search = (struct symbol_search){ .symbols = symbols, .count = count };
	for (size_t i = 0; i < count; i++)
		search->are_beginnings[beginning(symbols[i].name)] = true;
	for (size_t i = 0; i < count; i++)
		if (strlen(symbols[i].name) < 4)
			memset(search->are_beginnings, true, sizeof(search->are_beginnings));
	return (struct kallsyms_reader){ .wants = is_wanted, .take = match_entry, .ctx = search };
}

int symbols_find_in(FILE *file, struct symbol *symbols, size_t count)
{
	struct symbol_search search;
	struct kallsyms_reader reader = symbols_reader(&search, symbols, count);
	struct kallsyms table;
	int err = kallsyms_load(&table, file);

	if (!err)
		err = kallsyms_read(&table, &reader, 1);
	kallsyms_release(&table);
	return err;
}
