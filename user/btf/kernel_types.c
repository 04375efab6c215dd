// SPDX-License-Identifier: GPL-2.0-only
#include "btf/kernel_types.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "btf/cut.h"

enum { SOURCES_MAX = 8 };

struct source {
	char module[32]; /* "": the kernel */
	void *bytes;
	size_t size;
	struct btf_table table; /* of no types: it could not be read */
	bool is_read;
};

struct kerneltypes {
	struct source sources[SOURCES_MAX]; /* [0] is the kernel */
	size_t count;
};

static int read_all(int fd, char *bytes, size_t size)
{
	size_t done = 0;

	while (done < size) {
		ssize_t got = read(fd, bytes + done, size - done);

		if (got <= 0)
			return got ? -errno : -EIO;
		done += (size_t)got;
	}
	return 0;
}

static int read_source(struct source *source)
{
	int fd, err = -ENOMEM;
	struct stat stat;
	char path[96];

	snprintf(path, sizeof(path), "/sys/kernel/btf/%s",
		 source->module[0] ? source->module : "vmlinux");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (!fstat(fd, &stat) && stat.st_size > 0) {
		source->size = (size_t)stat.st_size;
		source->bytes = malloc(source->size);
	}
	if (source->bytes)
		err = read_all(fd, source->bytes, source->size);
	close(fd);
	return err;
}

static struct btf_table *add_source(struct kerneltypes *types, const char *module)
{
	struct source *source = &types->sources[types->count];
	const struct btf_table *base = types->count ? &types->sources[0].table : NULL;

	if (types->count == SOURCES_MAX)
		return NULL;
	types->count++;
	snprintf(source->module, sizeof(source->module), "%s", module);
	source->is_read = !read_source(source) &&
			  !btf_table_init(&source->table, source->bytes, source->size, base);
	return source->is_read ? &source->table : NULL;
}

struct kerneltypes *kernel_types_read(void)
{
	struct kerneltypes *types = calloc(1, sizeof(*types));

	if (types && add_source(types, ""))
		return types;
	kernel_types_free(types);
	return NULL;
}

void kernel_types_free(struct kerneltypes *types)
{
	if (!types)
		return;
	for (size_t i = 0; i < types->count; i++) {
		btf_table_release(&types->sources[i].table);
		free(types->sources[i].bytes);
	}
	free(types);
}

struct btf_table *kernel_types_of(struct kerneltypes *types, const char *module)
{
	for (size_t i = 0; i < types->count; i++)
		if (!strcmp(types->sources[i].module, module))
			return types->sources[i].is_read ? &types->sources[i].table : NULL;
	return add_source(types, module);
}

static int write_all(int fd, const char *bytes, size_t size)
{
	size_t done = 0;

	while (done < size) {
		ssize_t put = write(fd, bytes + done, size - done);

		if (put < 0)
			return -errno;
		done += (size_t)put;
	}
	return 0;
}

static int cut_out(struct btf_cut *cut, struct kerneltypes *types, const char *const *names,
		   size_t count, int fd)
{
	size_t size = 0;
	void *bytes;
	int err = 0;

	for (size_t i = 0; i < count && !err; i++)
		err = btf_cut_want(cut, names[i]);
	for (size_t i = 0; i < types->count && !err; i++)
		if (types->sources[i].is_read)
			err = btf_cut_take(cut, &types->sources[i].table);
	if (err)
		return err;
	bytes = btf_cut_bytes(cut, &size);
	err = bytes ? write_all(fd, bytes, size) : -ENOMEM;
	free(bytes);
	return err;
}

int kernel_types_cut(struct kerneltypes *types, const char *const *names, size_t count, int fd)
{
	struct btf_cut *cut = btf_cut_new();
	int err = cut ? cut_out(cut, types, names, count, fd) : -ENOMEM;

	btf_cut_free(cut);
	return err;
}
