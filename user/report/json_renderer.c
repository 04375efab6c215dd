// SPDX-License-Identifier: GPL-2.0-only
/* -f json: a line for each finding, the summary last. */
#include <stdlib.h>

#include "base/clock.h"
#include "record/write.h"
#include "report/renderer.h"

struct json_rendering {
	struct output *output;
	enum json_detail detail;
	struct jsonw line;
};

static void *begin(const struct options *options, struct output *output)
{
	struct json_rendering *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->output = output;
	r->detail = options->is_verbose ? JSON_REMOVALS : JSON_REPORT;
	return r;
}

static void finding(void *self, const struct finding *f)
{
	struct json_rendering *r = self;

	output_begin(r->output);
	if (json_write_finding(&r->line, r->detail, f))
		output_write(r->output, r->line.text, r->line.len);
}

static void summary(void *self, const struct summary *t, const struct finding *last,
		    enum status status)
{
	struct json_rendering *r = self;

	json_write_summary(&r->line, t, last, status);
	output_write(r->output, r->line.text, r->line.len);
}

static void now(void *self, struct output *output, const struct summary *t,
		const struct finding *at, enum status status)
{
	struct json_rendering *r = self;

	json_write_report(&r->line, t, at, status);
	output_write(output, r->line.text, r->line.len);
}

static void period(void *self, const struct period *p, const struct finding *at, enum status status)
{
	struct json_rendering *r = self;

	json_write_period(&r->line, p, at, status);
	output_write(r->output, r->line.text, r->line.len);
}

static void end(void *self)
{
	struct json_rendering *r = self;

	if (r)
		jsonw_release(&r->line);
	free(r);
}

static void error(struct output *output, const char *why)
{
	uint64_t now_ns = clock_mono_ns();
	struct jsonw line = { 0 };

	json_write_error(&line, why, now_ns, now_ns + clock_wall_offset_ns());
	if (line.text)
		output_write(output, line.text, line.len);
	output_commit(output, true);
	output_flush(output);
	jsonw_release(&line);
}

const struct renderer json_renderer = {
	.begin = begin,
	.finding = finding,
	.summary = summary,
	.now = now,
	.period = period,
	.end = end,
	.error = error,
};
