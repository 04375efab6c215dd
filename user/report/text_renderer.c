// SPDX-License-Identifier: GPL-2.0-only
/* -f text: the timeline as it happens, then the verdict. */
#include <stdlib.h>
#include <string.h>

#include "report/renderer.h"
#include "report/text.h"

struct text_rendering {
	struct output *output;
	struct text text;
};

static bool wants_color(const struct options *options, const struct output *output)
{
	const char *term = getenv("TERM");

	return !options->output && output_is_terminal(output) && !getenv("NO_COLOR") && term &&
	       strcmp(term, "dumb") != 0;
}

static void *begin(const struct options *options, struct output *output)
{
	struct text_options text = {
		.is_utc = options->is_utc,
		.is_verbose = options->is_verbose,
		.is_quiet = options->is_quiet,
		.is_colored = wants_color(options, output),
		.columns = output_columns(output),
		.is_live = (options->mode == MODE_RUN || options->mode == MODE_READ) &&
			   !options->is_quiet && output_is_terminal(output),
	};
	struct text_rendering *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->output = output;
	text_init(&r->text, output->file, &text);
	return r;
}

static void finding(void *self, const struct finding *f)
{
	struct text_rendering *r = self;

	output_begin(r->output);
	text_finding(&r->text, f);
}

static bool is_live(const void *self)
{
	return ((const struct text_rendering *)self)->text.options.is_live;
}

static void progress(void *self, const struct summary *t, const char *how)
{
	struct text_rendering *r = self;

	text_progress(&r->text, t, how);
	output_commit_aside(r->output);
}

static void summary(void *self, const struct summary *t, const struct finding *last,
		    enum status status)
{
	struct text_rendering *r = self;

	(void)last;
	output_begin(r->output);
	text_summary(&r->text, t, status);
}

static void now(void *self, struct output *output, const struct summary *t,
		const struct finding *at, enum status status)
{
	(void)output;
	summary(self, t, at, status);
}

static void period(void *self, const struct period *p, const struct finding *at, enum status status)
{
	struct text_rendering *r = self;

	(void)status;
	output_begin(r->output);
	text_period(&r->text, p, at);
}

const struct renderer text_renderer = {
	.begin = begin,
	.finding = finding,
	.is_live = is_live,
	.progress = progress,
	.summary = summary,
	.now = now,
	.period = period,
	.end = free,
};
