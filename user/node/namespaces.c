// SPDX-License-Identifier: GPL-2.0-only
#include "node/namespaces.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "node/netlink.h"
#include "node/privilege.h"

enum { NAMESPACES_MAX = 16384, DUMP_TRIES = 3 };
/* As the kernel has it in each namespace (LOOPBACK_IFINDEX). */
enum { LOOPBACK_IFINDEX = 1 };

/* Where names are bind mounts. Docker's are ids of sandboxes: no names for people. */
static const struct {
	const char *path;
	bool has_names;
} directories[] = {
	{ "/run/netns", true },
	{ "/run/docker/netns", false },
};

void namespaces_release(struct namespaces *ns)
{
	free(ns->items);
	memset(ns, 0, sizeof(*ns));
}

/* Where `inum` is, or would have to be. */
static size_t position(const struct namespaces *ns, uint32_t inum)
{
	size_t low = 0, high = ns->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (ns->items[middle].inum < inum)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct namespace *namespaces_find(const struct namespaces *ns, uint32_t inum)
{
	size_t at = position(ns, inum);

	return at < ns->count && ns->items[at].inum == inum ? &ns->items[at] : NULL;
}

static struct namespace *insert(struct namespaces *ns, size_t at)
{
	if (ns->count == NAMESPACES_MAX ||
	    !array_reserve(&ns->items, &ns->size, ns->count + 1, sizeof(*ns->items))) {
		ns->is_cut = true;
		return NULL;
	}
	memmove(&ns->items[at + 1], &ns->items[at], (ns->count - at) * sizeof(*ns->items));
	ns->count++;
	memset(&ns->items[at], 0, sizeof(ns->items[at]));
	return &ns->items[at];
}

static void add(struct namespaces *ns, dev_t nsfs, const char *path, const char *name)
{
	struct namespace *item;
	struct stat st;
	size_t at;

	if (stat(path, &st)) {
		ns->is_denied |= errno == EACCES || errno == EPERM;
		return; /* else it is gone */
	}
	if (st.st_dev != nsfs)
		return; /* a file that only lies there */
	at = position(ns, (uint32_t)st.st_ino);
	if (at < ns->count && ns->items[at].inum == st.st_ino)
		return; /* the first path wins: a name lasts longer than a process */
	item = insert(ns, at);
	if (!item)
		return;
	item->inum = (uint32_t)st.st_ino;
	snprintf(item->path, sizeof(item->path), "%s", path);
	snprintf(item->name, sizeof(item->name), "%s", name);
}

static void scan_named(struct namespaces *ns, dev_t nsfs)
{
	char path[sizeof(ns->items->path)];

	for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]); i++) {
		DIR *dir = opendir(directories[i].path);
		const struct dirent *entry;

		while (dir && (entry = readdir(dir)))
			if (entry->d_name[0] != '.' &&
			    snprintf(path, sizeof(path), "%s/%s", directories[i].path,
				     entry->d_name) < (int)sizeof(path))
				add(ns, nsfs, path, directories[i].has_names ? entry->d_name : "");
		if (dir)
			closedir(dir);
	}
}

int namespaces_scan(struct namespaces *ns)
{
	const struct dirent *entry;
	struct stat own;
	char path[64], why[256];
	DIR *proc;

	ns->count = 0;
	ns->is_cut = false;
	/* Where /proc hides them, none is denied. */
	ns->is_denied = !privilege_sees_processes(why, sizeof(why));
	if (stat("/proc/self/ns/net", &own))
		return -errno;
	proc = opendir("/proc");
	if (!proc)
		return -errno;
	scan_named(ns, own.st_dev);
	add(ns, own.st_dev, "/proc/self/ns/net", "");
	while ((entry = readdir(proc))) {
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		snprintf(path, sizeof(path), "/proc/%.16s/ns/net", entry->d_name);
		add(ns, own.st_dev, path, "");
	}
	closedir(proc);
	return 0;
}

struct found_address {
	struct address address;
	uint8_t family;
};

struct listing {
	struct found_address *items;
	size_t count, size;
};

static int take_address(const struct nlmsghdr *message, void *data)
{
	struct listing *l = data;
	const struct ifaddrmsg *m = mnl_nlmsg_get_payload(message);
	const struct nlattr *attr;
	struct address address = { { 0 } };
	size_t len;

	if (message->nlmsg_type != RTM_NEWADDR || mnl_nlmsg_get_payload_len(message) < sizeof(*m) ||
	    m->ifa_index == LOOPBACK_IFINDEX ||
	    (m->ifa_family != AF_INET && m->ifa_family != AF_INET6))
		return MNL_CB_OK;
	len = m->ifa_family == AF_INET ? 4 : 16;
	attr = netlink_find(message, sizeof(*m), IFA_LOCAL); /* IFA_ADDRESS is the peer's there */
	if (!attr)
		attr = netlink_find(message, sizeof(*m), IFA_ADDRESS);
	if (!attr || mnl_attr_get_payload_len(attr) != len)
		return MNL_CB_OK;
	memcpy(address.bytes, mnl_attr_get_payload(attr), len);
	if (!array_reserve(&l->items, &l->size, l->count + 1, sizeof(*l->items))) {
		errno = ENOMEM;
		return MNL_CB_ERROR;
	}
	l->items[l->count++] = (struct found_address){ address, m->ifa_family };
	return MNL_CB_OK;
}

static int list_addresses(struct listing *listing)
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
	listing->count = 0;
	err = netlink_ask(nl, request, take_address, listing);
	mnl_socket_close(nl);
	return err;
}

/* Not by getifaddrs(), which takes 367 ms for 20,000 addresses. */
int namespace_addresses(namespace_address_fn take, void *ctx)
{
	struct listing listing = { 0 };
	int err = -EINTR;

	for (int i = 0; i < DUMP_TRIES && err == -EINTR; i++) /* they changed meanwhile */
		err = list_addresses(&listing);
	for (size_t i = 0; !err && i < listing.count; i++)
		take(ctx, listing.items[i].family, &listing.items[i].address);
	free(listing.items);
	return err;
}

int namespace_remember(void)
{
	int fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int namespace_return(int fd)
{
	return setns(fd, CLONE_NEWNET) ? -errno : 0;
}

int namespace_enter(const struct namespace *ns)
{
	int fd = open(ns->path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	int err = 0;

	if (fd < 0)
		return -errno;
	/* The pid may be another's by now. */
	if (fstat(fd, &st) || (uint32_t)st.st_ino != ns->inum)
		err = -ESRCH;
	else if (setns(fd, CLONE_NEWNET))
		err = -errno;
	close(fd);
	return err;
}
