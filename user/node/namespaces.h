/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The network namespaces of this machine, and how to get into them: of each
 * process that /proc shows, and those that ip-netns or docker gave a path.
 */
#ifndef RSTBLAME_NODE_NAMESPACES_H
#define RSTBLAME_NODE_NAMESPACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/observation.h"

struct namespace
{
	uint32_t inum;
	char path[96];               /* to open; it may have gone meanwhile */
	char name[NETNS_NAME_BYTES]; /* as `ip netns` has it; "" for none */
};

struct namespaces {
	struct namespace *items; /* by inum */
	size_t count, size;
	bool is_cut;    /* there are more than it takes */
	bool is_denied; /* there are processes whose namespace it may not see */
};

/* Fills `out` anew. 0, or -errno. The caller releases it. */
int namespaces_scan(struct namespaces *out);
void namespaces_release(struct namespaces *ns);

const struct namespace *namespaces_find(const struct namespaces *ns, uint32_t inum);

/* Moves the calling thread into it, if that is still the one. 0, or -errno: the
 * thread is where it was. */
int namespace_enter(const struct namespace *ns);
/* Calls `take` for each address of the namespace that the calling thread is in, but
 * for those that every namespace has (loopback). 0, or -errno. */
typedef void (*namespace_address_fn)(void *ctx, uint8_t family, const struct address *address);
int namespace_addresses(namespace_address_fn take, void *ctx);

/* An open file of the calling thread's namespace, to go back to; -errno. */
int namespace_remember(void);
/* And back. 0, or -errno. */
int namespace_return(int fd);

#endif
