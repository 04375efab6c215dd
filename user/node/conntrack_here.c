// SPDX-License-Identifier: GPL-2.0-only
#include "node/conntrack_here.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "node/conntrack_get.h"
#include "node/conntrack_list.h"
#include "node/netlink.h"

enum { ONE_BY_ONE_MAX = 64, FAMILIES = 2 };

struct conntrack_here {
	struct mnl_socket *nl; /* NULL: by /proc */
	struct conntrack_list lists[FAMILIES];
	unsigned int asked[FAMILIES];
	uint32_t netns, sequence;
	uint64_t until_ns;
};

struct conntrack_here *conntrack_here_open(uint32_t netns, uint64_t until_ns)
{
	struct conntrack_here *here = calloc(1, sizeof(*here));

	if (!here)
		return NULL;
	here->netns = netns;
	here->until_ns = until_ns;
	if (!conntrack_get_is_there())
		return here;
	here->nl = netlink_open(NETLINK_NETFILTER, SOCK_NONBLOCK);
	if (here->nl)
		return here;
	free(here);
	return NULL;
}

void conntrack_here_close(struct conntrack_here *here)
{
	if (!here)
		return;
	if (here->nl)
		mnl_socket_close(here->nl);
	for (size_t i = 0; i < FAMILIES; i++)
		conntrack_list_release(&here->lists[i]);
	free(here);
}

/* By a socket of its own: a walk that was cut short leaves answers behind. */
static void read_list(struct conntrack_here *here, struct conntrack_list *list, uint8_t family)
{
	struct mnl_socket *nl;

	if (!here->nl)
		return conntrack_list_read_proc(list, here->netns, family, here->until_ns);
	nl = netlink_open(NETLINK_NETFILTER, 0);
	if (!nl)
		return;
	conntrack_list_read(list, nl, here->netns, family, here->until_ns);
	mnl_socket_close(nl);
}

enum lookup conntrack_here_ask(struct conntrack_here *here, uint8_t family,
			       const struct tuple *tuple, struct flow *entry)
{
	const size_t which = family == AF_INET6;
	struct conntrack_list *list = &here->lists[which];
	enum lookup answer = LOOKUP_NONE;

	if (clock_mono_ns() >= here->until_ns)
		return LOOKUP_SKIPPED;
	if (!list->begun_ns && (!here->nl || here->asked[which]++ == ONE_BY_ONE_MAX))
		read_list(here, list, family);
	if (list->begun_ns)
		answer = conntrack_list_find(list, here->netns, family, tuple, list->begun_ns,
					     entry);
	if (answer == LOOKUP_NONE && here->nl)
		answer = conntrack_ask(here->nl, ++here->sequence, family, tuple, entry);
	return answer;
}

uint64_t conntrack_here_count(void)
{
	FILE *file = fopen("/proc/sys/net/netfilter/nf_conntrack_count", "re");
	unsigned long long count = 0;

	if (!file)
		return 0;
	if (fscanf(file, "%llu", &count) != 1)
		count = 0;
	fclose(file);
	return count;
}
