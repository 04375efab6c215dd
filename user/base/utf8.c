// SPDX-License-Identifier: GPL-2.0-only
#include "base/utf8.h"

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

/* What turns the writing round, so that "txt.exe" reads as "exe.txt": U+200E, U+200F,
 * U+202A to U+202E, U+2066 to U+2069, U+061C; and the separators U+2028 and U+2029. */
static bool is_bidi(const char *p, size_t len)
{
	if (len == 2)
		return !memcmp(p, "\xd8\x9c", 2);
	if (len != 3 || (unsigned char)p[0] != 0xe2)
		return false;
	if ((unsigned char)p[1] == 0x80)
		return memchr("\x8e\x8f\xa8\xa9\xaa\xab\xac\xad\xae", p[2], 9);
	return (unsigned char)p[1] == 0x81 && memchr("\xa6\xa7\xa8\xa9", p[2], 4);
}

/* C1 controls (U+0080 to U+009F) command a terminal as C0 ones do. */
static bool is_control(const char *p, size_t len)
{
	unsigned char c = (unsigned char)p[0];

	return (len == 1 && (c < 0x20 || c == 0x7f)) ||
	       (len == 2 && c == 0xc2 && (unsigned char)p[1] < 0xa0) || is_bidi(p, len);
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
