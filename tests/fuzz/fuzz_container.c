// SPDX-License-Identifier: GPL-2.0-only
/* The files that a container's runtime leaves on the machine, of whoever could write them.
 * The first byte says which of them; the rest is its text. */
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/utf8.h"
#include "model/observation.h"
#include "node/container.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const char *const files[] = {
	"/var/lib/docker/containers/" ID "/config.v2.json",
	"/run/containerd/io.containerd.runtime.v2.task/k8s.io/" ID "/config.json",
	"/run/containers/storage/overlay-containers/" ID "/userdata/config.json",
	"/var/lib/containers/storage/overlay-containers/containers.json",
};
enum { FILES = sizeof(files) / sizeof(files[0]), PATH_BYTES = 512 };

static char root[64];

static void remove_root(void)
{
	char command[96];

	snprintf(command, sizeof(command), "rm -rf '%s'", root);
	if (system(command))
		perror(root);
}

static void make_root(void)
{
	char path[PATH_BYTES];

	snprintf(root, sizeof(root), "%s/rstblame-fuzz-XXXXXX",
		 access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm");
	if (!mkdtemp(root))
		abort();
	atexit(remove_root);
	for (size_t i = 0; i < FILES; i++) {
		snprintf(path, sizeof(path), "%s%s", root, files[i]);
		for (char *slash = path + strlen(root) + 1; (slash = strchr(slash, '/')); slash++) {
			*slash = '\0';
			mkdir(path, 0700);
			*slash = '/';
		}
	}
}

static void write_file(const char *path, const uint8_t *data, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	close(fd);
}

/* It is text, and commands no terminal. */
static void check_name(const char *text, size_t size)
{
	if (strnlen(text, size) == size)
		abort();
	for (; *text; text += utf8_length(text))
		if (!utf8_length(text) || (unsigned char)*text < 0x20 ||
		    utf8_is_hidden(utf8_decode(text, utf8_length(text))))
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct actor actor = { .pid = 1, .container = ID };
	char path[PATH_BYTES];

	if (!size)
		return 0;
	if (!root[0])
		make_root();
	snprintf(path, sizeof(path), "%s%s", root, files[data[0] % FILES]);
	write_file(path, data + 1, size - 1);
	container_name(root, &actor);
	check_name(actor.container_name, sizeof(actor.container_name));
	check_name(actor.pod, sizeof(actor.pod));
	unlink(path);
	return 0;
}
