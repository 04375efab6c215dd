/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which network namespaces are whose: the nodes' own, and what the others are called, as
 * far as that was told. Pure; bounded: of more than it holds it forgets those told first.
 */
#ifndef RSTBLAME_MODEL_NETNS_NAMES_H
#define RSTBLAME_MODEL_NETNS_NAMES_H

#include "model/observation.h"

enum { NETNS_NAMES_MAX = 128, NETNS_NODES_MAX = 64, NETNS_TEXT_BYTES = 3 * NETNS_NAME_BYTES };

struct netns_name {
	struct netns_id netns;
	char name[NETNS_NAME_BYTES]; /* "": it has none, as far as is known */
	uint64_t told_ns;            /* the teller's time */
};

struct netns_names {
	uint32_t own[NETNS_NODES_MAX]; /* by node; 0: not known */
	size_t count, next;
	struct netns_name items[NETNS_NAMES_MAX];
};

void netns_names_set_own(struct netns_names *names, struct netns_id netns);
bool netns_names_is_own(const struct netns_names *names, struct netns_id netns);

/* The latest that was told of it: its number may be another's by now. */
struct netns_name *netns_names_tell(struct netns_names *names, struct netns_id netns,
				    const char *name, uint64_t told_ns);
const struct netns_name *netns_names_find(const struct netns_names *names, struct netns_id netns);

/* "srv", or as /proc writes it, "net:[4026532201]"; printable. "" for the node's own,
 * and where it is not known which that is. */
const char *netns_names_format(const struct netns_names *names, struct netns_id netns,
			       char buf[NETNS_TEXT_BYTES]);

#endif
