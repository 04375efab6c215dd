/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files that are written as root, maybe where anybody may put something in the way: a
 * sticky folder that others may write to, as /tmp. There no link is followed that is not
 * of who writes or of the folder's owner, and no file is taken that is not theirs: what
 * fs.protected_symlinks and fs.protected_regular do where they are set.
 */
#ifndef RSTBLAME_BASE_FILE_H
#define RSTBLAME_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>

enum { FILE_PATH_BYTES = 4096 };

/* Opens for writing, makes it where it is not there (0600, less what the umask takes), and
 * leaves what it holds. Close-on-exec. The descriptor, or -errno: -ELOOP for a link that
 * another planted, -EPERM for a file of another, -ETIMEDOUT for a FIFO that nobody opened for
 * reading within 5 s. */
int file_create(const char *path);

/* Whether it would, or -errno; nothing is left behind. What is not a regular file is not tried:
 * who reads it would notice. */
int file_check(const char *path);

/* What a path names can be replaced whole: it is a regular file, or not there. */
bool file_is_replaceable(const char *path);

/* The folder is of who runs this, who may write to it without a capability. */
bool file_is_in_own_folder(const char *path);

/* What an error of file_create() means, and what to use instead. */
const char *file_explain(int err);
const char *file_cure(int err);

bool file_is_regular(int fd);
bool file_is_same(int a, int b);           /* two regular files that are one */
bool file_is_at(int fd, const char *path); /* the same of what a path names */

/* All of it: 0, or -errno. */
int file_write(int fd, const char *text, size_t len);

/* A file beside another, whose name it takes once it is whole. */
struct file_aside {
	char path[FILE_PATH_BYTES], name[FILE_PATH_BYTES];
};

/* The descriptor (0600), or -errno: what `path` names stays as it is. */
int file_aside_open(struct file_aside *aside, const char *path);

/* Puts it in the place of the other, or removes it. 0, or -1 and errno. */
int file_aside_close(struct file_aside *aside, bool is_whole);

#endif
