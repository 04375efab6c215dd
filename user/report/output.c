// SPDX-License-Identifier: GPL-2.0-only
#include "report/output.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/message.h"
#include "base/number_text.h"
#include "base/writer.h"

enum { COLUMNS_DEFAULT = 100, COLUMNS_MIN = 40, PENDING_BYTES = 4096 };

void output_init(struct output *o)
{
	*o = (struct output){ .fd = STDOUT_FILENO, .name = "stdout" };
}

int output_open(struct output *o, const char *path, const char *option, bool is_whole_file,
		char *why, size_t size)
{
	/* Truncated only when there is something to write. */
	int fd = file_create(path);

	if (fd < 0) {
		snprintf(why, size, "cannot write %.200s: %s; use %s for %s", path,
			 file_explain(-fd), file_cure(-fd), option);
		return -1;
	}
	o->fd = fd;
	o->name = path;
	o->limit_bytes = file_is_regular(fd) ? OUTPUT_LIMIT_BYTES : 0;
	o->is_whole_file = is_whole_file && file_is_regular(fd);
	return 0;
}

/* ---- what is printed is gathered ---- */

static bool gather(struct output *o, const char *text, size_t len)
{
	size_t size = o->size ? o->size : PENDING_BYTES;
	char *pending;

	while (size - o->len < len)
		size *= 2;
	if (size != o->size) {
		pending = realloc(o->pending, size);
		if (!pending)
			return false;
		o->pending = pending;
		o->size = size;
	}
	memcpy(o->pending + o->len, text, len);
	o->len += len;
	return true;
}

static ssize_t print(void *output, const char *text, size_t len)
{
	return gather(output, text, len) ? (ssize_t)len : 0;
}

static int write_to(void *fd, const char *text, size_t len)
{
	return file_write(*(int *)fd, text, len);
}

static int close_fd(void *fd)
{
	return *(int *)fd == STDOUT_FILENO || !close(*(int *)fd) ? 0 : -errno;
}

int output_start(struct output *o, bool is_live)
{
	static const struct writer_target target = { .write = write_to, .close = close_fd };
	static const cookie_io_functions_t printing = { .write = print };

	o->file = fopencookie(o, "w", printing);
	if (o->file && is_live && (o->writer_fd = malloc(sizeof(*o->writer_fd)))) {
		*o->writer_fd = o->fd;
		o->writer = writer_new(&target, o->writer_fd, WRITER_LIMIT_BYTES, 0);
	}
	return o->file && (o->writer || !is_live) ? 0 : -1;
}

void output_begin(struct output *o)
{
	struct stat st;
	int fd;

	if (o->has_begun || o->has_failed)
		return;
	o->has_begun = true;
	if (o->fd == STDOUT_FILENO || fstat(o->fd, &st) || !S_ISREG(st.st_mode))
		return;
	if (o->is_whole_file) {
		fd = file_aside_open(&o->aside, o->name);
		if (fd >= 0) {
			close(o->fd);
			o->fd = fd;
			if (o->writer_fd) /* nothing was put yet */
				*o->writer_fd = fd;
			return;
		}
		o->is_whole_file = false; /* no right to make another there */
	}
	if (ftruncate(o->fd, 0))
		message("cannot empty %s: %s", o->name, strerror(errno));
}

static void fail(struct output *o, int err)
{
	if (o->has_failed)
		return;
	o->has_failed = true;
	message("cannot write %s: %s; the report is incomplete", o->name, strerror(-err));
}

void output_write(struct output *o, const char *text, size_t len)
{
	output_begin(o);
	if (!o->has_failed && !gather(o, text, len))
		fail(o, -ENOMEM);
}

/* What ends the report is written all the same. */
static bool is_full(struct output *o, bool is_last)
{
	if (!o->limit_bytes || is_last || o->bytes + o->len <= o->limit_bytes)
		return false;
	if (!o->is_full)
		message("%s has reached %s bytes: only the verdict is written from here on",
			o->name, NUMBER(o->limit_bytes));
	o->is_full = true;
	return true;
}

static int hand_on(struct output *o, bool is_last)
{
	if (is_full(o, is_last))
		return -EAGAIN;
	o->bytes += o->len;
	if (o->writer)
		return writer_put(o->writer, o->pending, o->len, is_last);
	return file_write(o->fd, o->pending, o->len);
}

bool output_commit(struct output *o, bool is_last)
{
	int err = 0;

	if (o->file && fflush(o->file))
		fail(o, -ENOMEM);
	if (o->len && !o->has_failed)
		err = hand_on(o, is_last);
	o->len = 0;
	if (err && err != -EAGAIN)
		fail(o, err);
	return err != -EAGAIN;
}

void output_commit_aside(struct output *o)
{
	if (o->file)
		fflush(o->file);
	if (!o->writer || !writer_held(o->writer))
		output_commit(o, false);
	o->len = 0;
	output_flush(o);
}

void output_flush(struct output *o)
{
	int err = o->writer && !o->has_failed ? writer_kick(o->writer) : 0;

	if (err)
		fail(o, err);
}

bool output_has_room(struct output *o)
{
	return !o->is_full && (!o->writer || writer_has_room(o->writer));
}

int output_fd(const struct output *o)
{
	return o->writer ? writer_fd(o->writer) : -1;
}

bool output_wait(struct output *o, uint64_t patience_ns, const volatile sig_atomic_t *hurry)
{
	int err = o->writer ? writer_wait(o->writer, patience_ns, hurry) : 0;

	if (err && err != -ETIMEDOUT)
		fail(o, err);
	return err != -ETIMEDOUT;
}

/* The thread is in its write, and has the rest. */
static void tell_stuck(const struct output *o)
{
	message("%s is not read: %s of the report %s not written; it is incomplete", o->name,
		COUNTED(writer_held(o->writer), "byte", "bytes"),
		writer_held(o->writer) == 1 ? "was" : "were");
}

int output_close(struct output *o, uint64_t patience_ns, const volatile sig_atomic_t *hurry)
{
	int err = 0;

	if (o->writer) {
		size_t held = writer_held(o->writer);

		err = held ? writer_wait(o->writer, patience_ns, hurry) : 0;
		if (err == -ETIMEDOUT) {
			tell_stuck(o);
			o->has_failed = true;
		} else if (err) {
			fail(o, err);
		}
		err = writer_close(o->writer, err == -ETIMEDOUT ? 0 : patience_ns, hurry);
		o->writer = NULL;
	} else {
		err = close_fd(&o->fd);
	}
	if (err != -ETIMEDOUT)
		free(o->writer_fd);
	if (err && !o->has_failed)
		fail(o, err);
	if (o->is_whole_file && o->has_begun && file_aside_close(&o->aside, !o->has_failed))
		fail(o, -errno);
	if (o->file)
		fclose(o->file);
	free(o->pending);
	return o->has_failed ? -1 : 0;
}

bool output_is_terminal(const struct output *o)
{
	return isatty(o->fd);
}

size_t output_columns(const struct output *o)
{
	struct winsize size = { 0 };

	if (ioctl(o->fd, TIOCGWINSZ, &size) || size.ws_col < COLUMNS_MIN)
		return COLUMNS_DEFAULT;
	return size.ws_col;
}
