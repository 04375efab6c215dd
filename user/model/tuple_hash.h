/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hashes of tuples with a secret. Whoever sends packets chooses tuples: without one,
 * tuples of a single bucket.
 */
#ifndef RSTBLAME_MODEL_TUPLE_HASH_H
#define RSTBLAME_MODEL_TUPLE_HASH_H

#include <stdint.h>
#include <string.h>

#include "model/flow.h"
#include "model/observation.h"

struct hash_secret {
	uint64_t words[2];
};

/* Fresh from the kernel; where it has none yet (at boot), made of `at`, an address. */
struct hash_secret hash_secret_new(const void *at);

/* All bits of both in each bit; a secret that went in does not cancel out. */
static inline uint64_t hash_fold(uint64_t a, uint64_t b)
{
	unsigned __int128 product =
		(unsigned __int128)(a ^ 0x9e3779b97f4a7c15ULL) * (b ^ 0xd1b54a32d192ed03ULL);

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Of both addresses, whatever their family. */
static inline uint64_t hash_addresses(const struct hash_secret *secret, const struct address *src,
				      const struct address *dst)
{
	const uint64_t *s = secret->words;
	uint64_t words[4];

	memcpy(words, src->bytes, sizeof(src->bytes));
	memcpy(words + 2, dst->bytes, sizeof(dst->bytes));
	return hash_fold(hash_fold(words[0] ^ s[0], words[1] ^ s[1]),
			 hash_fold(words[2] ^ s[1], words[3] ^ s[0]));
}

/* Of the rest, and of `addresses`: a hash of them or, as they stand, two of IPv4. */
static inline uint32_t hash_ends(const struct hash_secret *secret, struct netns_id netns,
				 uint64_t addresses, uint16_t sport, uint16_t dport)
{
	uint64_t rest = (uint64_t)sport << 48 | (uint64_t)dport << 32 | netns.inum;
	uint64_t hash = hash_fold(addresses ^ secret->words[0], rest ^ secret->words[1]);

	hash = hash_fold(hash, netns.node);
	return (uint32_t)(hash ^ hash >> 32);
}

#endif
