// SPDX-License-Identifier: GPL-2.0-only
#include "cast/open_page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cast/page.h"
#include "report/html/escape.h"

struct html *html;
char *page;

const struct html_options plain = { .is_utc = true,
				    .command = "rstblame -f html -d 30m -w rec.jsonl.gz",
				    .again = "rstblame -f html -r rec.jsonl.gz" };

static void take(void *ctx, const struct finding *f)
{
	(void)ctx;
	html_finding(html, f);
}

void open_page(const struct html_options *options)
{
	html = html_new(options);
	assert_non_null(html);
	watch_begin(&w);
	w.also = take;
}

const char *close_page(enum status status)
{
	char why[PAGE_WHY_BYTES];
	size_t len = 0;
	FILE *out = open_memstream(&page, &len);

	assert_non_null(out);
	html_write(html, out, &w.summary, status);
	assert_int_equal(fclose(out), 0);
	if (!page_check(page, len, why))
		fail_msg("%s", why);
	return page;
}

const char *written(void)
{
	return close_page(summary_status(&w.summary));
}

int clean(void **state)
{
	(void)state;
	watch_end(&w);
	html_free(html);
	free(page);
	html = NULL;
	page = NULL;
	return 0;
}

void assert_says(const char *words)
{
	if (!strstr(page, words))
		fail_msg("the page does not say: %s", words);
}

void assert_silent(const char *words)
{
	const char *at = strstr(page, words);

	if (at)
		fail_msg("the page says: %.100s", at);
}

size_t count_of(const char *words)
{
	size_t count = 0;

	for (const char *p = page; (p = strstr(p, words)); p++)
		count++;
	return count;
}

void assert_says_escaped(const char *words)
{
	char *escaped = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&escaped, &len);

	html_escape(out, words);
	fclose(out);
	assert_says(escaped);
	free(escaped);
}
