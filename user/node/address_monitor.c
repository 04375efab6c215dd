// SPDX-License-Identifier: GPL-2.0-only
#include "node/address_monitor.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "node/netlink.h"

/* linux/netlink.h has it since 4.2; the C library's may be older. */
#ifndef NETLINK_LISTEN_ALL_NSID
#define NETLINK_LISTEN_ALL_NSID 8
#endif

/* Many containers may go at once. */
enum { ROOM_BYTES = 1 << 20 };

struct mnl_socket *address_monitor_open(void)
{
	struct mnl_socket *nl = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK);
	int on = 1, room = ROOM_BYTES;

	if (!nl)
		return NULL;
	/* Either may be refused: then it hears less, or loses some. */
	mnl_socket_setsockopt(nl, NETLINK_LISTEN_ALL_NSID, &on, sizeof(on));
	if (setsockopt(mnl_socket_get_fd(nl), SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)))
		setsockopt(mnl_socket_get_fd(nl), SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	if (!mnl_socket_bind(nl, RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR, MNL_SOCKET_AUTOPID))
		return nl;
	mnl_socket_close(nl);
	return NULL;
}

static void take_message(const struct nlmsghdr *h, address_removed_fn take, void *ctx)
{
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(h);
	struct address local = { { 0 } };
	const struct nlattr *attr;
	size_t size;

	if (h->nlmsg_type != RTM_DELADDR || mnl_nlmsg_get_payload_len(h) < sizeof(*ifa))
		return;
	size = ifa->ifa_family == AF_INET ? 4 : 16;
	attr = netlink_find(h, sizeof(*ifa), IFA_LOCAL);
	if (!attr)
		attr = netlink_find(h, sizeof(*ifa), IFA_ADDRESS);
	if (!attr || mnl_attr_get_payload_len(attr) < size)
		return;
	memcpy(local.bytes, mnl_attr_get_payload(attr), size);
	take(ctx, ifa->ifa_family, ifa->ifa_index, &local);
}

bool address_monitor_read(struct mnl_socket *nl, address_removed_fn take, void *ctx)
{
	char buf[8192] __attribute__((aligned(8)));
	bool is_whole = true;
	ssize_t len;

	while ((len = mnl_socket_recvfrom(nl, buf, sizeof(buf))) > 0 || errno == ENOBUFS) {
		const struct nlmsghdr *h = (const void *)buf;
		int left = (int)len;

		if (len <= 0) {
			is_whole = false;
			continue;
		}
		for (; mnl_nlmsg_ok(h, left); h = mnl_nlmsg_next(h, &left))
			take_message(h, take, ctx);
	}
	return is_whole;
}
