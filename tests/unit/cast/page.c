// SPDX-License-Identifier: GPL-2.0-only
#include "cast/page.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

enum { DEPTH_MAX = 32, NAME_BYTES = 32 };

struct reader {
	const char *page, *at;
	char *why;
	size_t depth;
	char open[DEPTH_MAX][NAME_BYTES];
};

static bool refuse(struct reader *r, const char *format, ...)
{
	char what[128];
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	snprintf(r->why, PAGE_WHY_BYTES, "%s, at byte %zu: %.60s", what, (size_t)(r->at - r->page),
		 r->at);
	return false;
}

static bool starts(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

static bool is_listed(const char *name, const char *const *list)
{
	for (; *list; list++)
		if (!strcmp(name, *list))
			return true;
	return false;
}

/* ---- characters ---- */

/* U+200E, U+200F, U+202A to U+202E and U+2066 to U+2069, by their bytes. */
static bool is_bidi(const char *p)
{
	if (starts(p, "\xe2\x80"))
		return strchr("\x8e\x8f\xaa\xab\xac\xad\xae", p[2]);
	return starts(p, "\xe2\x81") && strchr("\xa6\xa7\xa8\xa9", p[2]);
}

static bool check_characters(struct reader *r, size_t len)
{
	if (strlen(r->page) != len)
		return refuse(r, "a NUL byte");
	for (r->at = r->page; *r->at; r->at += utf8_length(r->at)) {
		unsigned char c = (unsigned char)*r->at;

		if (!utf8_length(r->at))
			return refuse(r, "no UTF-8 (%02x)", c);
		if ((c < 0x20 && c != '\n') || c == 0x7f ||
		    (c == 0xc2 && (unsigned char)r->at[1] < 0xa0))
			return refuse(r, "a control character (%02x)", c);
		if (is_bidi(r->at))
			return refuse(r, "a character that turns the writing round");
	}
	return true;
}

/* ---- the structure ---- */

/* Moves past an entity that both HTML and XML know. */
static bool check_entity(struct reader *r)
{
	static const char *const entities[] = { "&amp;", "&lt;", "&gt;", "&quot;", "&#39;", NULL };

	for (size_t i = 0; entities[i]; i++)
		if (starts(r->at, entities[i])) {
			r->at += strlen(entities[i]);
			return true;
		}
	return refuse(r, "an unknown entity");
}

static bool read_name(struct reader *r, char name[NAME_BYTES])
{
	size_t len = 0;

	while (isalnum((unsigned char)r->at[len]) || strchr("-:", r->at[len]))
		if (!r->at[len] || ++len == NAME_BYTES)
			break;
	if (!len || len == NAME_BYTES)
		return refuse(r, "no name");
	snprintf(name, NAME_BYTES, "%.*s", (int)len, r->at);
	r->at += len;
	return true;
}

static bool is_target(const struct reader *r, const char *value, size_t len)
{
	char id[64];

	snprintf(id, sizeof(id), " id=\"%.*s\"", (int)len, value);
	return strstr(r->page, id);
}

static bool check_attribute(struct reader *r, const char *element)
{
	static const char *const known[] = {
		"aria-hidden",  "aria-label", "charset", "class", "colspan", "content",
		"datetime",     "dx",         "height",  "href",  "id",      "http-equiv",
		"lang",         "name",       "role",    "rx",    "scope",   "title",
		"stroke-width", "width",      "x",       "x1",    "x2",      "xml:lang",
		"xmlns",        "y",          "y1",      "y2",    NULL,
	};
	char name[NAME_BYTES];
	const char *value;

	r->at++; /* the blank */
	if (!read_name(r, name))
		return false;
	if (!is_listed(name, known) && !starts(name, "data-"))
		return refuse(r, "attribute %s of %s", name, element);
	if (!starts(r->at, "=\""))
		return refuse(r, "attribute %s without a value", name);
	value = r->at += 2;
	while (*r->at && *r->at != '"') {
		if (strchr("<>\n", *r->at))
			return refuse(r, "in the value of %s", name);
		if (*r->at == '&' && !check_entity(r))
			return false;
		r->at += *r->at != '"';
	}
	if (!strcmp(name, "href") &&
	    (*value != '#' || !is_target(r, value + 1, (size_t)(r->at - value) - 1)))
		return refuse(r, "a link out of the page, or to nothing: %.40s", value);
	r->at++;
	return true;
}

static bool check_opening(struct reader *r)
{
	static const char *const known[] = {
		"a",    "article", "b",       "body",  "caption", "code",  "details", "div",
		"h1",   "h2",      "h3",      "head",  "header",  "html",  "li",      "line",
		"main", "meta",    "nav",     "ol",    "p",       "pre",   "rect",    "section",
		"span", "style",   "summary", "svg",   "table",   "tbody", "td",      "text",
		"th",   "thead",   "time",    "title", "tr",      "ul",    NULL,
	};
	char *name = r->open[r->depth];

	r->at++;
	if (!read_name(r, name))
		return false;
	if (!is_listed(name, known))
		return refuse(r, "element %s", name);
	while (*r->at == ' ')
		if (!check_attribute(r, name))
			return false;
	if (starts(r->at, "/>")) {
		r->at += 2;
		return true;
	}
	if (*r->at != '>' || ++r->depth == DEPTH_MAX)
		return refuse(r, "element %s goes on wrongly, or is too deep", name);
	r->at++;
	if (!strcmp(name, "style"))
		r->at += strcspn(r->at, "<&");
	return true;
}

static bool check_closing(struct reader *r)
{
	char name[NAME_BYTES];

	r->at += 2;
	if (!read_name(r, name))
		return false;
	if (*r->at != '>' || !r->depth || strcmp(r->open[r->depth - 1], name) != 0)
		return refuse(r, "the end of %s in %s", name,
			      r->depth ? r->open[r->depth - 1] : "nothing");
	r->at++;
	r->depth--;
	return true;
}

static bool check_structure(struct reader *r)
{
	static const char beginning[] = "<!DOCTYPE html>\n";

	r->at = r->page;
	if (!starts(r->at, beginning))
		return refuse(r, "it begins otherwise");
	for (r->at += strlen(beginning); *r->at;) {
		bool is_good = true;

		if (starts(r->at, "</"))
			is_good = check_closing(r);
		else if (*r->at == '<')
			is_good = check_opening(r);
		else if (*r->at == '&')
			is_good = check_entity(r);
		else if (*r->at == '>' || (!r->depth && *r->at != '\n'))
			is_good = refuse(r, "text that stands nowhere");
		else
			r->at++;
		if (!is_good)
			return false;
	}
	return !r->depth || refuse(r, "%s is not ended", r->open[r->depth - 1]);
}

/* Each id once. */
static bool check_ids(struct reader *r)
{
	for (r->at = r->page; (r->at = strstr(r->at, " id=\"")); r->at++) {
		size_t len = strlen(" id=\"") + strcspn(r->at + strlen(" id=\""), "\"") + 1;
		char id[64];

		snprintf(id, sizeof(id), "%.*s", (int)len, r->at);
		if (strstr(r->at + 1, id))
			return refuse(r, "an id twice");
	}
	return true;
}

bool page_check(const char *page, size_t len, char why[PAGE_WHY_BYTES])
{
	struct reader r = { .page = page, .at = page, .why = why };

	return check_characters(&r, len) && check_structure(&r) && check_ids(&r);
}

uint64_t page_sum(const char *page, const char *from, const char *until, const char *attribute)
{
	const char *at = strstr(page, from), *end;
	char name[64];
	uint64_t sum = 0;

	if (!at)
		return 0;
	end = until ? strstr(at, until) : NULL;
	snprintf(name, sizeof(name), " %s=\"", attribute);
	while ((at = strstr(at, name)) && (!end || at < end)) {
		at += strlen(name);
		sum += strtoull(at, NULL, 10);
	}
	return sum;
}
