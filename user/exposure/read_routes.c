// SPDX-License-Identifier: GPL-2.0-only
/* Default routes, and whether policies choose between tables. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>

#include "exposure/read.h"
#include "node/netlink.h"

enum { LINE_BYTES = 512 };

/* ---- this machine's ---- */

static void put_gateway(uint8_t family, const struct nlattr *gateway, struct look_uplink *up)
{
	size_t bytes = family == AF_INET ? 4 : 16;
	struct address a = { { 0 } };

	if (!gateway || mnl_attr_get_payload_len(gateway) < bytes)
		return;
	memcpy(a.bytes, mnl_attr_get_payload(gateway), bytes);
	address_format(&a, family, up->gateway, sizeof(up->gateway));
}

static void add_uplink(struct look *look, const struct look_uplink *like, uint32_t ifindex,
		       const struct nlattr *gateway)
{
	struct look_uplink *up = look_add_uplink(look);

	if (!up)
		return;
	*up = *like;
	up->ifindex = ifindex;
	if_indextoname(ifindex, up->ifname);
	put_gateway(like->family, gateway, up);
}

static void add_ways(struct look *look, struct look_uplink *like, const struct nlattr *ways)
{
	const char *at = mnl_attr_get_payload(ways);
	size_t left = mnl_attr_get_payload_len(ways);

	like->is_multipath = true;
	while (left >= sizeof(struct rtnexthop)) {
		const struct rtnexthop *way = (const void *)at;
		const struct nlattr *attr, *gateway = NULL;
		size_t len = (way->rtnh_len + 3U) & ~3U;

		if (way->rtnh_len < sizeof(*way) || way->rtnh_len > left)
			return;
		netlink_for_each(attr, (const struct nlattr *)(const void *)(way + 1),
				 at + way->rtnh_len) if (mnl_attr_get_type(attr) == RTA_GATEWAY)
			gateway = attr;
		add_uplink(look, like, (uint32_t)way->rtnh_ifindex, gateway);
		if (len >= left)
			return;
		at += len;
		left -= len;
	}
}

static int take_route(const struct nlmsghdr *h, void *data)
{
	const struct rtmsg *m = mnl_nlmsg_get_payload(h);
	const struct nlattr *ways = netlink_find(h, sizeof(*m), RTA_MULTIPATH);
	struct look_uplink like = { .family = m->rtm_family };

	if (m->rtm_dst_len || m->rtm_type != RTN_UNICAST || m->rtm_flags & RTM_F_CLONED)
		return MNL_CB_OK;
	like.table = netlink_u32(netlink_find(h, sizeof(*m), RTA_TABLE), m->rtm_table);
	like.metric = netlink_u32(netlink_find(h, sizeof(*m), RTA_PRIORITY), 0);
	if (ways)
		add_ways(data, &like, ways);
	else
		add_uplink(data, &like, netlink_u32(netlink_find(h, sizeof(*m), RTA_OIF), 0),
			   netlink_find(h, sizeof(*m), RTA_GATEWAY));
	return MNL_CB_OK;
}

/* 0, 32766 and 32767, for everything, are always there; and l3mdev's where a VRF is. */
static int take_rule(const struct nlmsghdr *h, void *data)
{
	const struct fib_rule_hdr *m = mnl_nlmsg_get_payload(h);
	struct look *look = data;
	bool is_usual = (m->table == RT_TABLE_LOCAL || m->table == RT_TABLE_MAIN ||
			 m->table == RT_TABLE_DEFAULT) &&
			!m->src_len && !m->dst_len && !m->tos &&
			!netlink_find(h, sizeof(*m), FRA_FWMARK) &&
			!netlink_find(h, sizeof(*m), FRA_IIFNAME) &&
			!netlink_find(h, sizeof(*m), FRA_OIFNAME);

	look->policies += !is_usual && !netlink_find(h, sizeof(*m), FRA_L3MDEV);
	return MNL_CB_OK;
}

static int dump(struct mnl_socket *nl, uint16_t type, uint8_t family, mnl_cb_t take,
		struct look *look)
{
	_Alignas(8) char buf[64];
	struct nlmsghdr *h = mnl_nlmsg_put_header(buf);
	struct rtmsg *m;

	h->nlmsg_type = type;
	h->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	h->nlmsg_seq = 1;
	m = mnl_nlmsg_put_extra_header(h, sizeof(*m)); /* fib_rule_hdr is as long */
	m->rtm_family = family;
	return netlink_ask(nl, h, take, look);
}

static void read_live(struct look *look)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };
	struct mnl_socket *nl = netlink_open(NETLINK_ROUTE, 0);
	int err = nl ? 0 : -errno;

	for (size_t i = 0; nl && i < 2; i++) {
		int got = dump(nl, RTM_GETROUTE, families[i], take_route, look);

		/* A kernel may be without IPv6, or without policies. */
		if (got && families[i] == AF_INET)
			err = got;
		dump(nl, RTM_GETRULE, families[i], take_rule, look);
	}
	if (nl)
		mnl_socket_close(nl);
	if (err)
		look_lacks(look, LOOK_ROUTES, "cannot list routes: %s", strerror(-err));
}

/* ---- a bundle's: "default via 10.9.0.2 dev up0 proto dhcp metric 100", "nexthop via …" ---- */

static void take_line(struct look *look, const char *line, bool *is_default)
{
	const char *dev = strstr(line, " dev "), *via = strstr(line, " via ");
	const char *metric = strstr(line, " metric "), *table = strstr(line, " table ");
	bool is_way = line[0] == '\t' || !strncmp(line, "nexthop ", 8);
	struct look_uplink *up;

	if (!is_way)
		*is_default = !strncmp(line, "default ", 8);
	if (!*is_default || !dev)
		return;
	up = look_add_uplink(look);
	if (!up)
		return;
	up->family = via && strchr(via, ':') && strchr(via, ':') < dev ? AF_INET6 : AF_INET;
	up->is_multipath = is_way;
	up->table = RT_TABLE_MAIN;
	sscanf(dev, " dev %15s", up->ifname);
	if (via)
		sscanf(via, " via %47s", up->gateway);
	if (metric)
		sscanf(metric, " metric %u", &up->metric);
	if (table)
		sscanf(table, " table %u", &up->table);
}

static void read_bundle(struct look *look, const struct node_files *files)
{
	static const char *const commands[] = { "networking/ip_route_show_table_all",
						"networking/ip_route*", NULL };
	struct look_place place;
	char line[LINE_BYTES];
	bool is_default = false;
	FILE *file = node_command_open(files, commands, &place);

	if (!file) {
		look_lacks(look, LOOK_ROUTES, "the bundle has no sos_commands/%s", commands[0]);
		return;
	}
	while (fgets(line, sizeof(line), file))
		take_line(look, line, &is_default);
	fclose(file);
}

void read_routes(struct look *look, const struct node_files *files)
{
	if (files->is_live)
		read_live(look);
	else
		read_bundle(look, files);
}
