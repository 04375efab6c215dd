// SPDX-License-Identifier: GPL-2.0-only
#include "node/vrf.h"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "node/netlink.h"

struct interface {
	char name[VRF_NAME_BYTES];
	uint32_t master; /* index; 0: none */
	bool is_vrf;
};

static int take_interface(const struct nlmsghdr *h, void *data)
{
	const struct nlattr *name = netlink_find(h, sizeof(struct ifinfomsg), IFLA_IFNAME);
	const struct nlattr *master = netlink_find(h, sizeof(struct ifinfomsg), IFLA_MASTER);
	const struct nlattr *info = netlink_find(h, sizeof(struct ifinfomsg), IFLA_LINKINFO);
	const struct nlattr *kind = netlink_find_in(info, IFLA_INFO_KIND);
	struct interface *out = data;

	snprintf(out->name, sizeof(out->name), "%s", netlink_text(name));
	out->master = netlink_u32(master, 0);
	out->is_vrf = !strcmp(netlink_text(kind), "vrf");
	return MNL_CB_STOP; /* one is no list, and has no end */
}

/* By its name, or with NULL by its index. */
static bool ask(struct mnl_socket *nl, const char *name, uint32_t index, struct interface *out)
{
	_Alignas(8) char buf[256];
	struct nlmsghdr *h = mnl_nlmsg_put_header(buf);
	struct ifinfomsg *m;

	h->nlmsg_type = RTM_GETLINK;
	h->nlmsg_flags = NLM_F_REQUEST;
	h->nlmsg_seq = 1;
	m = mnl_nlmsg_put_extra_header(h, sizeof(*m));
	*m = (struct ifinfomsg){ .ifi_family = AF_UNSPEC, .ifi_index = (int)index };
	if (name)
		mnl_attr_put_strz(h, IFLA_IFNAME, name);
	memset(out, 0, sizeof(*out));
	return !netlink_ask(nl, h, take_interface, out) && out->name[0];
}

bool vrf_of(const char *ifname, char out[VRF_NAME_BYTES])
{
	struct mnl_socket *nl = netlink_open(NETLINK_ROUTE, 0);
	struct interface i = { .master = 0 };
	bool is_found;

	if (!nl)
		return false;
	is_found = ask(nl, ifname, 0, &i) && (i.is_vrf || !i.master || ask(nl, NULL, i.master, &i));
	mnl_socket_close(nl);
	if (!is_found || !i.is_vrf)
		return false;
	memcpy(out, i.name, VRF_NAME_BYTES);
	return true;
}
