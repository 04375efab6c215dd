// SPDX-License-Identifier: GPL-2.0-only
/* The addresses of the node, with their lifetimes. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "exposure/read.h"
#include "node/netlink.h"

/* Since 47f0bd503210 ("net: Add new protocol attribute to IP addresses", 5.18); the C library's
 * headers may be older. */
#ifndef IFA_PROTO
#define IFA_PROTO 11
#endif

enum { LOOPBACK_IFINDEX = 1, TRIES = 3, LINE_BYTES = 1024 };

static void add_link(struct look *look, uint32_t ifindex, const char *ifname)
{
	struct look_link *link = look_link_find(look, ifindex);

	if (!link)
		link = look_add_link(look);
	if (!link)
		return;
	link->ifindex = ifindex;
	snprintf(link->ifname, sizeof(link->ifname), "%s", ifname);
}

static bool parse(const struct nlmsghdr *message, struct look_address *out)
{
	const struct ifaddrmsg *m = mnl_nlmsg_get_payload(message);
	const struct nlattr *attr, *cache;
	struct ifa_cacheinfo info;
	size_t len;

	memset(out, 0, sizeof(*out));
	if (message->nlmsg_type != RTM_NEWADDR || mnl_nlmsg_get_payload_len(message) < sizeof(*m) ||
	    m->ifa_index == LOOPBACK_IFINDEX ||
	    (m->ifa_family != AF_INET && m->ifa_family != AF_INET6))
		return false;
	len = m->ifa_family == AF_INET ? 4 : 16;
	attr = netlink_find(message, sizeof(*m), IFA_LOCAL); /* IFA_ADDRESS is the peer's there */
	if (!attr)
		attr = netlink_find(message, sizeof(*m), IFA_ADDRESS);
	if (!attr || mnl_attr_get_payload_len(attr) != len)
		return false;
	memcpy(out->address.bytes, mnl_attr_get_payload(attr), len);
	out->family = m->ifa_family;
	out->prefix_bits = m->ifa_prefixlen;
	out->ifindex = m->ifa_index;
	out->protocol = netlink_u8(netlink_find(message, sizeof(*m), IFA_PROTO), 0);
	len = netlink_u32(netlink_find(message, sizeof(*m), IFA_FLAGS), m->ifa_flags);
	out->is_permanent = len & IFA_F_PERMANENT;
	out->is_managed_temporary = out->family == AF_INET6 && (len & IFA_F_TEMPORARY);
	out->valid_s = LOOK_FOREVER;
	cache = netlink_find(message, sizeof(*m), IFA_CACHEINFO);
	if (cache && mnl_attr_get_payload_len(cache) >= sizeof(info)) {
		memcpy(&info, mnl_attr_get_payload(cache), sizeof(info));
		out->valid_s = info.ifa_valid;
	}
	return true;
}

static int take_address(const struct nlmsghdr *message, void *data)
{
	struct look_address address, *kept;
	struct look *look = data;

	if (!parse(message, &address))
		return MNL_CB_OK;
	if (!if_indextoname(address.ifindex, address.ifname))
		snprintf(address.ifname, sizeof(address.ifname), "%u", address.ifindex);
	kept = look_add_address(look);
	if (!kept) {
		errno = ENOMEM;
		return MNL_CB_ERROR;
	}
	*kept = address;
	add_link(look, address.ifindex, address.ifname);
	return MNL_CB_OK;
}

static int ask(struct look *look)
{
	char buf[NLMSG_HDRLEN + NLMSG_ALIGN(sizeof(struct ifaddrmsg))];
	struct mnl_socket *nl = netlink_open(NETLINK_ROUTE, 0);
	struct nlmsghdr *request = mnl_nlmsg_put_header(buf);
	int err;

	if (!nl)
		return -errno;
	request->nlmsg_type = RTM_GETADDR;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	mnl_nlmsg_put_extra_header(request, sizeof(struct ifaddrmsg));
	look->addresses_count = 0;
	err = netlink_ask(nl, request, take_address, look);
	mnl_socket_close(nl);
	return err;
}

/* ---- a bundle's ---- */

static bool parse_prefix(char *text, struct look_address *out)
{
	char *slash = strchr(text, '/');

	if (slash)
		*slash = '\0';
	out->family = (uint8_t)address_parse(text, &out->address);
	out->prefix_bits = slash ? (uint8_t)atoi(slash + 1) : out->family == AF_INET ? 32 : 128;
	return out->family != 0;
}

/* 2: up0    inet 10.9.0.1/24 metric 100 brd … scope global dynamic up0\       valid_lft 6sec … */
bool address_parse_line(const char *line, struct look_address *out)
{
	char family[16], prefix[80];
	const char *valid = strstr(line, "valid_lft "), *protocol = strstr(line, " proto ");

	int name_end = 0;

	memset(out, 0, sizeof(*out));
	if (sscanf(line, "%u: %15[^ :@]%n", &out->ifindex, out->ifname, &name_end) != 2)
		return false;
	line += name_end;
	line += strcspn(line, " "); /* "@eth0", or a colon */
	if (sscanf(line, "%15s %79s", family, prefix) != 2 ||
	    (strcmp(family, "inet") != 0 && strcmp(family, "inet6") != 0) ||
	    !parse_prefix(prefix, out) || out->ifindex == LOOPBACK_IFINDEX)
		return false;
	out->valid_s = LOOK_FOREVER;
	if (valid && sscanf(valid, "valid_lft %u", &out->valid_s) != 1)
		out->valid_s = LOOK_FOREVER;
	/* iproute2 prints "dynamic" for what is not IFA_F_PERMANENT. */
	out->is_permanent = !strstr(line, " dynamic");
	out->is_managed_temporary = strstr(line, " temporary") != NULL;
	if (protocol && !strncmp(protocol, " proto kernel_ra", 16))
		out->protocol = LOOK_PROTOCOL_RA;
	else if (protocol)
		out->protocol = (uint8_t)atoi(protocol + 7);
	return true;
}

/* `ip -o address` has an address on a line; without -o it is on two, behind the interface's. */
static void take_text(struct look *look, FILE *file)
{
	char line[LINE_BYTES], whole[3 * LINE_BYTES], link[64] = "", held[LINE_BYTES] = "";
	struct look_address address, *kept;

	while (fgets(line, sizeof(line), file)) {
		const char *words = line + strspn(line, " ");

		line[strcspn(line, "\n")] = '\0';
		if (words == line && !strstr(line, "inet")) {
			snprintf(link, sizeof(link), "%.*s", (int)strcspn(line, "<@"), line);
			continue;
		}
		if (words != line && !strncmp(words, "inet", 4)) {
			snprintf(held, sizeof(held), "%s", words);
			continue;
		}
		if (words != line && !strncmp(words, "valid_lft", 9))
			snprintf(whole, sizeof(whole), "%s %s %s", link, held, words);
		else
			snprintf(whole, sizeof(whole), "%s", line);
		if (!address_parse_line(whole, &address))
			continue;
		kept = look_add_address(look);
		if (kept)
			*kept = address;
		add_link(look, address.ifindex, address.ifname);
	}
}

static void read_bundle(struct look *look, const struct node_files *files)
{
	static const char *const names[] = { "networking/ip_-o_addr*", "networking/ip_-d_addr*",
					     "networking/ip_addr*", NULL };
	struct look_place place;
	FILE *file = node_command_open(files, names, &place);

	if (!file) {
		look_lacks(look, LOOK_ADDRESSES,
			   "the bundle has no sos_commands/networking/ip_-o_addr");
		return;
	}
	take_text(look, file);
	fclose(file);
}

void read_addresses(struct look *look, const struct node_files *files)
{
	int err = -EINTR;

	if (!files->is_live) {
		read_bundle(look, files);
		return;
	}
	for (int i = 0; i < TRIES && err == -EINTR; i++) /* they changed meanwhile */
		err = ask(look);
	if (err)
		look_lacks(look, LOOK_ADDRESSES, "cannot list the addresses: %s", strerror(-err));
}
