// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/symbolizer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "kernel/kallsyms.h"

struct named {
	uint64_t address;
	const char *name;
};

struct symbolizer {
	struct kallsyms table; /* owned: the texts */
	/* The kernel's own come in the order of addresses, which are read where one is looked
	 * for: two looks of a hundred thousand. */
	const char **own; /* lines, whose name comes behind a type of one letter */
	size_t own_count, own_room;
	struct named *modules; /* put in order */
	size_t module_count, module_room;
};

static int collect_own(struct symbolizer *s, const char *line)
{
	if (!array_reserve(&s->own, &s->own_room, s->own_count + 1, sizeof(*s->own)))
		return -ENOMEM;
	s->own[s->own_count++] = line;
	return 0;
}

static int collect_entry(void *ctx, const struct kallsyms_entry *entry)
{
	struct symbolizer *s = ctx;

	if (!kallsyms_is_text(entry))
		return 0;
	if (!entry->module[0])
		return collect_own(s, entry->line);
	if (!array_reserve(&s->modules, &s->module_room, s->module_count + 1, sizeof(*s->modules)))
		return -ENOMEM;
	s->modules[s->module_count++] =
		(struct named){ kallsyms_address(entry->line), entry->name };
	return 0;
}

static int compare_named(const void *a, const void *b)
{
	const struct named *x = a, *y = b;

	return x->address < y->address ? -1 : x->address > y->address;
}

struct symbolizer *symbolizer_begin(void)
{
	return calloc(1, sizeof(struct symbolizer));
}

struct kallsyms_reader symbolizer_reader(struct symbolizer *s)
{
	return (struct kallsyms_reader){ .take = collect_entry, .ctx = s };
}

/* kptr_restrict: all zero */
static bool are_shown(const struct symbolizer *s)
{
	return (s->own_count && kallsyms_address(s->own[s->own_count - 1])) ||
	       (s->module_count && s->modules[s->module_count - 1].address);
}

struct symbolizer *symbolizer_end(struct symbolizer *s, struct kallsyms *table)
{
	s->table = *table;
	*table = (struct kallsyms){ 0 };
	if (s->module_count)
		qsort(s->modules, s->module_count, sizeof(*s->modules), compare_named);
	if (are_shown(s))
		return s;
	symbolizer_free(s);
	return NULL;
}

static int read_table(struct symbolizer *s, struct kallsyms *table)
{
	struct kallsyms_reader reader = symbolizer_reader(s);
	FILE *file = kallsyms_open();
	int err = file ? kallsyms_load(table, file) : -errno;

	if (file)
		fclose(file);
	return err ? err : kallsyms_read(table, &reader, 1);
}

struct symbolizer *symbolizer_new(void)
{
	struct symbolizer *s = symbolizer_begin();
	struct kallsyms table = { 0 };

	if (s && !read_table(s, &table))
		return symbolizer_end(s, &table);
	kallsyms_release(&table);
	symbolizer_free(s);
	return NULL;
}

void symbolizer_free(struct symbolizer *s)
{
	if (!s)
		return;
	kallsyms_release(&s->table);
	free(s->own);
	free(s->modules);
	free(s);
}

/* How many begin at the address or before. */
static size_t own_up_to(const struct symbolizer *s, uint64_t address)
{
	size_t low = 0, high = s->own_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (kallsyms_address(s->own[middle]) <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static size_t modules_up_to(const struct symbolizer *s, uint64_t address)
{
	size_t low = 0, high = s->module_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (s->modules[middle].address <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const char *symbolizer_name(const struct symbolizer *s, uint64_t address)
{
	size_t own = own_up_to(s, address), module = modules_up_to(s, address);
	const char *line = own ? s->own[own - 1] : NULL;
	const struct named *named = module ? &s->modules[module - 1] : NULL;

	if (named && (!line || named->address >= kallsyms_address(line)))
		return named->name;
	return line ? strchr(line, ' ') + 3 : "?";
}
