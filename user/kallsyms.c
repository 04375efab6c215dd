// SPDX-License-Identifier: GPL-2.0-only
#include "kallsyms.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KALLSYMS "/proc/kallsyms"

/* "ffffffffc0a1b2c0 t nf_ct_delete\t[nf_conntrack]" */
struct entry {
	uint64_t address;
	char type;
	char *name;
	char *module; /* "" for vmlinux */
};

static bool parse_entry(char *line, struct entry *out)
{
	char *end;

	out->address = strtoull(line, &end, 16);
	if (end == line || end[0] != ' ' || !end[1] || end[2] != ' ')
		return false;
	out->type = end[1];
	out->name = end + 3;
	out->module = "";
	end = out->name + strcspn(out->name, "\t\n");
	if (*end == '\t' && end[1] == '[') {
		out->module = end + 2;
		out->module[strcspn(out->module, "]\n")] = '\0';
	}
	*end = '\0';
	return true;
}

static bool is_text(char type)
{
	return type == 't' || type == 'T' || type == 'w' || type == 'W';
}

static int each_entry(int (*take)(void *ctx, const struct entry *entry), void *ctx)
{
	FILE *file = fopen(KALLSYMS, "re");
	size_t size = 0;
	char *line = NULL;
	struct entry entry;
	int err = 0;

	if (!file)
		return -errno;
	while (!err && getline(&line, &size, file) > 0)
		if (parse_entry(line, &entry) && is_text(entry.type))
			err = take(ctx, &entry);
	free(line);
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

static int match_entry(void *ctx, const struct entry *entry)
{
	struct search *s = ctx;

	for (size_t i = 0; i < s->count; i++) {
		struct symbol *symbol = &s->symbols[i];
		size_t len = strlen(symbol->name);

		if (strncmp(entry->name, symbol->name, len) != 0)
			continue;
		if (!entry->name[len])
			symbol->is_exact = true;
		else if (!strncmp(entry->name + len, ".part.", 6))
			copy(symbol->part, sizeof(symbol->part), entry->name);
		else
			continue;
		copy(symbol->module, sizeof(symbol->module), entry->module);
	}
	return 0;
}

int symbols_find(struct symbol *symbols, size_t count)
{
	struct search search = { symbols, count };

	return each_entry(match_entry, &search);
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

static bool make_room(void **array, size_t *size, size_t needed, size_t item_bytes)
{
	size_t new_size = *size ? *size : 4096;
	void *grown;

	while (new_size < needed)
		new_size *= 2;
	if (new_size == *size)
		return true;
	grown = realloc(*array, new_size * item_bytes);
	if (!grown)
		return false;
	*array = grown;
	*size = new_size;
	return true;
}

static int collect_entry(void *ctx, const struct entry *entry)
{
	struct symbolizer *s = ctx;
	size_t len = strlen(entry->name) + 1;

	if (!make_room((void **)&s->items, &s->size, s->count + 1, sizeof(*s->items)) ||
	    !make_room((void **)&s->text, &s->text_size, s->text_len + len, 1))
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
	if (each_entry(collect_entry, s) || !s->count) {
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
