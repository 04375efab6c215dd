// SPDX-License-Identifier: GPL-2.0-only
#include "model/netns_names.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

void netns_names_set_own(struct netns_names *names, struct netns_id netns)
{
	if (netns.node < NETNS_NODES_MAX)
		names->own[netns.node] = netns.inum;
}

bool netns_names_is_own(const struct netns_names *names, struct netns_id netns)
{
	return netns.inum && netns.node < NETNS_NODES_MAX && names->own[netns.node] == netns.inum;
}

static struct netns_name *find(struct netns_names *names, struct netns_id netns)
{
	for (size_t i = 0; i < names->count; i++) {
		struct netns_name *n = &names->items[i];

		if (netns_equal(n->netns, netns))
			return n;
	}
	return NULL;
}

const struct netns_name *netns_names_find(const struct netns_names *names, struct netns_id netns)
{
	return find((struct netns_names *)names, netns);
}

static struct netns_name *take_place(struct netns_names *names)
{
	size_t i = names->next;

	names->next = (names->next + 1) % NETNS_NAMES_MAX;
	if (names->count < NETNS_NAMES_MAX)
		names->count++;
	return &names->items[i];
}

struct netns_name *netns_names_tell(struct netns_names *names, struct netns_id netns,
				    const char *name, uint64_t told_ns)
{
	struct netns_name *n = find(names, netns);

	if (!n)
		n = take_place(names);
	n->netns = netns;
	n->told_ns = told_ns;
	snprintf(n->name, sizeof(n->name), "%s", name);
	return n;
}

const char *netns_names_format(const struct netns_names *names, struct netns_id netns,
			       char buf[NETNS_TEXT_BYTES])
{
	bool knows_own = netns.node < NETNS_NODES_MAX && names->own[netns.node];
	const struct netns_name *n = netns_names_find(names, netns);

	buf[0] = '\0';
	if (!netns.inum || !knows_own || netns_names_is_own(names, netns))
		return buf;
	if (n && n->name[0])
		utf8_printable(n->name, buf, NETNS_TEXT_BYTES);
	else
		snprintf(buf, NETNS_TEXT_BYTES, "net:[%u]", netns.inum);
	return buf;
}
