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
	/* The kernel's own come in order, and first; behind them the modules', which are put in
	 * order for themselves: a tenth of the work. */
	size_t own;
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

struct symbolizer *symbolizer_begin(void)
{
	return calloc(1, sizeof(struct symbolizer));
}

struct kallsyms_reader symbolizer_reader(struct symbolizer *s)
{
	return (struct kallsyms_reader){ .take = collect_entry, .ctx = s };
}

struct symbolizer *symbolizer_end(struct symbolizer *s)
{
	if (!s->count)
		goto none;
	for (s->own = 1; s->own < s->count; s->own++)
		if (s->items[s->own].address < s->items[s->own - 1].address)
			break;
	qsort(s->items + s->own, s->count - s->own, sizeof(*s->items), compare_named);
	/* kptr_restrict: all zero */
	if (s->items[s->own - 1].address || s->items[s->count - 1].address)
		return s;
none:
	symbolizer_free(s);
	return NULL;
}

struct symbolizer *symbolizer_new(void)
{
	struct symbolizer *s = symbolizer_begin();
	struct kallsyms_reader reader = symbolizer_reader(s);
	FILE *table = kallsyms_open();
	int err = -ENOENT;

	if (s && table)
		err = kallsyms_read(table, &reader, 1);
	if (table)
		fclose(table);
	if (s && !err)
		return symbolizer_end(s);
	symbolizer_free(s);
	return NULL;
}

void symbolizer_free(struct symbolizer *s)
{
	if (!s)
		return;
	free(s->items);
	free(s->text);
	free(s);
}

/* The last from `low` up to `high` that begins at the address or before; NULL: none does. */
static const struct named *last_before(const struct symbolizer *s, size_t low, size_t high,
				       uint64_t address)
{
	const size_t first = low;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (s->items[middle].address <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low > first ? &s->items[low - 1] : NULL;
}

const char *symbolizer_name(const struct symbolizer *s, uint64_t address)
{
	const struct named *own = last_before(s, 0, s->own, address);
	const struct named *other = last_before(s, s->own, s->count, address);
	const struct named *nearer = !own || (other && other->address >= own->address) ? other :
											 own;

	return nearer ? s->text + nearer->name : "?";
}
