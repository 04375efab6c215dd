// SPDX-License-Identifier: GPL-2.0-only
#include "utf8.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static size_t announced_length(unsigned char lead)
{
	if (lead < 0x80)
		return 1;
	if (lead >= 0xc2 && lead < 0xe0)
		return 2;
	if (lead >= 0xe0 && lead < 0xf0)
		return 3;
	return lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
}

/* Overlong forms, surrogates and what is past U+10FFFF show in the second byte. */
static bool is_second_valid(unsigned char lead, unsigned char second)
{
	switch (lead) {
	case 0xe0:
		return second >= 0xa0;
	case 0xed:
		return second < 0xa0;
	case 0xf0:
		return second >= 0x90;
	case 0xf4:
		return second < 0x90;
	}
	return true;
}

size_t utf8_length(const char *text)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t len = announced_length(p[0]);

	for (size_t i = 1; i < len; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return len > 1 && !is_second_valid(p[0], p[1]) ? 0 : len;
}

/* C1 controls (U+0080 to U+009F) command a terminal as C0 ones do. */
static bool is_control(const char *p, size_t len)
{
	unsigned char c = (unsigned char)p[0];

	return (len == 1 && (c < 0x20 || c == 0x7f)) ||
	       (len == 2 && c == 0xc2 && (unsigned char)p[1] < 0xa0);
}

const char *utf8_printable(const char *text, char *buf, size_t size)
{
	size_t used = 0;

	while (*text) {
		size_t len = utf8_length(text);
		bool is_bad = !len || is_control(text, len);

		if (used + (is_bad ? 1 : len) + 1 > size)
			break;
		memcpy(buf + used, is_bad ? "?" : text, is_bad ? 1 : len);
		used += is_bad ? 1 : len;
		text += len ? len : 1;
	}
	if (size)
		buf[used] = '\0';
	return buf;
}

size_t utf8_columns(const char *text)
{
	size_t columns = 0;

	for (; *text; text++)
		columns += ((unsigned char)*text & 0xc0) != 0x80;
	return columns;
}
