// SPDX-License-Identifier: GPL-2.0-only
#include "node/netns.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

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

static int open_if(const char *path, uint32_t inum)
{
	uint32_t got;

	return !read_inum(path, &got) && got == inum ? open(path, O_RDONLY | O_CLOEXEC) : -1;
}

/* The first entry of a directory whose namespace it is: an open file, or -1. */
static int search(const char *dir, bool (*is_candidate)(const char *name), const char *suffix,
		  uint32_t inum)
{
	DIR *stream = opendir(dir);
	const struct dirent *entry;
	char path[512];
	int fd = -1;

	while (stream && fd < 0 && (entry = readdir(stream)))
		if (is_candidate(entry->d_name) &&
		    snprintf(path, sizeof(path), "%s%s%s", dir, entry->d_name, suffix) <
			    (int)sizeof(path))
			fd = open_if(path, inum);
	if (stream)
		closedir(stream);
	return fd;
}

static bool is_name(const char *name)
{
	return name[0] != '.';
}

static bool is_pid(const char *name)
{
	return isdigit((unsigned char)name[0]);
}

void netns_name(uint32_t inum, char *name, size_t size)
{
	DIR *stream = opendir(NETNS_RUN_DIR);
	const struct dirent *entry;
	char path[512];
	uint32_t got;

	name[0] = '\0';
	while (stream && !name[0] && (entry = readdir(stream)))
		if (is_name(entry->d_name) &&
		    snprintf(path, sizeof(path), NETNS_RUN_DIR "%s", entry->d_name) <
			    (int)sizeof(path) &&
		    !read_inum(path, &got) && got == inum)
			snprintf(name, size, "%s", entry->d_name);
	if (stream)
		closedir(stream);
}

static int open_netns(uint32_t inum)
{
	int fd = open_if("/proc/self/ns/net", inum);

	if (fd < 0)
		fd = search(NETNS_RUN_DIR, is_name, "", inum);
	if (fd < 0)
		fd = search("/proc/", is_pid, "/ns/net", inum);
	return fd < 0 ? -ESRCH : fd;
}

int netns_enter(uint32_t inum)
{
	int own, there = open_netns(inum);

	if (there < 0)
		return there;
	own = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	if (own < 0 || setns(there, CLONE_NEWNET)) {
		int err = -errno;

		close(there);
		if (own >= 0)
			close(own);
		return err;
	}
	close(there);
	return own;
}

int netns_leave(int entered)
{
	int err = setns(entered, CLONE_NEWNET) ? -errno : 0;

	close(entered);
	return err;
}
