// SPDX-License-Identifier: GPL-2.0-only
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

enum { FILE_MODE = 0600, WRITE_FLAGS = O_WRONLY | O_CLOEXEC | O_NOCTTY };

/* How long a FIFO is waited for that nobody reads yet, and how often it is tried. */
#define FIFO_WAIT_NS (5 * NSEC_PER_SEC)
#define FIFO_LOOK_NS (20 * NSEC_PER_MSEC)

static bool is_open_to_others(const struct stat *folder)
{
	return (folder->st_mode & S_ISVTX) && (folder->st_mode & (S_IWOTH | S_IWGRP));
}

/* Of who writes, or of the owner of the folder that it is in. */
static bool is_trusted(const struct stat *st, const struct stat *folder)
{
	return st->st_uid == geteuid() || st->st_uid == folder->st_uid;
}

/* The folder that the last part of `path` is in, entered part by part: a link on the way
 * counts as one at its end. The descriptor (O_PATH), or -errno. */
static int enter_folder(const char *path, const char **last)
{
	int fd = open(*path == '/' ? "/" : ".", O_PATH | O_DIRECTORY | O_CLOEXEC), next;
	char part[NAME_MAX + 1];
	struct stat folder, st;
	size_t len;

	if (fd < 0)
		return -errno;
	for (; fd >= 0; fd = next) {
		path += strspn(path, "/");
		len = strcspn(path, "/");
		if (!path[len] || !path[len + strspn(path + len, "/")]) {
			*last = path;
			return fd;
		}
		next = -ENAMETOOLONG;
		if (len < sizeof(part)) {
			memcpy(part, path, len);
			part[len] = '\0';
			if (!fstat(fd, &folder) && is_open_to_others(&folder) &&
			    !fstatat(fd, part, &st, AT_SYMLINK_NOFOLLOW) && S_ISLNK(st.st_mode) &&
			    !is_trusted(&st, &folder))
				next = -ELOOP;
			else if ((next = openat(fd, part, O_PATH | O_DIRECTORY | O_CLOEXEC)) < 0)
				next = -errno;
		}
		close(fd);
		path += len;
	}
	return fd;
}

static bool is_fifo(int folder_fd, const char *name)
{
	struct stat st;

	return !fstatat(folder_fd, name, &st, 0) && S_ISFIFO(st.st_mode);
}

/* Without waiting for ever: a FIFO opens once it is read. Writing waits as usual. */
static int open_bounded(int folder_fd, const char *name, int flags)
{
	struct timespec pause = { .tv_nsec = FIFO_LOOK_NS };
	uint64_t give_up_ns = clock_mono_ns() + FIFO_WAIT_NS;
	int fd, err;

	while ((fd = openat(folder_fd, name, WRITE_FLAGS | O_NONBLOCK | flags, FILE_MODE)) < 0) {
		err = -errno;
		if (err != -ENXIO || !is_fifo(folder_fd, name))
			return err;
		if (clock_mono_ns() >= give_up_ns)
			return -ETIMEDOUT;
		nanosleep(&pause, NULL);
	}
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
	return fd;
}

/* What is there already, where others could have put it. */
static int open_shared(int folder_fd, const char *name, const struct stat *folder)
{
	int fd = openat(folder_fd, name, WRITE_FLAGS | O_NOFOLLOW | O_NONBLOCK);
	struct stat st;

	if (fd < 0 && errno == ELOOP && !fstatat(folder_fd, name, &st, AT_SYMLINK_NOFOLLOW) &&
	    is_trusted(&st, folder))
		fd = open_bounded(folder_fd, name, 0);
	else if (fd < 0 && errno == ENXIO && !fstatat(folder_fd, name, &st, AT_SYMLINK_NOFOLLOW) &&
		 S_ISFIFO(st.st_mode) && is_trusted(&st, folder))
		fd = open_bounded(folder_fd, name, O_NOFOLLOW);
	else if (fd < 0)
		fd = -errno;
	if (fd < 0)
		return fd;
	/* A second name of one's own file is planted as easily as a link. */
	if (fstat(fd, &st) || ((S_ISREG(st.st_mode) || S_ISFIFO(st.st_mode)) &&
			       (!is_trusted(&st, folder) || st.st_nlink > 1))) {
		close(fd);
		return -EPERM;
	}
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
	return fd;
}

int file_create(const char *path)
{
	const char *name = path;
	struct stat folder;
	int folder_fd, fd;

	if (!*path)
		return -ENOENT;
	folder_fd = enter_folder(path, &name);
	if (folder_fd < 0)
		return folder_fd;
	fd = openat(folder_fd, name, WRITE_FLAGS | O_CREAT | O_EXCL, FILE_MODE);
	if (fd < 0)
		fd = -errno;
	if (fd == -EEXIST && !fstat(folder_fd, &folder) && is_open_to_others(&folder)) {
		fd = open_shared(folder_fd, name, &folder);
	} else if (fd == -EEXIST) {
		/* O_CREAT again: it may be a link to what is not there yet. */
		fd = open_bounded(folder_fd, name, O_CREAT);
	}
	close(folder_fd);
	return fd;
}

int file_check(const char *path)
{
	struct stat st;
	bool is_new = lstat(path, &st) && errno == ENOENT;
	int fd;

	if (!stat(path, &st) && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
		return 0; /* who reads it would notice */
	fd = file_create(path);
	if (fd < 0)
		return fd;
	close(fd);
	if (is_new)
		unlink(path);
	return 0;
}

bool file_is_replaceable(const char *path)
{
	struct stat st;

	return stat(path, &st) || S_ISREG(st.st_mode);
}

bool file_is_in_own_folder(const char *path)
{
	const char *name;
	struct stat folder;
	int fd = enter_folder(path, &name);
	bool is_own = fd >= 0 && !fstat(fd, &folder) && folder.st_uid == geteuid() &&
		      (folder.st_mode & S_IWUSR);

	if (fd >= 0)
		close(fd);
	return is_own;
}

const char *file_explain(int err)
{
	return err == ETIMEDOUT ?
		       "no one has opened this FIFO for reading in 5 s" :
	       err == ELOOP ?
		       "another user's link is in the way, in a folder that others may write to" :
	       err == EPERM ? "it is another user's, or has a second name, in a folder that others "
			      "may write to" :
			      strerror(err);
}

const char *file_cure(int err)
{
	return err == ELOOP || err == EPERM ? "a folder of your own" :
	       err == ETIMEDOUT             ? "a FIFO that is read" :
					      "a writable path";
}

bool file_is_regular(int fd)
{
	struct stat st;

	return !fstat(fd, &st) && S_ISREG(st.st_mode);
}

bool file_is_same(int a, int b)
{
	struct stat x, y;

	return !fstat(a, &x) && !fstat(b, &y) && S_ISREG(x.st_mode) && x.st_dev == y.st_dev &&
	       x.st_ino == y.st_ino;
}

bool file_is_at(int fd, const char *path)
{
	struct stat x, y;

	return !fstat(fd, &x) && !stat(path, &y) && S_ISREG(x.st_mode) && x.st_dev == y.st_dev &&
	       x.st_ino == y.st_ino;
}

int file_write(int fd, const char *text, size_t len)
{
	while (len) {
		ssize_t done = write(fd, text, len);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return done ? -errno : -EIO;
		text += done;
		len -= (size_t)done;
	}
	return 0;
}

int file_aside_open(struct file_aside *a, const char *path)
{
	char *real = realpath(path, a->name); /* a link stays one */
	int fd;

	if (!real)
		return -errno;
	if (snprintf(a->path, sizeof(a->path), "%s.XXXXXX", a->name) >= (int)sizeof(a->path))
		return -ENAMETOOLONG;
	fd = mkostemp(a->path, O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int file_aside_close(struct file_aside *a, bool is_whole)
{
	int err;

	if (is_whole && !rename(a->path, a->name))
		return 0;
	err = errno;
	unlink(a->path);
	errno = err;
	return is_whole ? -1 : 0;
}
