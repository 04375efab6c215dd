// SPDX-License-Identifier: GPL-2.0-only
#include "summary/connections.h"

#include <string.h>

/* splitmix64's steps. */
static uint64_t mix(uint64_t hash, uint64_t value)
{
	hash += value + 0x9e3779b97f4a7c15ULL;
	hash = (hash ^ hash >> 30) * 0xbf58476d1ce4e5b9ULL;
	hash = (hash ^ hash >> 27) * 0x94d049bb133111ebULL;
	return hash ^ hash >> 31;
}

static uint64_t hash_end(const struct address *address, uint16_t port)
{
	uint64_t words[2];

	memcpy(words, address, sizeof(words));
	return mix(mix(mix(0, words[0]), words[1]), port);
}

static uint64_t hash_connection(uint32_t group, struct netns_id netns, uint8_t family,
				const struct tuple *tuple)
{
	uint64_t a = hash_end(&tuple->src, tuple->sport), b = hash_end(&tuple->dst, tuple->dport);
	uint64_t hash = mix(mix(a < b ? a : b, a < b ? b : a), (uint64_t)group << 32 | family);

	hash = mix(hash, (uint64_t)netns.node << 32 | netns.inum);
	return hash ? hash : 1;
}

/* Where it is, or where it would be. */
static size_t find(const struct connections *set, uint64_t hash)
{
	size_t i = hash % CONNECTIONS_SLOTS;

	while (set->slots[i] && set->slots[i] != hash)
		i = (i + 1) % CONNECTIONS_SLOTS;
	return i;
}

bool connections_has(const struct connections *set, uint32_t group, struct netns_id netns,
		     uint8_t family, const struct tuple *tuple)
{
	return set->slots[find(set, hash_connection(group, netns, family, tuple))] != 0;
}

enum connections_added connections_add(struct connections *set, uint32_t group,
				       struct netns_id netns, uint8_t family,
				       const struct tuple *tuple)
{
	uint64_t hash = hash_connection(group, netns, family, tuple);
	size_t i = find(set, hash);

	if (set->slots[i])
		return CONNECTIONS_KNOWN;
	if (set->count == CONNECTIONS_MAX)
		return CONNECTIONS_FULL;
	set->slots[i] = hash;
	set->count++;
	return CONNECTIONS_NEW;
}
