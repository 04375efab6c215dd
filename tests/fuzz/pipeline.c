// SPDX-License-Identifier: GPL-2.0-only
#include "pipeline.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "blame/blame.h"
#include "cast/page.h"
#include "record/write.h"
#include "report/html/html.h"
#include "report/text.h"

struct pipeline {
	struct blame *blame;
	struct summary summary;
	struct text text;
	struct jsonw json;
	struct html *html;
	char *written;
	size_t written_size;
};

/* Each line is JSON, one line, and can be read back. */
static void check_line(const struct jsonw *w)
{
	json_error_t error;
	json_t *line = json_loadb(w->text, w->len, JSON_REJECT_DUPLICATES, &error);

	/* Not ours to refuse: jansson's integers end at INT64_MAX. */
	if (!line && json_error_code(&error) != json_error_numeric_overflow)
		abort();
	if (memchr(w->text, '\n', w->len) != w->text + w->len - 1)
		abort();
	json_decref(line);
}

/* Something that was seen is behind it: a removal, a ruleset, an address that came. */
static bool may_have_because(enum verdict verdict)
{
	return verdict == VERDICT_ENTRY_REMOVED || verdict == VERDICT_ENTRY_BYPASSED ||
	       verdict == VERDICT_ENTRY_UNKNOWN || verdict == VERDICT_REMOTE ||
	       verdict == VERDICT_REFUSED_BY_RULE;
}

/* What holds of every verdict, whatever came in. */
static void check_reset(const struct reset_blame *r)
{
	if (r->confidence == CONFIDENCE_PROVEN && r->inferred_count)
		abort();
	if (r->verdict == VERDICT_ENTRY_REMOVED && !r->because_count)
		abort();
	if (r->because_count && !may_have_because(r->verdict))
		abort();
	if (r->verdict == VERDICT_ENTRY_UNKNOWN && r->confidence == CONFIDENCE_PROVEN)
		abort();
}

static void take(void *ctx, const struct finding *f)
{
	struct pipeline *p = ctx;

	if (f->type == FINDING_RESET)
		check_reset(f->reset);
	summary_add(&p->summary, f);
	text_finding(&p->text, f);
	html_finding(p->html, f);
	if (json_write_finding(&p->json, JSON_RECORDING, f))
		check_line(&p->json);
}

struct pipeline *pipeline_new(void)
{
	static const struct blame_limits limits = { .removals = 6, .changes = 4, .flushes = 4 };
	static const struct text_options options = { .is_utc = true, .is_verbose = true };
	struct pipeline *p = calloc(1, sizeof(*p));

	p->blame = blame_new(&limits, take, p);
	p->html = html_new(&(struct html_options){ .is_utc = true, .is_verbose = true });
	text_init(&p->text, open_memstream(&p->written, &p->written_size), &options);
	return p;
}

void pipeline_take(struct pipeline *p, const struct observation *seen)
{
	if (blame_observe(p->blame, seen))
		abort();
}

/* Whatever came in, it is a page, and each of its resets is in a row. */
static void check_page(struct pipeline *p)
{
	char why[PAGE_WHY_BYTES], *page = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&page, &len);

	html_write(p->html, out, &p->summary, summary_status(&p->summary));
	fclose(out);
	if (!page_check(page, len, why)) {
		fprintf(stderr, "page: %s\n", why);
		abort();
	}
	if (!p->summary.is_audit &&
	    page_sum(page, "id=\"resets\"", "</section>", "data-resets") != p->summary.resets_total)
		abort();
	free(page);
}

void pipeline_free(struct pipeline *p)
{
	struct finding end = { .type = FINDING_END };

	blame_finish(p->blame);
	text_summary(&p->text, &p->summary, summary_status(&p->summary));
	json_write_summary(&p->json, &p->summary, &end, summary_status(&p->summary));
	check_line(&p->json);
	check_page(p);
	html_free(p->html);
	fclose(p->text.out);
	free(p->written);
	jsonw_release(&p->json);
	blame_free(p->blame);
	free(p);
}
