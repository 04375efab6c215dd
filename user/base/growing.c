// SPDX-License-Identifier: GPL-2.0-only
#include "base/growing.h"

#include <stdarg.h>
#include <stdio.h>

void grow(struct growing *g, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(g->buf + g->used, g->size - g->used, format, args);
	va_end(args);
	if (len > 0)
		g->used += (size_t)len < g->size - g->used ? (size_t)len : g->size - g->used - 1;
}
