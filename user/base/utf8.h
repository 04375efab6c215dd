/* SPDX-License-Identifier: GPL-2.0-only */
/* Names that processes give themselves are bytes, not text: what is printed
 * must be text, and must not command a terminal. */
#ifndef RSTBLAME_BASE_UTF8_H
#define RSTBLAME_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of the valid UTF-8 character that `text` starts with (1 for ASCII, NUL
 * included); 0 when it starts with none. */
size_t utf8_length(const char *text);

/* Copies `text`, with "?" for control characters, invalid bytes, and what turns the
 * direction of the writing. Returns `buf`. */
const char *utf8_printable(const char *text, char *buf, size_t size);

/* Columns of a terminal that `text` takes, a column a character. */
size_t utf8_columns(const char *text);

/* The character whose utf8_length() is `len`, 1 to 4. */
uint32_t utf8_decode(const char *text, size_t len);

/* Whether it shows as nothing, or turns what stands around it: bidirectional controls,
 * zero width, tags. */
bool utf8_is_hidden(uint32_t character);

#endif
