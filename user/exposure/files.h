/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A node's files: those of this machine, or of what was brought here from another, an
 * unpacked sosreport or a mounted image. Paths are the node's own, from its root; nothing
 * outside of that root is ever opened, whatever links it holds.
 */
#ifndef RSTBLAME_EXPOSURE_FILES_H
#define RSTBLAME_EXPOSURE_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "exposure/look.h"

struct socket_walk;

struct node_files {
	int root_fd;
	bool is_live; /* this machine itself: what is not in files is asked of the kernel */
	char root[LOOK_PATH_BYTES];     /* as it was given; "" live */
	const struct socket_walk *walk; /* live: over all sockets at once; NULL: none can be had */
};

/* `root` NULL: this machine. 0, or -errno. */
int node_files_open(struct node_files *files, const char *root);
void node_files_close(struct node_files *files);

/* Opens for reading; regular files only. NULL and errno. */
FILE *node_file_open(const struct node_files *files, const char *path);

bool node_file_exists(const struct node_files *files, const char *path);

/* It is there and says nothing: empty, or a link to /dev/null. */
bool node_file_is_masked(const struct node_files *files, const char *path);

/* All of a small file, cut at `size` - 1, without the newline at its end. False: it cannot be
 * read, and `out` is "". */
bool node_file_read(const struct node_files *files, const char *path, char *out, size_t size);

/* Hands out the names in a folder that match the pattern of fnmatch(), sorted as bytes. The
 * number of them. */
typedef void (*node_file_fn)(void *ctx, const char *name);
size_t node_files_list(const struct node_files *files, const char *folder, const char *pattern,
		       node_file_fn take, void *ctx);

/* Opens the first of those outputs of commands that a bundle has ("networking/ip_-d_address",
 * below sos_commands/; a pattern of fnmatch() may be the last part); `place` is which. NULL: it
 * has none of them. `names` ends with NULL. */
FILE *node_command_open(const struct node_files *files, const char *const *names,
			struct look_place *place);

#endif
