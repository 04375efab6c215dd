// SPDX-License-Identifier: GPL-2.0-only
#include "base/message.h"

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "base/utf8.h"

/* A pipe that nobody reads must not stop who has the rings to drain: where there is no
 * room by then, the line is gone. A pipe that can be written to takes 4 KiB at once. */
enum { PATIENCE_MS = 100 };

void message(const char *format, ...)
{
	char raw[1024], text[1024], line[1024 + 16];
	struct pollfd out = { .fd = STDERR_FILENO, .events = POLLOUT };
	va_list args;
	int len;

	va_start(args, format);
	vsnprintf(raw, sizeof(raw), format, args);
	va_end(args);
	len = snprintf(line, sizeof(line), "rstblame: %s\n",
		       utf8_printable(raw, text, sizeof(text)));
	if (poll(&out, 1, PATIENCE_MS) == 1 && write(STDERR_FILENO, line, (size_t)len) < 0)
		return; /* nowhere else to say it */
}
