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

struct address_owners {
	struct home *items; /* by address, once sorted */
	size_t count, size;
};

void address_owners_release(struct address_owners *address_owners);

/* 0, or -ENOMEM: what is there stays. */
int address_owners_add(struct address_owners *address_owners, uint8_t family,
		       const struct address *address, uint32_t inum);
void address_owners_sort(struct address_owners *address_owners);

/* Those with that address, side by side; *count of them. Sorted ones only. */
const struct home *address_owners_find(const struct address_owners *address_owners, uint8_t family,
				       const struct address *address, size_t *count);

#endif
