// SPDX-License-Identifier: GPL-2.0-only
#include "base/utf8.h"

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

uint32_t utf8_decode(const char *text, size_t len)
{
	static const unsigned char lead[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	uint32_t c = (unsigned char)text[0] & lead[len];

	for (size_t i = 1; i < len; i++)
		c = c << 6 | ((unsigned char)text[i] & 0x3f);
	return c;
}

/* What turns the writing round, so that "txt.exe" reads as "exe.txt"; the separators; what
 * has no width, so that two names look like one: joiners, fillers, tags, selectors. */
bool utf8_is_hidden(uint32_t c)
{
	static const struct {
		uint32_t first, last;
	} hidden[] = {
		{ 0x00ad, 0x00ad },   { 0x034f, 0x034f }, { 0x061c, 0x061c }, { 0x115f, 0x1160 },
		{ 0x17b4, 0x17b5 },   { 0x180b, 0x180f }, { 0x200b, 0x200f }, { 0x2028, 0x202e },
		{ 0x2060, 0x2064 },   { 0x2066, 0x206f }, { 0x3164, 0x3164 }, { 0xfe00, 0xfe0f },
		{ 0xfeff, 0xfeff },   { 0xffa0, 0xffa0 }, { 0xfff9, 0xfffb }, { 0x1d173, 0x1d17a },
		{ 0xe0000, 0xe0fff },
	};

	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
		if (c >= hidden[i].first && c <= hidden[i].last)
			return true;
	return false;
}

/* C1 controls (U+0080 to U+009F) command a terminal as C0 ones do. */
static bool is_control(const char *p, size_t len)
{
	unsigned char c = (unsigned char)p[0];

	return (len == 1 && (c < 0x20 || c == 0x7f)) ||
	       (len == 2 && c == 0xc2 && (unsigned char)p[1] < 0xa0) ||
	       (len > 1 && utf8_is_hidden(utf8_decode(p, len)));
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
