// SPDX-License-Identifier: GPL-2.0-only
#include "record/recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/file.h"
#include "base/writer.h"

struct recorder {
	int fd; /* until the first line; then the file's */
	gzFile file;
	int err;
	bool is_gzip;
	bool is_dirty;
	struct writer *writer; /* NULL: it is written at once. Else all above are its thread's */
};

static bool is_gzip_name(const char *path)
{
	size_t len = strlen(path);

	return len > 3 && !strcmp(path + len - 3, ".gz");
}

/* ---- how it is written ---- */

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

static int write_lines(void *recorder, const char *text, size_t len)
{
	struct recorder *r = recorder;

	if (r->err || (!r->file && begin(r)))
		return r->err;
	r->is_dirty = true;
	if (gzwrite(r->file, text, (unsigned int)len) > 0)
		return 0;
	return note_error(r);
}

static int flush(void *recorder)
{
	struct recorder *r = recorder;

	if (!r->err && r->is_dirty && gzflush(r->file, Z_SYNC_FLUSH) != Z_OK)
		note_error(r);
	r->is_dirty = false;
	return r->err;
}

static int close_file(void *recorder)
{
	struct recorder *r = recorder;
	int err = flush(r);

	errno = 0;
	if (!r->file)
		close(r->fd);
	else if (gzclose(r->file) != Z_OK && !err)
		err = errno ? -errno : -EIO;
	return err;
}

/* ---- by whom ---- */

static int open_path(const char *path)
{
	int fd;

	if (strcmp(path, "-") != 0)
		return file_create(path);
	fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
	return fd < 0 ? -errno : fd;
}

struct recorder *recorder_open(const char *path, bool is_live)
{
	static const struct writer_target target = { write_lines, flush, close_file };
	int fd = open_path(path);
	struct recorder *r = fd < 0 ? NULL : calloc(1, sizeof(*r));

	if (fd < 0) {
		errno = -fd;
		return NULL;
	}
	if (r) {
		r->fd = fd;
		r->is_gzip = is_gzip_name(path);
		r->writer = is_live ? writer_new(&target, r, WRITER_LIMIT_BYTES) : NULL;
	}
	if (r && (r->writer || !is_live))
		return r;
	close(fd);
	free(r);
	errno = ENOMEM;
	return NULL;
}

int recorder_write(struct recorder *r, const char *text, size_t len, bool is_last)
{
	return r->writer ? writer_put(r->writer, text, len, is_last) : write_lines(r, text, len);
}

int recorder_flush(struct recorder *r)
{
	return r->writer ? writer_kick(r->writer) : flush(r);
}

bool recorder_has_room(struct recorder *r)
{
	return !r->writer || writer_has_room(r->writer);
}

int recorder_file_fd(const struct recorder *r)
{
	return r->fd;
}

int recorder_fd(const struct recorder *r)
{
	return r->writer ? writer_fd(r->writer) : -1;
}

int recorder_close(struct recorder *r, uint64_t patience_ns, const volatile sig_atomic_t *hurry)
{
	int err;

	if (!r)
		return 0;
	err = r->writer ? writer_close(r->writer, patience_ns, hurry) : close_file(r);
	if (err != -ETIMEDOUT) /* its thread has it */
		free(r);
	return err;
}
