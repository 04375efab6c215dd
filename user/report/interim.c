// SPDX-License-Identifier: GPL-2.0-only
/* Reports in between: on demand (SIGUSR1), and each period (--every). */
#include "base/message.h"
#include "report/metrics.h"
#include "report/renderer.h"
#include "report/report.h"

/* What is a whole is written beside the last one, and takes its name. */
static void replace_page(struct report *r, const struct finding *now, enum status status)
{
	struct output page;
	char why[REPORT_WHY_BYTES];

	output_init(&page);
	if (!r->options->output) {
		message("-f %s is written once, at the end: use -o FILE to have it in between",
			format_name(r->options->format));
		return;
	}
	if (output_open(&page, r->options->output, "-o", true, why, sizeof(why))) {
		message("%s", why);
		return;
	}
	if (output_start(&page, false)) {
		message("cannot write %s: out of memory", page.name);
	} else {
		r->renderer->now(r->rendering, &page, &r->summary, now, status);
		output_commit(&page, true);
	}
	output_close(&page, 0, NULL);
}

static void show_now(struct report *r, const struct finding *now, enum status status)
{
	if (!r->renderer->now)
		message("-f %s has no report in between", format_name(r->options->format));
	else if (r->renderer->is_page)
		replace_page(r, now, status);
	else if (!r->output.has_failed && !r->gap) {
		r->renderer->now(r->rendering, &r->output, &r->summary, now, status);
		r->gap += !output_commit(&r->output, false);
	}
}

/* The summary says of itself meanwhile that the window goes on. */
static void with_window(struct report *r, uint64_t spent_s)
{
	r->summary.window_s = spent_s;
	r->summary.goes_on = true;
}

static void update_metrics(struct report *r, const struct finding *now, enum status status)
{
	/* A reader that stalls would keep the rings waiting: the others get it at the end. */
	if (r->options->metrics && file_is_replaceable(r->options->metrics))
		metrics_write(r->options->metrics, r->options, &r->summary, now, status);
}

enum status report_now(struct report *r, const struct finding *now, uint64_t spent_s)
{
	enum status status = summary_status(&r->summary);

	with_window(r, spent_s);
	show_now(r, now, status);
	update_metrics(r, now, status);
	r->summary.goes_on = false;
	report_flush(r);
	return status;
}

enum status report_period(struct report *r, const struct finding *now, uint64_t begin_ns,
			  uint64_t spent_s)
{
	enum status status = summary_status(&r->summary);
	struct period period;

	if (!r->mark.mono_ns)
		r->mark.mono_ns = begin_ns;
	period_end(&r->mark, &r->summary, now->mono_ns, &period);
	with_window(r, spent_s);
	if (!r->renderer->period) {
		show_now(r, now, status);
	} else if (!r->output.has_failed && !r->gap) {
		r->renderer->period(r->rendering, &period, now, status);
		r->gap += !output_commit(&r->output, false);
	}
	update_metrics(r, now, status);
	r->summary.goes_on = false;
	report_flush(r);
	return status;
}
