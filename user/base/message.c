// SPDX-License-Identifier: GPL-2.0-only
#include "base/message.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/utf8.h"

void message(const char *format, ...)
{
	char raw[1024], text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(raw, sizeof(raw), format, args);
	va_end(args);
	fprintf(stderr, "rstblame: %s\n", utf8_printable(raw, text, sizeof(text)));
}
