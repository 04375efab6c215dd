// SPDX-License-Identifier: GPL-2.0-only
#include "blame/unexplained.h"

#include <stdlib.h>
#include <string.h>

void unexplained_release(struct unexplained *stacks)
{
	for (size_t i = 0; i < STACKS_MAX; i++)
		free(stacks->slots[i].text);
	memset(stacks, 0, sizeof(*stacks));
}

void unexplained_note(struct unexplained *stacks, const struct strangers *strangers,
		      struct dated when, uint64_t id, const char *text)
{
	size_t slot = stacks->count;

	if (slot == STACKS_MAX)
		slot = budgets_pick(strangers, stacks->slots, sizeof(*stacks->slots), STACKS_MAX);
	else
		stacks->count++;
	free(stacks->slots[slot].text);
	stacks->slots[slot].when = when;
	stacks->slots[slot].id = id;
	stacks->slots[slot].text = strdup(text);
}

const char *unexplained_find(const struct unexplained *stacks, uint64_t id)
{
	for (size_t i = 0; i < STACKS_MAX; i++)
		if (stacks->slots[i].text && stacks->slots[i].id == id)
			return stacks->slots[i].text;
	return NULL;
}
