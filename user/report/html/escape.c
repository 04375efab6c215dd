// SPDX-License-Identifier: GPL-2.0-only
#include "report/html/escape.h"

#include <stdbool.h>
#include <stdint.h>

#include "base/utf8.h"

/* Of a valid character of `len` bytes. */
static uint32_t decode(const char *text, size_t len)
{
	static const unsigned char lead_bits[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	const unsigned char *p = (const unsigned char *)text;
	uint32_t character = p[0] & lead_bits[len];

	for (size_t i = 1; i < len; i++)
		character = character << 6 | (p[i] & 0x3f);
	return character;
}

/* Characters that a reader does not see, or that move others: bidi marks, embeddings,
 * overrides and isolates, zero widths, fillers, line separators, tags; private use,
 * which each font draws as it likes; and what XML does not take (U+FFFE, U+FFFF). */
static bool is_odd(uint32_t c)
{
	static const struct {
		uint32_t from, to;
	} odd[] = {
		{ 0x00, 0x1f },       { 0x7f, 0x9f },        { 0xad, 0xad },
		{ 0x34f, 0x34f },     { 0x61c, 0x61c },      { 0x115f, 0x1160 },
		{ 0x17b4, 0x17b5 },   { 0x180b, 0x180f },    { 0x200b, 0x200f },
		{ 0x2028, 0x202e },   { 0x2060, 0x206f },    { 0x2800, 0x2800 },
		{ 0x3164, 0x3164 },   { 0xe000, 0xf8ff },    { 0xfe00, 0xfe0f },
		{ 0xfeff, 0xfeff },   { 0xffa0, 0xffa0 },    { 0xfff0, 0xfffb },
		{ 0xfffe, 0xffff },   { 0x1bca0, 0x1bca3 },  { 0x1d173, 0x1d17a },
		{ 0xe0000, 0xe0fff }, { 0xf0000, 0x10ffff },
	};

	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		if (c >= odd[i].from && c <= odd[i].to)
			return true;
	return false;
}

static void write_ascii(FILE *out, char c)
{
	switch (c) {
	case '&':
		fputs("&amp;", out);
		break;
	case '<':
		fputs("&lt;", out);
		break;
	case '>':
		fputs("&gt;", out);
		break;
	case '"':
		fputs("&quot;", out);
		break;
	case '\'':
		fputs("&#39;", out);
		break;
	default:
		fputc(c, out);
	}
}

void html_escape(FILE *out, const char *text)
{
	while (text && *text) {
		size_t len = utf8_length(text);
		uint32_t c = len ? decode(text, len) : (unsigned char)*text;

		if (c == '\n' || c == '\t') /* of a script on a command line */
			fputs(c == '\n' ? "\\n" : "\\t", out);
		else if (!len || (c < 0x100 && is_odd(c)))
			fprintf(out, "\\x%02x", c);
		else if (is_odd(c))
			fprintf(out, "\\u%04x", c);
		else if (len == 1)
			write_ascii(out, *text);
		else
			fwrite(text, 1, len, out);
		text += len ? len : 1;
	}
}

void html_element(FILE *out, const char *tag, const char *class, const char *text)
{
	if (class)
		fprintf(out, "<%s class=\"%s\">", tag, class);
	else
		fprintf(out, "<%s>", tag);
	html_escape(out, text);
	fprintf(out, "</%s>", tag);
}
