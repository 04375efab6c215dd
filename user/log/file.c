// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "log/lines.h"
#include "log/reader.h"
#include "log/sender.h"
#include "log/time.h"

enum { PIECE_BYTES = 65536, PIECES_A_TURN = 16 };

struct log_file {
	char *path;
	int fd; /* negative: it is not there, as between two rotations */
	int inotify_fd;
	int watch;
	struct stat at; /* of what is open */
	off_t offset;
	struct log_lines lines;
	struct log_now now;
	struct clock_history *clock; /* these are of the turn */
	log_emit_fn emit;
	void *ctx;
	char piece[PIECE_BYTES];
};

/* O_NONBLOCK: a FIFO must not make it wait here. 0, or -errno. */
static int open_path(struct log_file *f)
{
	int err = 0;

	f->fd = open(f->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (f->fd < 0)
		return -errno;
	if (fstat(f->fd, &f->at))
		err = -errno;
	else if (!S_ISREG(f->at.st_mode))
		err = S_ISDIR(f->at.st_mode) ? -EISDIR : -EINVAL;
	if (err) {
		close(f->fd);
		f->fd = -1;
		return err;
	}
	f->watch = f->inotify_fd < 0 ? -1 : inotify_add_watch(f->inotify_fd, f->path, IN_MODIFY);
	f->offset = 0;
	log_lines_reset(&f->lines);
	return 0;
}

struct log_file *log_file_open(const char *path, char why[LOG_WHY_BYTES])
{
	struct log_file *f = calloc(1, sizeof(*f));
	int err;

	if (!f || !(f->path = strdup(path))) {
		free(f);
		snprintf(why, LOG_WHY_BYTES, "out of memory");
		return NULL;
	}
	f->inotify_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	err = open_path(f);
	if (err) {
		f->fd = -1;
		snprintf(why, LOG_WHY_BYTES,
			 "cannot follow the log %.120s: %s; use --log with a readable file, or "
			 "journal",
			 path, err == -EINVAL ? "not a regular file" : strerror(-err));
		log_file_close(f);
		return NULL;
	}
	f->offset = f->at.st_size;
	return f;
}

void log_file_close(struct log_file *f)
{
	if (!f)
		return;
	if (f->fd >= 0)
		close(f->fd);
	if (f->inotify_fd >= 0)
		close(f->inotify_fd);
	free(f->path);
	free(f);
}

int log_file_fd(const struct log_file *f)
{
	return f->inotify_fd;
}

static void take_line(void *ctx, const char *line)
{
	struct log_file *f = ctx;
	bool is_read;
	uint64_t mono_ns = log_time(line, &f->now, &is_read);

	line = log_time_skip(line);
	if (!log_sender_is_self(line, getpid()))
		f->emit(f->ctx, line, log_sender_key_of_line(line), mono_ns, is_read);
}

/* What was told is read anyway. */
static void empty_inotify(struct log_file *f)
{
	_Alignas(struct inotify_event) char events[4096];

	while (read(f->inotify_fd, events, sizeof(events)) > 0)
		;
}

/* True: as much was read as one turn may, and there is more. */
static bool read_rest(struct log_file *f)
{
	for (int i = 0; i < PIECES_A_TURN; i++) {
		ssize_t got = pread(f->fd, f->piece, sizeof(f->piece), f->offset);

		if (got <= 0)
			return false;
		f->offset += got;
		/* After it was read: then it is known whether the clock was set since
		 * it was written. */
		f->now = (struct log_now){ clock_sample(f->clock), f->clock };
		log_lines_feed(&f->lines, f->piece, (size_t)got, take_line, f);
	}
	return true;
}

/* Rotation: another file has the name now, and what is open was read to its end. */
static void follow_name(struct log_file *f)
{
	struct stat named;

	if (stat(f->path, &named) ||
	    (named.st_ino == f->at.st_ino && named.st_dev == f->at.st_dev && f->fd >= 0))
		return;
	if (f->fd >= 0) {
		if (f->watch >= 0)
			inotify_rm_watch(f->inotify_fd, f->watch);
		close(f->fd);
		f->fd = -1;
	}
	open_path(f);
}

bool log_file_turn(struct log_file *f, struct clock_history *clock, log_emit_fn emit, void *ctx)
{
	struct stat now;

	f->emit = emit;
	f->ctx = ctx;
	f->clock = clock;
	empty_inotify(f);
	if (f->fd >= 0 && !fstat(f->fd, &now) && now.st_size < f->offset) {
		f->offset = 0; /* copytruncate */
		log_lines_reset(&f->lines);
	}
	if (f->fd >= 0 && read_rest(f))
		return true;
	follow_name(f);
	return f->fd >= 0 && f->offset == 0 && read_rest(f);
}
