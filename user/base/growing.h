/* SPDX-License-Identifier: GPL-2.0-only */
/* A text that grows in a buffer of the caller's. What does not fit is cut at its end. */
#ifndef RSTBLAME_BASE_GROWING_H
#define RSTBLAME_BASE_GROWING_H

#include <stddef.h>

struct growing {
	char *buf; /* borrowed */
	size_t size, used;
};

__attribute__((format(printf, 2, 3))) void grow(struct growing *g, const char *format, ...);

#endif
