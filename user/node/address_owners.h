/* SPDX-License-Identifier: GPL-2.0-only */
/* Which namespaces have which address. Pure. */
#ifndef RSTBLAME_NODE_ADDRESS_OWNERS_H
#define RSTBLAME_NODE_ADDRESS_OWNERS_H

#include "model/observation.h"

struct home {
	struct address address;
	uint8_t family;
	uint32_t inum;
};

struct homes {
	struct home *items; /* by address, once sorted */
	size_t count, size;
};

void homes_release(struct homes *homes);

/* 0, or -ENOMEM: what is there stays. */
int homes_add(struct homes *homes, uint8_t family, const struct address *address, uint32_t inum);
void homes_sort(struct homes *homes);

/* Those with that address, side by side; *count of them. Sorted ones only. */
const struct home *homes_find(const struct homes *homes, uint8_t family,
			      const struct address *address, size_t *count);

#endif
