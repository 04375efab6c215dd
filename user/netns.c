// SPDX-License-Identifier: GPL-2.0-only
#include "netns.h"

#include <errno.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#define NETNS_RUN_DIR "/run/netns/"

/* Any other file has an inode number too. */
static int read_inum(const char *path, uint32_t *inum)
{
	struct statfs fs;
	struct stat st;

	if (stat(path, &st) || statfs(path, &fs))
		return -errno;
	if (fs.f_type != NSFS_MAGIC)
		return -EINVAL;
	*inum = (uint32_t)st.st_ino;
	return 0;
}

int netns_find(const char *text, uint32_t *inum)
{
	char path[512];
	const char *format = NETNS_RUN_DIR "%s";

	if (strchr(text, '/'))
		format = "%s";
	else if (*text && strspn(text, "0123456789") == strlen(text))
		format = "/proc/%s/ns/net";
	if (!*text || snprintf(path, sizeof(path), format, text) >= (int)sizeof(path))
		return -EINVAL;
	return read_inum(path, inum);
}

uint32_t netns_own(void)
{
	uint32_t inum = 0;

	return read_inum("/proc/self/ns/net", &inum) ? 0 : inum;
}
