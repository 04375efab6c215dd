// SPDX-License-Identifier: GPL-2.0-only
#include "exposure/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/array.h"

enum { NAME_BYTES = 256 };

int node_files_open(struct node_files *files, const char *root)
{
	memset(files, 0, sizeof(*files));
	files->is_live = !root;
	snprintf(files->root, sizeof(files->root), "%s", root ? root : "");
	files->root_fd = open(root ? root : "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return files->root_fd < 0 ? -errno : 0;
}

void node_files_close(struct node_files *files)
{
	if (files->root_fd >= 0)
		close(files->root_fd);
	files->root_fd = -1;
}

/* A bundle is somebody else's: its links lead to its own files. A FIFO in it keeps nobody
 * waiting. */
static int open_below(const struct node_files *files, const char *path, int flags)
{
	struct open_how how = { .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS };

	/* With O_PATH openat2() takes no others. */
	flags |= O_CLOEXEC | (flags & O_PATH ? 0 : O_RDONLY | O_NONBLOCK);
	how.flags = (unsigned int)flags;
	if (files->is_live)
		return openat(files->root_fd, path, flags);
	return (int)syscall(SYS_openat2, files->root_fd, path, &how, sizeof(how));
}

/* Absolute paths would leave a descriptor's folder. */
static const char *below(const char *path)
{
	while (*path == '/')
		path++;
	return *path ? path : ".";
}

FILE *node_file_open(const struct node_files *files, const char *path)
{
	int fd = open_below(files, below(path), 0);
	struct stat st;
	FILE *file;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		close(fd);
		errno = EINVAL;
		return NULL;
	}
	file = fdopen(fd, "r");
	if (!file)
		close(fd);
	return file;
}

bool node_file_exists(const struct node_files *files, const char *path)
{
	int fd = open_below(files, below(path), O_PATH);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

bool node_file_is_masked(const struct node_files *files, const char *path)
{
	char target[16];
	ssize_t len = readlinkat(files->root_fd, below(path), target, sizeof(target));
	int fd = open_below(files, below(path), O_PATH);
	struct stat st;
	bool is_masked = len == 9 && !memcmp(target, "/dev/null", 9);

	if (fd >= 0 && !fstat(fd, &st))
		is_masked |= S_ISCHR(st.st_mode) || (S_ISREG(st.st_mode) && !st.st_size);
	if (fd >= 0)
		close(fd);
	return is_masked;
}

bool node_file_read(const struct node_files *files, const char *path, char *out, size_t size)
{
	FILE *file = node_file_open(files, path);
	size_t len = file ? fread(out, 1, size - 1, file) : 0;

	while (len && out[len - 1] == '\n')
		len--;
	out[len] = '\0';
	if (file)
		fclose(file);
	return file != NULL;
}

/* A folder's names, in one piece each. */
struct listed {
	char name[NAME_BYTES];
};

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct listed *)a)->name, ((const struct listed *)b)->name);
}

size_t node_files_list(const struct node_files *files, const char *folder, const char *pattern,
		       node_file_fn take, void *ctx)
{
	int fd = open_below(files, below(folder), O_DIRECTORY);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	struct listed *names = NULL;
	size_t count = 0, size = 0;

	if (fd >= 0 && !dir)
		close(fd);
	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.' || fnmatch(pattern, entry->d_name, 0) != 0 ||
		    !array_reserve(&names, &size, count + 1, sizeof(*names)))
			continue;
		snprintf(names[count++].name, sizeof(names->name), "%s", entry->d_name);
	}
	if (dir)
		closedir(dir);
	if (count)
		qsort(names, count, sizeof(*names), compare);
	for (size_t i = 0; i < count; i++)
		take(ctx, names[i].name);
	free(names);
	return count;
}

struct first {
	char name[NAME_BYTES];
};

static void take_first(void *ctx, const char *name)
{
	struct first *first = ctx;

	if (!first->name[0])
		snprintf(first->name, sizeof(first->name), "%s", name);
}

FILE *node_command_open(const struct node_files *files, const char *const *names,
			struct look_place *place)
{
	for (; *names; names++) {
		const char *last = strrchr(*names, '/');
		char folder[128];
		struct first first = { "" };
		FILE *file;

		snprintf(folder, sizeof(folder), "sos_commands/%.*s",
			 last ? (int)(last - *names) : 0, *names);
		node_files_list(files, folder, last ? last + 1 : *names, take_first, &first);
		if (!first.name[0])
			continue;
		memset(place, 0, sizeof(*place));
		if (snprintf(place->path, sizeof(place->path), "%s/%s", folder, first.name) >=
		    (int)sizeof(place->path))
			continue;
		file = node_file_open(files, place->path);
		if (file)
			return file;
	}
	return NULL;
}
