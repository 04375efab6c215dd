// SPDX-License-Identifier: GPL-2.0-only
#include "node/address_owners.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

void address_owners_release(struct address_owners *p)
{
	free(p->items);
	memset(p, 0, sizeof(*p));
}

int address_owners_add(struct address_owners *p, uint8_t family, const struct address *address,
		       uint32_t inum)
{
	if (!array_reserve(&p->items, &p->size, p->count + 1, sizeof(*p->items)))
		return -ENOMEM;
	p->items[p->count++] = (struct home){ .address = *address, .family = family, .inum = inum };
	return 0;
}

static int compare_address(const struct home *x, const struct home *y)
{
	if (x->family != y->family)
		return x->family < y->family ? -1 : 1;
	return memcmp(&x->address, &y->address, sizeof(x->address));
}

static int compare(const void *a, const void *b)
{
	const struct home *x = a, *y = b;
	int order = compare_address(x, y);

	return order ? order : x->inum < y->inum ? -1 : x->inum > y->inum;
}

void address_owners_sort(struct address_owners *p)
{
	if (p->count)
		qsort(p->items, p->count, sizeof(*p->items), compare);
}

const struct home *address_owners_find(const struct address_owners *p, uint8_t family,
				       const struct address *address, size_t *count)
{
	const struct home key = { .address = *address, .family = family };
	size_t low = 0, high = p->count, end;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_address(&p->items[middle], &key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (end = low; end < p->count && !compare_address(&p->items[end], &key); end++)
		;
	*count = end - low;
	return p->items ? &p->items[low] : NULL;
}
