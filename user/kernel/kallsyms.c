// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/kallsyms.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

#define KALLSYMS "/proc/kallsyms"

/* "ffffffffc0a1b2c0 t nf_ct_delete\t[nf_conntrack]" */
struct entry {
	uint64_t address;
	char type;
	const char *name;
	const char *module; /* "" for vmlinux */
};

static bool parse_entry(char *line, struct entry *out)
{
	char *end;

	out->address = strtoull(line, &end, 16);
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

static bool is_text(char type)
{
	return type == 't' || type == 'T' || type == 'w' || type == 'W';
}

/* Which first letters of a name are of interest: the table has 100,000 lines and more,
 * and most need not be parsed. */
struct initials {
	bool is_wanted[256];
};

static bool is_wanted(const struct initials *initials, const char *line)
{
	const char *name = strchr(line, ' ');

	return !initials || (name && name[1] && name[2] && initials->is_wanted[(uint8_t)name[3]]);
}

/* `initials` may be NULL: all. */
static int each_entry_of(FILE *file, const struct initials *initials,
			 int (*take)(void *ctx, const struct entry *entry), void *ctx)
{
	size_t size = 0;
	char *line = NULL;
	struct entry entry;
	int err = 0;

	while (!err && getline(&line, &size, file) > 0)
		if (is_wanted(initials, line) && parse_entry(line, &entry))
			err = take(ctx, &entry);
	free(line);
	return err;
}

static int each_entry(const struct initials *initials,
		      int (*take)(void *ctx, const struct entry *entry), void *ctx)
{
	FILE *file = fopen(KALLSYMS, "re");
	int err;

	if (!file)
		return -errno;
	err = each_entry_of(file, initials, take, ctx);
	fclose(file);
	return err;
}

struct search {
	struct symbol *symbols;
	size_t count;
};

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

/* Another module may have a function of that name for itself. */
static bool is_at_home(const struct symbol *symbol, const struct entry *entry)
{
	return !entry->module[0] || (symbol->home && !strcmp(entry->module, symbol->home));
}

static void take_form(struct symbol *symbol, const struct entry *entry)
{
	const char *suffix = entry->name + strlen(symbol->name);

	if (!*suffix) {
		symbol->is_exact = true;
		symbol->address = entry->address;
	} else if (is_part(suffix)) {
		copy(symbol->part, sizeof(symbol->part), entry->name);
	} else if (is_clone(suffix)) {
		symbol->has_clones = symbol->clone[0];
		copy(symbol->clone, sizeof(symbol->clone), entry->name);
	} else {
		return;
	}
	copy(symbol->module, sizeof(symbol->module), entry->module);
}

static int match_entry(void *ctx, const struct entry *entry)
{
	struct search *s = ctx;

	for (size_t i = 0; i < s->count; i++) {
		struct symbol *symbol = &s->symbols[i];

		if (entry->name[0] == symbol->name[0] &&
		    !strncmp(entry->name, symbol->name, strlen(symbol->name)) &&
		    is_text(entry->type) != symbol->is_data && is_at_home(symbol, entry))
			take_form(symbol, entry);
	}
	return 0;
}

void symbols_match(struct symbol *symbols, size_t count, uint64_t address, char type,
		   const char *name, const char *module)
{
	struct search search = { symbols, count };
	struct entry entry = { .address = address, .type = type, .name = name, .module = module };

	match_entry(&search, &entry);
}

static struct initials initials_of(const struct symbol *symbols, size_t count)
{
	struct initials initials = { 0 };

	for (size_t i = 0; i < count; i++)
		initials.is_wanted[(uint8_t)symbols[i].name[0]] = true;
	return initials;
}

int symbols_find(struct symbol *symbols, size_t count)
{
	struct search search = { symbols, count };
	struct initials initials = initials_of(symbols, count);

	return each_entry(&initials, match_entry, &search);
}

int symbols_find_in(FILE *table, struct symbol *symbols, size_t count)
{
	struct search search = { symbols, count };
	struct initials initials = initials_of(symbols, count);

	return each_entry_of(table, &initials, match_entry, &search);
}

struct named {
	uint64_t address;
	uint32_t name; /* offset, since the text moves as it grows */
};

struct symbolizer {
	struct named *items;
	size_t count, size;
	char *text;
	size_t text_len, text_size;
};

static int collect_entry(void *ctx, const struct entry *entry)
{
	struct symbolizer *s = ctx;
	size_t len = strlen(entry->name) + 1;

	if (!is_text(entry->type))
		return 0;
	if (!array_reserve(&s->items, &s->size, s->count + 1, sizeof(*s->items)) ||
	    !array_reserve(&s->text, &s->text_size, s->text_len + len, 1))
		return -ENOMEM;
	memcpy(s->text + s->text_len, entry->name, len);
	s->items[s->count++] = (struct named){ entry->address, (uint32_t)s->text_len };
	s->text_len += len;
	return 0;
}

static int compare_named(const void *a, const void *b)
{
	const struct named *x = a, *y = b;

	return x->address < y->address ? -1 : x->address > y->address;
}

struct symbolizer *symbolizer_new(void)
{
	struct symbolizer *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	if (each_entry(NULL, collect_entry, s) || !s->count) {
		symbolizer_free(s);
		return NULL;
	}
	qsort(s->items, s->count, sizeof(*s->items), compare_named);
	if (!s->items[s->count - 1].address) { /* kptr_restrict: all zero */
		symbolizer_free(s);
		return NULL;
	}
	return s;
}

void symbolizer_free(struct symbolizer *s)
{
	if (!s)
		return;
	free(s->items);
	free(s->text);
	free(s);
}

const char *symbolizer_name(const struct symbolizer *s, uint64_t address)
{
	size_t low = 0, high = s->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (s->items[middle].address <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? s->text + s->items[low - 1].name : "?";
}
