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
	uint32_t name; /* offset, since the text moves as it grows */
};

struct symbolizer {
	struct named *items;
	size_t count, size;
	char *text;
	size_t text_len, text_size;
};

static int collect_entry(void *ctx, const struct kallsyms_entry *entry)
{
	struct symbolizer *s = ctx;
	size_t len = strlen(entry->name) + 1;

	if (!kallsyms_is_text(entry))
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

static int collect(struct symbolizer *s)
{
	struct kallsyms_reader reader = { .take = collect_entry, .ctx = s };
	FILE *table = kallsyms_open();
	int err;

	if (!table)
		return -errno;
	err = kallsyms_read(table, &reader);
	fclose(table);
	return err;
}

struct symbolizer *symbolizer_new(void)
{
	struct symbolizer *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	if (collect(s) || !s->count) {
		symbolizer_free(s);
		return NULL;
	}
	if (s->count)
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
