// SPDX-License-Identifier: GPL-2.0-only
#include "node/entry_sample.h"

#include <netinet/in.h> /* before the kernel's headers, which then leave out theirs */

#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/array.h"
#include "node/conntrack_get.h"
#include "node/conntrack_here.h"
#include "node/conntrack_table.h"
#include "node/netlink.h"

void entry_sample_release(struct entry_sample *sample)
{
	free(sample->items);
	*sample = (struct entry_sample){ 0 };
}

/* One that has seen no reply may be what a reset made of its trigger packet, of whose removal
 * there is no record. */
static bool has_seen_reply(const struct nlmsghdr *h)
{
	return netlink_be32(netlink_find(h, sizeof(struct nfgenmsg), CTA_STATUS), 0) &
	       IPS_SEEN_REPLY;
}

static void take_entry(struct entry_sample *sample, uint32_t inum, const struct nlmsghdr *h)
{
	struct kernel_entry *item;
	struct flow flow;

	if (h->nlmsg_type != (NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_NEW) ||
	    !conntrack_is_tcp(h) || conntrack_is_in_zone(h) || !has_seen_reply(h))
		return;
	if (!array_reserve(&sample->items, &sample->size, sample->count + 1,
			   sizeof(*sample->items)))
		return;
	conntrack_get_parse(h, &flow);
	item = &sample->items[sample->count++];
	*item = (struct kernel_entry){ .inum = inum, .family = flow.family, .orig = flow.orig };
}

/* What a walk gives in one go: it is not asked to go on. */
static void take_first(struct entry_sample *sample, uint32_t inum, struct mnl_socket *nl)
{
	char buf[8192] __attribute__((aligned(8)));
	const size_t before = sample->count;
	const struct nlmsghdr *h = netlink_netfilter(buf, NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_GET,
						     NLM_F_DUMP, AF_UNSPEC);
	ssize_t len;
	int left;

	if (mnl_socket_sendto(nl, h, h->nlmsg_len) < 0)
		return;
	len = mnl_socket_recvfrom(nl, buf, sizeof(buf));
	left = len > 0 ? (int)len : 0;
	for (; mnl_nlmsg_ok(h, left); h = mnl_nlmsg_next(h, &left))
		if (sample->count - before < ENTRY_SAMPLE_MAX)
			take_entry(sample, inum, h);
}

static struct mnl_socket *open_socket(void)
{
	return conntrack_get_is_there() ? netlink_open(NETLINK_NETFILTER, SOCK_NONBLOCK) : NULL;
}

void entry_sample_take(struct entry_sample *sample, uint32_t inum)
{
	struct mnl_socket *nl = conntrack_here_count() ? open_socket() : NULL;

	if (!nl)
		return;
	take_first(sample, inum, nl);
	mnl_socket_close(nl);
}

static void note_gone(const struct kernel_entry *item, struct kernel_reading *reading)
{
	if (array_reserve(&reading->gone, &reading->gone_size, reading->gone_count + 1,
			  sizeof(*reading->gone)))
		reading->gone[reading->gone_count++] = *item;
}

/* One of the same tuples that came after it stands in for it. */
void entry_sample_ask(const struct entry_sample *sample, uint32_t inum,
		      struct kernel_reading *reading)
{
	struct mnl_socket *nl = NULL;
	uint32_t sequence = 0;
	struct flow entry;

	for (size_t i = 0; i < sample->count; i++) {
		const struct kernel_entry *item = &sample->items[i];

		if (item->inum != inum)
			continue;
		if (!nl && !(nl = open_socket()))
			return;
		if (conntrack_ask(nl, ++sequence, item->family, &item->orig, &entry) ==
		    LOOKUP_ABSENT)
			note_gone(item, reading);
	}
	if (nl)
		mnl_socket_close(nl);
}
