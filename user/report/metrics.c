// SPDX-License-Identifier: GPL-2.0-only
#include "report/metrics.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/message.h"

/* node_exporter reads "*.prom" only, and may be another user. */
static int open_beside(const char *path, char temporary[PATH_MAX], struct output *output)
{
	const char *slash = strrchr(path, '/');
	int folder = slash ? (int)(slash + 1 - path) : 0, fd = -1;

	if (snprintf(temporary, PATH_MAX, "%.*s.%s.XXXXXX", folder, path, path + folder) < PATH_MAX)
		fd = mkstemp(temporary);
	else
		errno = ENAMETOOLONG;
	if (fd < 0)
		return -1;
	output_init(output);
	output->name = path;
	output->fd = fd;
	if (!fchmod(fd, 0644))
		return 0;
	close(fd);
	unlink(temporary);
	return -1;
}

int metrics_write(const char *path, const struct options *options, const struct summary *t,
		  const struct finding *last, enum status status)
{
	char temporary[PATH_MAX];
	struct output output;
	void *rendering;
	int err;

	if (open_beside(path, temporary, &output)) {
		message("cannot write %s: %s; use a writable path for --metrics", path,
			strerror(errno));
		return -1;
	}
	rendering = prom_renderer.begin(options, &output);
	if (rendering)
		prom_renderer.summary(rendering, t, last, status);
	output_commit(&output, true);
	err = !rendering;
	prom_renderer.end(rendering);
	err |= output_close(&output, 0, NULL);
	if (!err && rename(temporary, path)) {
		message("cannot write %s: %s", path, strerror(errno));
		err = 1;
	}
	if (err)
		unlink(temporary);
	return err ? -1 : 0;
}
