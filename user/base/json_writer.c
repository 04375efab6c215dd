// SPDX-License-Identifier: GPL-2.0-only
#include "base/json_writer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/utf8.h"

enum { DIGITS_MAX = 20 }; /* of 2^64 - 1 */

void jsonw_release(struct jsonw *w)
{
	free(w->text);
	memset(w, 0, sizeof(*w));
}

static bool has_room(struct jsonw *w, size_t more)
{
	if (w->len + more > w->size && !w->has_failed)
		w->has_failed = !array_reserve(&w->text, &w->size, w->len + more, 1);
	return !w->has_failed;
}

static void put(struct jsonw *w, const char *text, size_t len)
{
	if (!has_room(w, len + 1))
		return;
	memcpy(w->text + w->len, text, len);
	w->len += len;
	w->text[w->len] = '\0';
}

static void put_char(struct jsonw *w, char c)
{
	if (!has_room(w, 2))
		return;
	w->text[w->len++] = c;
	w->text[w->len] = '\0';
}

static void put_escaped(struct jsonw *w, unsigned char c)
{
	char escape[8];
	int len;

	if (c == '"' || c == '\\')
		len = snprintf(escape, sizeof(escape), "\\%c", c);
	else if (c == '\n')
		len = snprintf(escape, sizeof(escape), "\\n");
	else if (c == '\t')
		len = snprintf(escape, sizeof(escape), "\\t");
	else
		len = snprintf(escape, sizeof(escape), "\\u%04x", c);
	put(w, escape, (size_t)len);
}

static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

/* As JSON has what is beyond 16 bits: in two halves. */
static void put_hidden(struct jsonw *w, uint32_t c)
{
	char escape[16];
	int len;

	if (c < 0x10000)
		len = snprintf(escape, sizeof(escape), "\\u%04x", c);
	else
		len = snprintf(escape, sizeof(escape), "\\u%04x\\u%04x",
			       0xd800 + ((c - 0x10000) >> 10), 0xdc00 + ((c - 0x10000) & 0x3ff));
	put(w, escape, (size_t)len);
}

/* What needs a look: returns how much of it was read. */
static size_t put_special(struct jsonw *w, const char *p)
{
	size_t len = utf8_length(p);

	if (!len)
		put(w, "\xef\xbf\xbd", 3);
	else if (len == 2 && (unsigned char)p[0] == 0xc2 && (unsigned char)p[1] < 0xa0)
		put_escaped(w, (unsigned char)p[1]); /* C1 commands a terminal */
	else if (len > 1 && utf8_is_hidden(utf8_decode(p, len)))
		put_hidden(w, utf8_decode(p, len));
	else if (len > 1)
		put(w, p, len);
	else
		put_escaped(w, (unsigned char)*p);
	return len ? len : 1;
}

/* Nearly all is plain, and goes as one. */
static void put_quoted(struct jsonw *w, const char *value)
{
	const char *p = value;

	put_char(w, '"');
	while (*p) {
		size_t plain = 0;

		while (is_plain((unsigned char)p[plain]))
			plain++;
		put(w, p, plain);
		p += plain;
		if (*p)
			p += put_special(w, p);
	}
	put_char(w, '"');
}

static void begin_value(struct jsonw *w, const char *name)
{
	if (w->needs_comma)
		put_char(w, ',');
	if (name) {
		put_quoted(w, name);
		put_char(w, ':');
	}
	w->needs_comma = true;
}

static void begin_group(struct jsonw *w, const char *name, char bracket)
{
	begin_value(w, name);
	put_char(w, bracket);
	w->needs_comma = false;
}

static void end_group(struct jsonw *w, char bracket)
{
	put_char(w, bracket);
	w->needs_comma = true;
}

void jsonw_begin_line(struct jsonw *w)
{
	w->len = 0;
	w->has_failed = false;
	w->needs_comma = false;
	begin_group(w, NULL, '{');
}

void jsonw_end_line(struct jsonw *w)
{
	end_group(w, '}');
	put_char(w, '\n');
}

void jsonw_begin_object(struct jsonw *w, const char *name)
{
	begin_group(w, name, '{');
}

void jsonw_end_object(struct jsonw *w)
{
	end_group(w, '}');
}

void jsonw_begin_array(struct jsonw *w, const char *name)
{
	begin_group(w, name, '[');
}

void jsonw_end_array(struct jsonw *w)
{
	end_group(w, ']');
}

void jsonw_string(struct jsonw *w, const char *name, const char *value)
{
	begin_value(w, name);
	put_quoted(w, value);
}

void jsonw_u64(struct jsonw *w, const char *name, uint64_t value)
{
	char digits[DIGITS_MAX], *end = digits + sizeof(digits), *p = end;

	do {
		*--p = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	begin_value(w, name);
	put(w, p, (size_t)(end - p));
}

void jsonw_bool(struct jsonw *w, const char *name, bool value)
{
	begin_value(w, name);
	put(w, value ? "true" : "false", value ? 4 : 5);
}
