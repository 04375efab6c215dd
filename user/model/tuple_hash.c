// SPDX-License-Identifier: GPL-2.0-only
#include "model/tuple_hash.h"

#include <sys/random.h>

struct hash_secret hash_secret_new(const void *at)
{
	struct hash_secret secret;

	if (getrandom(&secret, sizeof(secret), GRND_NONBLOCK) != sizeof(secret))
		secret = (struct hash_secret){ { (uintptr_t)at, ~(uintptr_t)at } };
	return secret;
}
