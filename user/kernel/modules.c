// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/modules.h"

#include <errno.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The kernel's own; udev sends to group 2. */
enum { KERNEL_GROUP = 1, UEVENT_BYTES = 4096 };

int modules_watch(void)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = KERNEL_GROUP };
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
			NETLINK_KOBJECT_UEVENT);

	if (fd < 0)
		return -errno;
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address))) {
		int err = -errno;

		close(fd);
		return err;
	}
	return fd;
}

bool module_event_parse(const char *text, struct module_event *out)
{
	static const struct {
		const char *prefix;
		bool has_come;
	} kinds[] = { { "add@/module/", true }, { "remove@/module/", false } };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		size_t len = strlen(kinds[i].prefix);

		if (strncmp(text, kinds[i].prefix, len) != 0)
			continue;
		out->has_come = kinds[i].has_come;
		return snprintf(out->name, sizeof(out->name), "%s", text + len) <
		       (int)sizeof(out->name);
	}
	return false;
}

int modules_next(int fd, struct module_event *out)
{
	char buf[UEVENT_BYTES];
	struct sockaddr_nl from;
	socklen_t size = sizeof(from);
	ssize_t len;

	while ((len = recvfrom(fd, buf, sizeof(buf) - 1, 0, (struct sockaddr *)&from, &size)) > 0) {
		buf[len] = '\0';
		/* Any process may send to us; only the kernel is port 0. */
		if (!from.nl_pid && module_event_parse(buf, out))
			return 1;
		size = sizeof(from);
	}
	return 0;
}

bool module_is_live(const char *name)
{
	char path[MODULE_NAME_BYTES + 32], state[16] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/sys/module/%s/initstate", name);
	file = fopen(path, "re");
	if (!file)
		return false;
	if (!fgets(state, sizeof(state), file))
		state[0] = '\0';
	fclose(file);
	return !strcmp(state, "live\n");
}
