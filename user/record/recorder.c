// SPDX-License-Identifier: GPL-2.0-only
#include "record/recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

struct recorder {
	int fd; /* until the first line; then the file's */
	gzFile file;
	int err;
	bool is_gzip;
	bool is_dirty;
};

static bool is_gzip_name(const char *path)
{
	size_t len = strlen(path);

	return len > 3 && !strcmp(path + len - 3, ".gz");
}

struct recorder *recorder_open(const char *path)
{
	int fd = strcmp(path, "-") ? open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644) :
				     fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
	struct recorder *r;

	if (fd < 0)
		return NULL;
	r = calloc(1, sizeof(*r));
	if (!r) {
		close(fd);
		errno = ENOMEM;
		return NULL;
	}
	r->fd = fd;
	r->is_gzip = is_gzip_name(path);
	return r;
}

/* What the file held goes only when there is something to hold instead: a run
 * that could not observe must not cost an earlier recording. */
static int begin(struct recorder *r)
{
	struct stat st;

	if (fstat(r->fd, &st) || (S_ISREG(st.st_mode) && ftruncate(r->fd, 0)))
		return r->err = -errno;
	/* "T" writes through without compression. */
	r->file = gzdopen(r->fd, r->is_gzip ? "wb6" : "wbT");
	return r->file ? 0 : (r->err = -ENOMEM);
}

static int note_error(struct recorder *r)
{
	int code = Z_OK;

	gzerror(r->file, &code);
	if (code != Z_OK && !r->err)
		r->err = code == Z_ERRNO && errno ? -errno : -EIO;
	return r->err;
}

int recorder_write(struct recorder *r, const char *text, size_t len)
{
	if (r->err || (!r->file && begin(r)))
		return r->err;
	r->is_dirty = true;
	if (gzwrite(r->file, text, (unsigned int)len) > 0)
		return 0;
	return note_error(r);
}

int recorder_flush(struct recorder *r)
{
	if (!r->err && r->is_dirty && gzflush(r->file, Z_SYNC_FLUSH) != Z_OK)
		note_error(r);
	r->is_dirty = false;
	return r->err;
}

int recorder_close(struct recorder *r)
{
	int err;

	if (!r)
		return 0;
	err = recorder_flush(r);
	errno = 0;
	if (!r->file)
		close(r->fd);
	else if (gzclose(r->file) != Z_OK && !err)
		err = errno ? -errno : -EIO;
	free(r);
	return err;
}
