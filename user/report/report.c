// SPDX-License-Identifier: GPL-2.0-only
#include "report/report.h"

#include <errno.h>
#include <string.h>

#include "base/message.h"
#include "record/write.h"
#include "report/filter.h"
#include "report/metrics.h"
#include "report/renderer.h"

void report_init(struct report *r, const struct options *options)
{
	memset(r, 0, sizeof(*r));
	r->options = options;
	r->renderer = renderer_for(options->format);
	output_init(&r->output);
}

static int open_recorder(struct report *r, char why[REPORT_WHY_BYTES])
{
	if (!r->options->write)
		return 0;
	r->recorder = recorder_open(r->options->write);
	if (r->recorder)
		return 0;
	snprintf(why, REPORT_WHY_BYTES, "cannot record to %s: %s; use a writable path for -w",
		 r->options->write, strerror(errno));
	return -1;
}

int report_open(struct report *r, const struct options *options, char why[REPORT_WHY_BYTES])
{
	report_init(r, options);
	if (options->filter) {
		r->filter = filter_new(options->filter, why, REPORT_WHY_BYTES);
		if (!r->filter)
			return -1;
		r->summary.filter = filter_text(r->filter);
	}
	r->summary.nodes = (uint32_t)options->read_count;
	if (options->output && output_open(&r->output, options->output, why, REPORT_WHY_BYTES))
		return -1;
	r->rendering = r->renderer->begin(options, &r->output);
	if (r->rendering)
		return open_recorder(r, why);
	snprintf(why, REPORT_WHY_BYTES, "out of memory");
	return -1;
}

enum status report_error(struct report *r, const char *why)
{
	message("%s", why);
	if (r->renderer->error && !r->output.has_failed)
		r->renderer->error(&r->output, why);
	return STATUS_UNKNOWN;
}

/* A recording that cannot go on must not end the watch. */
static void note_recorder_error(struct report *r, int err)
{
	if (!err)
		return;
	message("recording to %s stopped: %s; its last line may be incomplete, the report continues",
		r->options->write, strerror(-err));
	recorder_close(r->recorder);
	r->recorder = NULL;
	r->is_recording_cut = true;
}

static void write_record(struct report *r)
{
	if (r->recorder)
		note_recorder_error(r, recorder_write(r->recorder, r->record.text, r->record.len));
}

static bool is_wanted(const struct report *r, const struct finding *f)
{
	if (f->type == FINDING_START || f->type == FINDING_LOST || f->type == FINDING_PROBE ||
	    f->type == FINDING_WITNESS || f->type == FINDING_LOG || f->type == FINDING_END)
		return true;
	if (!places_has(&r->places, f->netns))
		return false;
	if (f->type == FINDING_NAMESPACE)
		return true;
	return !r->filter || filter_wants(r->filter, f);
}

/* What the kernel decided against was no reset. */
static bool is_made(const struct finding *f)
{
	return f->type != FINDING_RESET || f->seen->reset.undelivered != UNDELIVERED_NOT_MADE;
}

/* What cannot be filtered is in the summary, as left out. */
static bool is_shown(const struct report *r, const struct finding *f)
{
	return (is_made(f) || r->options->is_verbose) && (!r->filter || f->type != FINDING_RESETS);
}

void report_finding(void *report, const struct finding *found)
{
	struct report *r = report;
	struct finding named = *found, *f = &named;

	if (f->type == FINDING_NAMESPACE)
		places_learn(&r->places, f);
	if (f->type == FINDING_START)
		summary_add_host(&r->summary, f);
	f->host = summary_host(&r->summary, f->netns.node);
	if (r->recorder && json_write_finding(&r->record, JSON_RECORDING, f))
		write_record(r);
	if (f->mono_ns > r->last.mono_ns || f->type == FINDING_END) {
		r->last = *f;
		r->last.netns.node = 0;
	}
	if (!is_wanted(r, f))
		return;
	if (is_made(f))
		summary_add(&r->summary, f);
	if (!r->output.has_failed && is_shown(r, f))
		r->renderer->finding(r->rendering, f);
}

bool report_is_live(const struct report *r)
{
	return r->renderer->is_live && r->renderer->is_live(r->rendering);
}

void report_progress(struct report *r, uint64_t left_s)
{
	if (report_is_live(r))
		r->renderer->progress(r->rendering, &r->summary, left_s);
}

bool report_has_failed(const struct report *r)
{
	return r->output.has_failed;
}

bool report_counts(const struct report *r, const struct finding *f)
{
	return f->type == FINDING_RESET && reset_is_blamed(f->reset) && is_made(f) &&
	       is_wanted(r, f);
}

bool report_is_full(const struct report *r)
{
	return r->options->count && r->summary.blamed >= r->options->count;
}

void report_flush(struct report *r)
{
	output_flush(&r->output);
	if (r->recorder)
		note_recorder_error(r, recorder_flush(r->recorder));
}

enum status report_summary(struct report *r)
{
	enum status status = summary_status(&r->summary);

	report_flush(r); /* a recording that cannot go on shows now, not after the verdict */
	if (r->is_recording_cut && status == STATUS_OK)
		status = STATUS_UNKNOWN;
	if (r->recorder) {
		json_write_summary(&r->record, &r->summary, &r->last, status);
		write_record(r);
	}
	if (!r->output.has_failed)
		r->renderer->summary(r->rendering, &r->summary, &r->last, status);
	report_flush(r);
	if (r->options->metrics &&
	    metrics_write(r->options->metrics, r->options, &r->summary, &r->last, status) &&
	    status == STATUS_OK)
		return STATUS_UNKNOWN;
	/* The last line, this summary, may have found no room. */
	if (r->output.has_failed || (r->is_recording_cut && status == STATUS_OK))
		return STATUS_UNKNOWN;
	return status;
}

int report_close(struct report *r)
{
	int err = 0;

	if (r->recorder)
		err = recorder_close(r->recorder);
	if (err)
		message("cannot record to %s: %s", r->options->write, strerror(-err));
	err |= output_close(&r->output);
	r->renderer->end(r->rendering);
	filter_free(r->filter);
	jsonw_release(&r->record);
	return err ? -1 : 0;
}
