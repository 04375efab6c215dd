// SPDX-License-Identifier: GPL-2.0-only
#include "node/netns_links.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/net_namespace.h>
#include <linux/nsfs.h>
#include <linux/rtnetlink.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/netlink.h"

/* PROC_USER_INIT_INO of include/linux/proc_ns.h; since 6.18 the kernel's headers for user space
 * have it as USER_NS_INIT_INO. */
#define USER_NS_INITIAL 0xEFFFFFFDU

static int take_link(const struct nlmsghdr *h, void *data)
{
	struct netns_links *out = data;
	const struct nlattr *nsid = netlink_find(h, sizeof(struct ifinfomsg), IFLA_LINK_NETNSID);
	const struct nlattr *peer = netlink_find(h, sizeof(struct ifinfomsg), IFLA_LINK);

	if (h->nlmsg_type != RTM_NEWLINK || !nsid)
		return MNL_CB_OK;
	if (out->count == NETNS_LINKS_MAX) {
		out->is_cut = true;
		return MNL_CB_OK;
	}
	out->items[out->count++] = (struct netns_link){ .nsid = (int32_t)netlink_u32(nsid, 0),
							.peer = netlink_u32(peer, 0) };
	return MNL_CB_OK;
}

static int ask(const struct nlmsghdr *request, mnl_cb_t take, void *data)
{
	struct mnl_socket *nl = netlink_open(NETLINK_ROUTE, 0);
	int err = nl ? netlink_ask(nl, request, take, data) : -errno;

	if (nl)
		mnl_socket_close(nl);
	return err;
}

int netns_links_list(struct netns_links *out)
{
	_Alignas(8) char buf[64];
	struct nlmsghdr *h = mnl_nlmsg_put_header(buf);

	*out = (struct netns_links){ .count = 0 };
	h->nlmsg_type = RTM_GETLINK;
	h->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	mnl_nlmsg_put_extra_header(h, sizeof(struct ifinfomsg));
	return ask(h, take_link, out);
}

static int take_number(const struct nlmsghdr *h, void *data)
{
	const struct nlattr *nsid = netlink_find(h, sizeof(struct rtgenmsg), NETNSA_NSID);

	if (h->nlmsg_type == RTM_NEWNSID)
		*(int32_t *)data = (int32_t)netlink_u32(nsid, UINT32_MAX);
	return MNL_CB_STOP; /* one is no list */
}

/* The pid in its path may be another's by now. */
static int open_file(const struct namespace *ns)
{
	int fd = open(ns->path, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return -errno;
	if (!fstat(fd, &st) && (uint32_t)st.st_ino == ns->inum)
		return fd;
	close(fd);
	return -ESRCH;
}

int netns_links_number(const struct namespace *ns, int32_t *nsid)
{
	_Alignas(8) char buf[64];
	struct nlmsghdr *h = mnl_nlmsg_put_header(buf);
	int fd = open_file(ns), err;

	if (fd < 0)
		return fd;
	*nsid = NETNSA_NSID_NOT_ASSIGNED;
	h->nlmsg_type = RTM_GETNSID;
	h->nlmsg_flags = NLM_F_REQUEST;
	mnl_nlmsg_put_extra_header(h, sizeof(struct rtgenmsg));
	mnl_attr_put_u32(h, NETNSA_FD, (uint32_t)fd);
	err = ask(h, take_number, nsid);
	close(fd);
	return err ? err : *nsid == NETNSA_NSID_NOT_ASSIGNED ? -ENOENT : 0;
}

static int take_master(const struct nlmsghdr *h, void *data)
{
	*(uint32_t *)data = netlink_u32(netlink_find(h, sizeof(struct ifinfomsg), IFLA_MASTER), 0);
	return MNL_CB_STOP;
}

uint32_t netns_links_master(uint32_t ifindex)
{
	_Alignas(8) char buf[64];
	struct nlmsghdr *h = mnl_nlmsg_put_header(buf);
	struct ifinfomsg *m;
	uint32_t master = 0;

	h->nlmsg_type = RTM_GETLINK;
	h->nlmsg_flags = NLM_F_REQUEST;
	m = mnl_nlmsg_put_extra_header(h, sizeof(*m));
	*m = (struct ifinfomsg){ .ifi_family = AF_UNSPEC, .ifi_index = (int)ifindex };
	return ask(h, take_master, &master) ? 0 : master;
}

/* The kernel shows an owner to who is in it or above it (ns_get_owner()): whom it hides is no
 * user namespace of ours, nor below it. */
int netns_is_foreign(const struct namespace *ns, bool *is_foreign)
{
	int fd = open_file(ns), owner, err;
	struct stat st;

	if (fd < 0)
		return fd;
	owner = ioctl(fd, NS_GET_USERNS);
	err = owner < 0 ? -errno : 0;
	close(fd);
	if (err)
		return err;
	err = fstat(owner, &st) ? -errno : 0;
	close(owner);
	*is_foreign = !err && (uint32_t)st.st_ino != USER_NS_INITIAL;
	return err;
}
