// SPDX-License-Identifier: GPL-2.0-only
#include "node/kernel_file.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

/* Asked for by name, a file system that is not there is looked for among the modules. */
static bool is_known(const char *type)
{
	FILE *file = fopen("/proc/filesystems", "re");
	char line[64], wanted[64];
	bool is_there = false;

	snprintf(wanted, sizeof(wanted), "\t%s\n", type);
	while (file && !is_there && fgets(line, sizeof(line), file))
		is_there = strstr(line, wanted) != NULL;
	if (file)
		fclose(file);
	return is_there;
}

/* A mount without a place, in no namespace; the open file keeps it until it is closed. */
static int open_unmounted(const char *type, const char *path)
{
	int fs, mount = -1, fd = -1;

	if (!is_known(type))
		return -1;
	fs = fsopen(type, FSOPEN_CLOEXEC);
	if (fs >= 0 && !fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		mount = fsmount(fs, FSMOUNT_CLOEXEC, MOUNT_ATTR_RDONLY);
	if (mount >= 0)
		fd = openat(mount, path, O_RDONLY | O_CLOEXEC);
	if (mount >= 0)
		close(mount);
	if (fs >= 0)
		close(fs);
	return fd;
}

int kernel_file_open(const char *type, const char *place, const char *path)
{
	char mounted[128];
	int fd;

	snprintf(mounted, sizeof(mounted), "%s/%s", place, path);
	fd = open(mounted, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? open_unmounted(type, path) : fd;
}
