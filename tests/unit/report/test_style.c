// SPDX-License-Identifier: GPL-2.0-only
/* Every colour that the page writes with can be read on every colour that it stands on:
 * WCAG's contrast of 4.5 at least, on a light screen, a dark one and on paper. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cast/watched.h"
#include "report/html/private.h"

enum { COLOURS_MAX = 32, NAME_BYTES = 24 };
static const double CONTRAST_MIN = 4.5;

struct palette {
	size_t count;
	struct {
		char name[NAME_BYTES];
		unsigned int rgb;
	} colours[COLOURS_MAX];
};

/* What is written in which colour, on which; "" ends a row. */
static const struct {
	const char *fore;
	const char *back[12];
} pairs[] = {
	{ "text",
	  { "back", "card", "code", "target", "ok-back", "warning-back", "critical-back",
	    "unknown-back" } },
	{ "dim",
	  { "back", "card", "code", "target", "ok-back", "warning-back", "critical-back",
	    "unknown-back" } },
	{ "link",
	  { "back", "card", "code", "target", "ok-back", "warning-back", "critical-back",
	    "unknown-back" } },
	{ "critical",
	  { "card", "code", "target", "ok-back", "warning-back", "critical-back",
	    "unknown-back" } },
	{ "warning", { "card", "target", "warning-back" } },
	{ "ok", { "ok-back" } },
	{ "unknown", { "card", "unknown-back" } },
	/* A number in its mark. */
	{ "card", { "bar", "link", "warning", "critical", "unknown" } },
};

static unsigned int *find(struct palette *p, const char *name, size_t len)
{
	for (size_t i = 0; i < p->count; i++)
		if (strlen(p->colours[i].name) == len && !memcmp(p->colours[i].name, name, len))
			return &p->colours[i].rgb;
	return NULL;
}

static void set(struct palette *p, const char *name, size_t len, unsigned int rgb)
{
	unsigned int *colour = find(p, name, len);

	if (!colour) {
		assert_true(p->count < COLOURS_MAX && len < NAME_BYTES);
		snprintf(p->colours[p->count].name, NAME_BYTES, "%.*s", (int)len, name);
		colour = &p->colours[p->count++].rgb;
	}
	*colour = rgb;
}

/* "#abc" or "#aabbcc". */
static unsigned int parse_rgb(const char *text)
{
	unsigned int rgb = 0;
	size_t digits = strspn(text + 1, "0123456789abcdef");

	assert_int_equal(*text, '#');
	assert_int_equal(sscanf(text + 1, "%6x", &rgb), 1);
	assert_true(digits == 3 || digits == 6);
	if (digits == 3)
		rgb = (rgb & 0xf00) * 0x1100 | (rgb & 0xf0) * 0x110 | (rgb & 0xf) * 0x11;
	return rgb;
}

/* One block of ":root { --name: #colour; ... }"; returns its end. */
static const char *read_root(const char *css, struct palette *p)
{
	const char *end = strchr(css, '}'), *at = css;

	assert_non_null(end);
	while ((at = strstr(at, "--")) && at < end) {
		size_t len = strcspn(at + 2, ":");
		const char *value = at + 2 + len + 1;

		set(p, at + 2, len, parse_rgb(value + strspn(value, " \n")));
		at = value;
	}
	return end;
}

static double linear(unsigned int part)
{
	double c = part / 255.0;

	return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

static double luminance(unsigned int rgb)
{
	return 0.2126 * linear(rgb >> 16) + 0.7152 * linear(rgb >> 8 & 0xff) +
	       0.0722 * linear(rgb & 0xff);
}

static double contrast(unsigned int a, unsigned int b)
{
	double x = luminance(a), y = luminance(b);

	return x > y ? (x + 0.05) / (y + 0.05) : (y + 0.05) / (x + 0.05);
}

static void check(struct palette *p, const char *where)
{
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		for (size_t k = 0; pairs[i].back[k]; k++) {
			unsigned int *fore = find(p, pairs[i].fore, strlen(pairs[i].fore));
			unsigned int *back = find(p, pairs[i].back[k], strlen(pairs[i].back[k]));
			double found;

			assert_non_null(fore);
			assert_non_null(back);
			found = contrast(*fore, *back);
			if (found < CONTRAST_MIN)
				fail_msg("%s: --%s on --%s has a contrast of %.2f", where,
					 pairs[i].fore, pairs[i].back[k], found);
		}
}

static void contrast_is_as_defined(void **state)
{
	(void)state;
	assert_float_equal(contrast(0x000000, 0xffffff), 21, 0.001);
	assert_float_equal(contrast(0x777777, 0xffffff), 4.478, 0.001);
	assert_int_equal(parse_rgb("#fa0"), 0xffaa00);
}

/* The three palettes in the order of the file; each changes the first. */
static void every_pair_can_be_read(void **state)
{
	static const char *const where[] = { "light", "dark", "print" };
	struct palette light = { 0 }, other;
	const char *at = html_style;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		at = strstr(at, ":root {");
		assert_non_null(at);
		other = light;
		at = read_root(at, i ? &other : &light);
		check(i ? &other : &light, where[i]);
	}
	assert_null(strstr(at, ":root {"));
}

static bool is_in_table(const char *name, size_t len)
{
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		if (strlen(pairs[i].fore) == len && !memcmp(pairs[i].fore, name, len))
			return true;
	return false;
}

/* No colour beside the palette; what text is written in has a row above, and so has what
 * is behind it. A bar holds no text. */
static void the_table_has_all(void **state)
{
	static const char *const properties[] = { " color: ", " fill: ", "background: " };
	const char *at;

	(void)state;
	for (size_t i = 0; i < 3; i++)
		for (at = strstr(html_style, properties[i]); at;
		     at = strstr(at + 1, properties[i])) {
			const char *value = at + strlen(properties[i]);
			size_t len = strcspn(value + 6, ")");
			bool is_behind = i == 2, has_row = false;

			if (strncmp(value, "var(--", 6))
				fail_msg("a colour beside the palette: %.40s", at);
			for (size_t k = 0; k < sizeof(pairs) / sizeof(pairs[0]); k++)
				for (size_t b = 0; pairs[k].back[b]; b++)
					has_row |= strlen(pairs[k].back[b]) == len &&
						   !memcmp(pairs[k].back[b], value + 6, len);
			if (!(is_behind ? has_row : is_in_table(value + 6, len) || has_row))
				fail_msg("no pair for: %.40s", at);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(contrast_is_as_defined),
		cmocka_unit_test(every_pair_can_be_read),
		cmocka_unit_test(the_table_has_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
