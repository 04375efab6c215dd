// SPDX-License-Identifier: GPL-2.0-only
/* -f html: collected, and written at the end. */
#include <stdlib.h>

#include "base/message.h"
#include "cli/cmdline.h"
#include "report/html/html.h"
#include "report/renderer.h"

struct html_rendering {
	struct output *output;
	struct html *html;
	char *command, *again; /* what the page says of its making */
};

/* What `write` makes of the options; NULL when it makes nothing, or out of memory. */
static char *make_line(void (*write)(FILE *, const struct options *), const struct options *options)
{
	char *line = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&line, &len);

	if (!out)
		return NULL;
	write(out, options);
	if (!fclose(out) && len)
		return line;
	free(line);
	return NULL;
}

static void end(void *self)
{
	struct html_rendering *r = self;

	if (!r)
		return;
	html_free(r->html);
	free(r->command);
	free(r->again);
	free(r);
}

static void *begin(const struct options *options, struct output *output)
{
	struct html_rendering *r = calloc(1, sizeof(*r));
	struct html_options html = {
		.is_utc = options->is_utc,
		.is_verbose = options->is_verbose,
		.is_quiet = options->is_quiet,
	};

	if (!r)
		return NULL;
	r->output = output;
	html.command = r->command = make_line(cmdline_write, options);
	html.again = r->again = make_line(cmdline_write_again, options);
	r->html = html_new(&html);
	if (r->html)
		return r;
	end(r);
	return NULL;
}

static void finding(void *self, const struct finding *f)
{
	html_finding(((struct html_rendering *)self)->html, f);
}

/* All at once: whatever happens before costs no earlier page. */
static void write_page(struct html_rendering *r, struct output *output, const struct summary *t,
		       enum status status)
{
	char *page = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&page, &len);
	bool is_whole = false;

	if (out) {
		html_write(r->html, out, t, status);
		is_whole = !ferror(out);
		is_whole &= !fclose(out);
	}
	if (is_whole) {
		output_write(output, page, len);
	} else {
		output->has_failed = true;
		message("cannot write %s: out of memory", output->name);
	}
	free(page);
}

static void summary(void *self, const struct summary *t, const struct finding *last,
		    enum status status)
{
	struct html_rendering *r = self;

	(void)last;
	write_page(r, r->output, t, status);
}

static void now(void *self, struct output *output, const struct summary *t,
		const struct finding *at, enum status status)
{
	(void)at;
	write_page(self, output, t, status);
}

const struct renderer html_renderer = {
	.is_page = true,
	.begin = begin,
	.finding = finding,
	.summary = summary,
	.now = now,
	.end = end,
};
