// SPDX-License-Identifier: GPL-2.0-only
#include "report/output.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/message.h"

enum { COLUMNS_DEFAULT = 100, COLUMNS_MIN = 40 };

void output_init(struct output *o)
{
	*o = (struct output){ .file = stdout, .name = "stdout" };
}

int output_open(struct output *o, const char *path, char *why, size_t size)
{
	/* Truncated only when there is something to write. */
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w");

	if (!file) {
		snprintf(why, size, "cannot write %s: %s; use a writable path for -o", path,
			 strerror(errno));
		return -1;
	}
	o->file = file;
	o->name = path;
	return 0;
}

void output_begin(struct output *o)
{
	struct stat st;

	if (o->has_begun)
		return;
	o->has_begun = true;
	if (o->file != stdout && !fstat(fileno(o->file), &st) && S_ISREG(st.st_mode) &&
	    ftruncate(fileno(o->file), 0))
		message("cannot empty %s: %s", o->name, strerror(errno));
}

void output_write(struct output *o, const char *text, size_t len)
{
	output_begin(o);
	if (!o->has_failed && fwrite(text, 1, len, o->file) != len)
		output_check(o);
}

void output_check(struct output *o)
{
	if (o->has_failed || !ferror(o->file))
		return;
	o->has_failed = true;
	message("cannot write %s: %s; the report is incomplete", o->name, strerror(errno));
}

void output_flush(struct output *o)
{
	if (!o->has_failed && fflush(o->file))
		output_check(o);
}

int output_close(struct output *o)
{
	if (o->file == stdout || !fclose(o->file) || o->has_failed)
		return 0;
	message("cannot write %s: %s", o->name, strerror(errno));
	return -1;
}

bool output_is_terminal(const struct output *o)
{
	return isatty(fileno(o->file));
}

size_t output_columns(const struct output *o)
{
	struct winsize size = { 0 };

	if (ioctl(fileno(o->file), TIOCGWINSZ, &size) || size.ws_col < COLUMNS_MIN)
		return COLUMNS_DEFAULT;
	return size.ws_col;
}
