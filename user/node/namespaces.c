// SPDX-License-Identifier: GPL-2.0-only
#include "node/namespaces.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "node/privilege.h"

enum { NAMESPACES_MAX = 16384 };

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

int namespace_addresses(namespace_address_fn take, void *ctx)
{
	struct ifaddrs *all;

	if (getifaddrs(&all))
		return -errno;
	for (const struct ifaddrs *i = all; i; i = i->ifa_next) {
		struct address address = { { 0 } };
		int family = i->ifa_addr ? i->ifa_addr->sa_family : AF_UNSPEC;

		if (i->ifa_flags & IFF_LOOPBACK)
			continue;
		if (family == AF_INET)
			memcpy(address.bytes, &((struct sockaddr_in *)i->ifa_addr)->sin_addr, 4);
		else if (family == AF_INET6)
			memcpy(address.bytes, &((struct sockaddr_in6 *)i->ifa_addr)->sin6_addr, 16);
		else
			continue;
		take(ctx, (uint8_t)family, &address);
	}
	freeifaddrs(all);
	return 0;
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
