// SPDX-License-Identifier: GPL-2.0-only
#include "record/recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/capabilities.h"
#include "base/file.h"
#include "base/message.h"
#include "base/number_text.h"
#include "base/writer.h"

struct recorder {
	int fd; /* until the first line; then the file's */
	gzFile file;
	int err;
	bool is_gzip;
	bool is_dirty;
	const char *path;
	struct recorder_parts parts;
	uint32_t part;       /* that is written, from 1 */
	atomic_ullong bytes; /* of it, in the file */
	atomic_uint written; /* the part that `bytes` is of */
	uint32_t put;        /* the part that is put, and how much of it */
	uint64_t put_bytes;
	uint64_t limit_bytes;  /* where there are no parts */
	bool is_over;          /* it was reached */
	struct writer *writer; /* NULL: it is written at once. Else all above are its thread's */
};

static bool is_gzip_name(const char *path)
{
	size_t len = strlen(path);

	return len > 3 && !strcmp(path + len - 3, ".gz");
}

static uint32_t digits_of(uint32_t number)
{
	uint32_t digits = 0;

	for (; number; number /= 10)
		digits++;
	return digits;
}

const char *recorder_part_path(const char *path, const struct recorder_parts *parts, uint32_t part,
			       char out[PART_PATH_BYTES])
{
	uint32_t number = parts->kept ? (part - 1) % parts->kept : part - 1;

	if (!parts->bytes || (!number && !parts->kept))
		snprintf(out, PART_PATH_BYTES, "%s", path);
	else
		snprintf(out, PART_PATH_BYTES, "%s%0*u", path,
			 (int)digits_of(parts->kept ? parts->kept - 1 : 0), number);
	return out;
}

/* ---- how it is written ---- */

/* Between two parts in what is put; JSON has none. */
static const char part_mark = '\0';

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

static int write_text(struct recorder *r, const char *text, size_t len)
{
	if (!len)
		return 0;
	if (!r->file && begin(r))
		return r->err;
	r->is_dirty = true;
	if (gzwrite(r->file, text, (unsigned int)len) <= 0)
		return note_error(r);
	r->bytes = (unsigned long long)gzoffset(r->file);
	return 0;
}

/* It keeps the name of the file at fault out of errors: the next lines are not written. */
static int begin_part(struct recorder *r)
{
	char path[PART_PATH_BYTES];
	int fd;

	errno = 0;
	if (r->file && gzclose(r->file) != Z_OK)
		r->err = errno ? -errno : -EIO;
	r->file = NULL;
	r->is_dirty = false;
	r->fd = -1;
	if (r->err)
		return r->err;
	fd = file_create(recorder_part_path(r->path, &r->parts, ++r->part, path));
	if (fd < 0)
		return r->err = fd;
	r->fd = fd;
	r->bytes = 0;
	r->written = r->part;
	return 0;
}

static int write_lines(void *recorder, const char *text, size_t len)
{
	struct recorder *r = recorder;
	const char *mark;

	while (!r->err && (mark = memchr(text, part_mark, len))) {
		size_t before = (size_t)(mark - text);

		if (!write_text(r, text, before))
			begin_part(r);
		text += before + 1;
		len -= before + 1;
	}
	return r->err ? r->err : write_text(r, text, len);
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
	if (!r->file && r->fd >= 0)
		close(r->fd);
	else if (r->file && gzclose(r->file) != Z_OK && !err)
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

/* Parts are made later, maybe in the folder of another. */
static uint64_t needed_for_parts(const struct recorder *r)
{
	return r->parts.bytes && !file_is_in_own_folder(r->path) ? CAPABILITY(CAP_DAC_OVERRIDE) : 0;
}

struct recorder *recorder_open(const char *path, const struct recorder_parts *parts, bool is_live)
{
	static const struct recorder_parts whole = { 0 };
	static const struct writer_target target = { write_lines, flush, close_file };
	char first[PART_PATH_BYTES];
	int fd = open_path(recorder_part_path(path, parts ? parts : &whole, 1, first));
	struct recorder *r = fd < 0 ? NULL : calloc(1, sizeof(*r));

	if (fd < 0) {
		errno = -fd;
		return NULL;
	}
	if (r) {
		r->fd = fd;
		r->is_gzip = is_gzip_name(path);
		r->path = path;
		r->parts = parts ? *parts : whole;
		r->part = r->put = 1;
		r->limit_bytes = file_is_regular(fd) ? RECORDER_LIMIT_BYTES : UINT64_MAX;
		r->written = 1;
		r->writer =
			is_live ? writer_new(&target, r, WRITER_LIMIT_BYTES, needed_for_parts(r)) :
				  NULL;
	}
	if (r && (r->writer || !is_live))
		return r;
	close(fd);
	free(r);
	errno = ENOMEM;
	return NULL;
}

void recorder_limit(struct recorder *r, uint64_t bytes)
{
	r->limit_bytes = bytes;
}

static bool is_over(struct recorder *r, size_t len)
{
	uint64_t bytes = r->is_gzip ? r->bytes : r->put_bytes;

	if (r->parts.bytes || r->is_over || bytes + len <= r->limit_bytes)
		return r->is_over;
	r->is_over = true;
	message("%s has reached %s bytes: nothing more is recorded; use -C and -W for a longer "
		"recording",
		r->path, NUMBER(r->limit_bytes));
	return true;
}

int recorder_write(struct recorder *r, const char *text, size_t len, bool is_last)
{
	int err;

	if (!is_last && is_over(r, len))
		return -EAGAIN;
	err = r->writer ? writer_put(r->writer, text, len, is_last) : write_lines(r, text, len);

	if (!err)
		r->put_bytes += len;
	return err;
}

/* What was put is what the file will have, but for gzip: of that only the file tells, and
 * while the mark of the next part waits in the queue it is the last part's. */
bool recorder_is_full(const struct recorder *r)
{
	if (!r->parts.bytes)
		return false;
	if (!r->is_gzip)
		return r->put_bytes >= r->parts.bytes;
	return r->written == r->put && r->bytes >= r->parts.bytes;
}

int recorder_next_part(struct recorder *r, const char *end, size_t end_len, const char *begin,
		       size_t begin_len)
{
	size_t len = end_len + 1 + begin_len;
	char *text = malloc(len);
	int err;

	if (!text)
		return -ENOMEM;
	memcpy(text, end, end_len);
	text[end_len] = part_mark;
	memcpy(text + end_len + 1, begin, begin_len);
	err = recorder_write(r, text, len, true);
	free(text);
	if (err)
		return err;
	r->put++;
	r->put_bytes = begin_len;
	return 0;
}

int recorder_flush(struct recorder *r)
{
	return r->writer ? writer_kick(r->writer) : flush(r);
}

bool recorder_has_room(struct recorder *r)
{
	return !r->is_over && (!r->writer || writer_has_room(r->writer));
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
