/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What ties network namespaces to each other and to users: the interfaces whose other end, or
 * lower device, is in another one (veth, macvlan, ipvlan, netkit, tunnels), and the user
 * namespace that owns one.
 */
#ifndef RSTBLAME_NODE_NETNS_LINKS_H
#define RSTBLAME_NODE_NETNS_LINKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "node/namespaces.h"

/* An interface of one namespace that leads into another. */
struct netns_link {
	int32_t nsid;  /* the other namespace, as this one numbers it */
	uint32_t peer; /* ifindex there; 0: not said */
};

enum { NETNS_LINKS_MAX = 64 };

struct netns_links {
	struct netns_link items[NETNS_LINKS_MAX];
	size_t count;
	bool is_cut; /* there are more */
};

/* Those of the namespace that the calling thread is in. 0, or -errno. The kernel gives the
 * namespaces that they lead to a number there, as `ip link` has it do. */
int netns_links_list(struct netns_links *out);

/* How the calling thread's namespace numbers `ns`. 0, or -errno: -ENOENT: it does not. */
int netns_links_number(const struct namespace *ns, int32_t *nsid);

/* The ifindex of the bridge (VRF, bond) that an interface of the calling thread's namespace
 * belongs to; 0: none, or not known. */
uint32_t netns_links_master(uint32_t ifindex);

/* Whether a user namespace other than the initial one owns it, which anybody can make. 0, or
 * -errno. */
int netns_is_foreign(const struct namespace *ns, bool *is_foreign);

#endif
