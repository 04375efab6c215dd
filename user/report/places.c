// SPDX-License-Identifier: GPL-2.0-only
#include "report/places.h"

#include <stdlib.h>
#include <string.h>

static uint32_t read_number(const char *text, const char *end)
{
	unsigned long long number;
	char *rest;

	if (*text < '0' || *text > '9')
		return 0;
	number = strtoull(text, &rest, 10);
	return !strcmp(rest, end) && number <= UINT32_MAX ? (uint32_t)number : 0;
}

void places_want(struct places *p, const char *text)
{
	bool is_link = !strncmp(text, "net:[", 5);

	*p = (struct places){ .name = text };
	p->inum = is_link ? read_number(text + 5, "]") : read_number(text, "");
}

void places_learn(struct places *p, const struct finding *f)
{
	if (!p->name || strcmp(p->name, f->seen->space.name) != 0 || p->count == PLACES_MAX ||
	    places_has(p, f->netns))
		return;
	p->items[p->count++] = f->netns;
}

bool places_has(const struct places *p, struct netns_id netns)
{
	if (!p->name && !p->inum)
		return true;
	if (p->inum && p->inum == netns.inum)
		return true;
	for (size_t i = 0; i < p->count; i++)
		if (netns_equal(p->items[i], netns))
			return true;
	return false;
}
