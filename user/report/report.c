// SPDX-License-Identifier: GPL-2.0-only
#include "report/report.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/message.h"
#include "record/write.h"
#include "report/filter.h"
#include "report/metrics.h"
#include "report/renderer.h"

/* For how long a report that nobody reads is waited for: its end, before the probes are
 * taken out, and after. As long as it is read, it is waited for. */
#define SETTLE_NS (300 * NSEC_PER_MSEC)
#define PATIENCE_NS (5 * NSEC_PER_SEC)

void report_init(struct report *r, const struct options *options)
{
	memset(r, 0, sizeof(*r));
	r->options = options;
	r->renderer = renderer_for(options->format);
	output_init(&r->output);
	output_init(&r->pcap);
}

static bool is_live(const struct options *options)
{
	return options->mode == MODE_RUN;
}

static int open_recorder(struct report *r, char why[REPORT_WHY_BYTES])
{
	const struct options *o = r->options;

	if (!o->write)
		return 0;
	parts_init(&r->parts, o->write,
		   &(struct recorder_parts){ o->part_bytes, (uint32_t)o->parts });
	r->recorder = recorder_open(o->write, &r->parts.wish, is_live(o));
	if (!r->recorder) {
		snprintf(why, REPORT_WHY_BYTES, "cannot record to %.200s: %s; use %s for -w",
			 o->write, file_explain(errno), file_cure(errno));
		return -1;
	}
	return 0;
}

/* Two of them in one file would be none. */
static int check_distinct(const struct report *r, char why[REPORT_WHY_BYTES])
{
	const struct options *o = r->options;
	int recording = r->recorder ? recorder_file_fd(r->recorder) : -1;
	const char *path = NULL, *option = NULL;

	if (file_is_same(recording, r->output.fd))
		path = o->write, option = "-w";
	else if (o->pcap &&
		 (file_is_same(r->pcap.fd, r->output.fd) || file_is_same(r->pcap.fd, recording)))
		path = o->pcap, option = "--pcap";
	else if (o->metrics &&
		 (file_is_at(r->output.fd, o->metrics) || file_is_at(recording, o->metrics) ||
		  (o->pcap && file_is_at(r->pcap.fd, o->metrics))))
		path = o->metrics, option = "--metrics";
	if (!path)
		return 0;
	snprintf(why, REPORT_WHY_BYTES,
		 "%.200s is written for another option already; use another path for %s", path,
		 option);
	return -1;
}

static int check_metrics(const struct report *r, char why[REPORT_WHY_BYTES])
{
	const char *path = r->options->metrics;
	int err = path ? file_check(path) : 0;

	if (!err)
		return 0;
	snprintf(why, REPORT_WHY_BYTES, "cannot write %.200s: %s; use %s for --metrics", path,
		 file_explain(-err), file_cure(-err));
	return -1;
}

static int open_pcap(struct report *r, char why[REPORT_WHY_BYTES])
{
	if (!r->options->pcap)
		return 0;
	if (output_open(&r->pcap, r->options->pcap, "--pcap", false, why, REPORT_WHY_BYTES))
		return -1;
	if (!output_start(&r->pcap, is_live(r->options)))
		r->pcap_rendering = pcapng_renderer.begin(r->options, &r->pcap);
	if (r->pcap_rendering)
		return 0;
	snprintf(why, REPORT_WHY_BYTES, "out of memory");
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
	if (options->output && output_open(&r->output, options->output, "-o", r->renderer->is_page,
					   why, REPORT_WHY_BYTES))
		return -1;
	if (!output_start(&r->output, is_live(options)))
		r->rendering = r->renderer->begin(options, &r->output);
	if (r->rendering)
		return open_pcap(r, why) || open_recorder(r, why) || check_distinct(r, why) ||
				       check_metrics(r, why) ?
			       -1 :
			       0;
	snprintf(why, REPORT_WHY_BYTES, "out of memory");
	return -1;
}

bool report_writes_to(const struct report *r, const char *path)
{
	return file_is_at(r->output.fd, path) ||
	       (r->recorder && file_is_at(recorder_file_fd(r->recorder), path));
}

enum status report_error(struct report *r, const char *why)
{
	message("%s", why);
	if (r->renderer->error && !r->output.has_failed)
		r->renderer->error(&r->output, why);
	return STATUS_UNKNOWN;
}

/* ---- writing, and what was not written ---- */

/* A recording that cannot go on must not end the watch. */
static void note_recorder_error(struct report *r, int err)
{
	if (!err)
		return;
	message("recording to %s stopped: %s; what follows is not recorded, the report continues",
		r->options->write, strerror(-err));
	r->failed_recorder = r->recorder;
	r->recorder = NULL;
	r->recorder_gap++; /* at least: what it was given last */
}

static void write_record(struct report *r, bool is_last)
{
	int err = r->recorder ?
			  recorder_write(r->recorder, r->record.text, r->record.len, is_last) :
			  -EAGAIN;

	if (err == -EAGAIN)
		r->recorder_gap++;
	else
		note_recorder_error(r, err);
}

/* Returns whether it found room. */
static bool print(const struct renderer *renderer, void *rendering, struct output *output,
		  const struct finding *f, bool is_last)
{
	bool is_in_file;

	renderer->finding(rendering, f);
	is_in_file = output_commit(output, is_last);
	if (renderer->settled)
		renderer->settled(rendering, is_in_file);
	return is_in_file;
}

static void show(struct report *r, const struct finding *f, bool is_last)
{
	if (!r->output.has_failed)
		r->gap += !print(r->renderer, r->rendering, &r->output, f, is_last);
}

/* Each reset by its packets. After a gap, not here and there one. */
static void show_packets(struct report *r, const struct finding *f)
{
	if (!r->pcap_rendering || r->pcap.has_failed)
		return;
	if (r->pcap_gap && f->type == FINDING_RESET)
		r->pcap_gap++;
	else if (!print(&pcapng_renderer, r->pcap_rendering, &r->pcap, f, false))
		r->pcap_gap++;
}

/* A loss that is our own, at the time where the window stands. */
struct gap {
	struct observation seen;
	struct finding f;
};

static void gap_make(struct gap *g, const struct report *r, enum sense sense, uint64_t count)
{
	g->seen = (struct observation){ .type = OBSERVATION_LOST,
					.netns = r->last.netns,
					.mono_ns = r->last.mono_ns,
					.wall_ns = r->last.wall_ns,
					.lost = { .sense = sense, .count = count } };
	snprintf(g->seen.lost.probe, sizeof(g->seen.lost.probe), "%s", sense_word(sense));
	g->f = (struct finding){ .type = FINDING_LOST,
				 .seen = &g->seen,
				 .netns = g->seen.netns,
				 .mono_ns = g->seen.mono_ns,
				 .wall_ns = g->seen.wall_ns,
				 .host = summary_host(&r->summary, 0) };
}

/* It stands in the file where the lines are missing, and counts as a loss. */
static void report_gap(struct report *r, enum sense sense, uint64_t count)
{
	struct gap gap;

	gap_make(&gap, r, sense, count);
	if (sense == SENSE_RECORDING_GAP && r->recorder &&
	    json_write_finding(&r->record, JSON_RECORDING, &gap.f))
		write_record(r, true);
	summary_add(&r->summary, &gap.f);
	show(r, &gap.f, true);
}

/* The packets' gap is theirs alone: the report has the resets. */
static void report_pcap_gap(struct report *r)
{
	struct gap gap;

	if (!r->pcap_missing)
		message("%s cannot be written fast enough: packets will be missing; the comment of the "
			"next one says how many",
			r->options->pcap);
	r->pcap_missing += r->pcap_gap;
	gap_make(&gap, r, SENSE_REPORT_GAP, r->pcap_gap);
	r->pcap_gap = 0;
	print(&pcapng_renderer, r->pcap_rendering, &r->pcap, &gap.f, true);
}

/* As soon as there is room again, or at the end. */
static void report_gaps(struct report *r, bool is_end)
{
	uint64_t gap = r->gap, recorder_gap = r->recorder_gap;

	if (gap && (is_end || output_has_room(&r->output))) {
		r->gap = 0;
		report_gap(r, SENSE_REPORT_GAP, gap);
	}
	if (r->pcap_gap && (is_end || output_has_room(&r->pcap)))
		report_pcap_gap(r);
	if (recorder_gap && (is_end || (r->recorder && recorder_has_room(r->recorder)))) {
		r->recorder_gap = 0;
		report_gap(r, SENSE_RECORDING_GAP, recorder_gap);
	}
}

/* ---- findings ---- */

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

static void record(struct report *r, const struct finding *f)
{
	struct observation seen;
	struct finding marked;

	if (!r->options->write)
		return;
	if (!json_write_finding(&r->record, JSON_RECORDING,
				parts_note(&r->parts, f, &marked, &seen)))
		return;
	if (r->recorder_gap)
		r->recorder_gap++; /* not here and there one */
	else
		write_record(r, false);
	if (r->recorder && !r->recorder_gap)
		note_recorder_error(r, parts_turn(&r->parts, r->recorder, &r->last, &r->record));
}

/* What was only counted; the summary has each of them already. */
static void record_strays(struct report *r)
{
	struct observation seen;
	struct reset_blame blamed;
	struct finding f;

	while (strays_next(&r->unrecorded, &seen, &blamed, &f))
		record(r, &f);
}

static void record_first_stray(struct report *r, const struct finding *found)
{
	struct observation seen;
	struct reset_blame blamed;
	struct finding f;

	if (strays_begin(&r->unrecorded, found, &seen, &blamed, &f))
		record(r, &f);
}

static void show_strays(struct report *r)
{
	struct observation seen;
	struct reset_blame blamed;
	struct finding f;

	while (strays_next(&r->strays, &seen, &blamed, &f)) {
		f.host = summary_host(&r->summary, f.netns.node);
		if (r->gap)
			r->gap++;
		else
			show(r, &f, false);
	}
}

static bool only_counts(const struct report *r, struct strays *strays, const struct finding *f)
{
	return !r->options->is_verbose && strays_count(strays, f);
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
	if (r->gap || r->recorder_gap || r->pcap_gap)
		report_gaps(r, false);
	if (strays_are_due(&r->unrecorded, f))
		record_strays(r);
	if (strays_are_due(&r->strays, f))
		show_strays(r);
	if (!only_counts(r, &r->unrecorded, f))
		record(r, f);
	else
		record_first_stray(r, f);
	if (f->mono_ns > r->last.mono_ns || f->type == FINDING_END) {
		r->last = *f;
		r->last.netns.node = 0;
	}
	if (!is_wanted(r, f))
		return;
	if (is_made(f))
		summary_add(&r->summary, f);
	r->accused += report_counts(r, f);
	if (is_made(f) && only_counts(r, &r->strays, f)) {
		r->summary.resets_counted++;
		return;
	}
	if (is_shown(r, f) && r->gap)
		r->gap++;
	else if (is_shown(r, f))
		show(r, f, false);
	if (is_shown(r, f))
		show_packets(r, f);
}

bool report_is_live(const struct report *r)
{
	return r->renderer->is_live && r->renderer->is_live(r->rendering);
}

void report_progress(struct report *r, const char *how)
{
	if (report_is_live(r))
		r->renderer->progress(r->rendering, &r->summary, how);
}

bool report_has_failed(const struct report *r)
{
	return r->output.has_failed && !r->recorder;
}

int report_output_fd(const struct report *r)
{
	return output_fd(&r->output);
}

int report_recorder_fd(const struct report *r)
{
	return r->recorder ? recorder_fd(r->recorder) : -1;
}

bool report_counts(const struct report *r, const struct finding *f)
{
	return f->type == FINDING_RESET && reset_is_accused(f->reset) && is_made(f) &&
	       is_wanted(r, f);
}

bool report_is_full(const struct report *r)
{
	return r->options->count && r->accused >= r->options->count;
}

void report_flush(struct report *r)
{
	output_flush(&r->output);
	if (r->pcap_rendering)
		output_flush(&r->pcap);
	if (r->recorder)
		note_recorder_error(r, recorder_flush(r->recorder));
}

void report_settle(struct report *r)
{
	output_wait(&r->output, SETTLE_NS, r->hurry);
}

enum status report_summary(struct report *r)
{
	enum status status;

	report_flush(r); /* a recording that cannot go on shows now, not after the verdict */
	report_gaps(r, true);
	status = summary_status(&r->summary);
	if (r->recorder) {
		json_write_summary(&r->record, &r->summary, &r->last, status);
		write_record(r, true);
	}
	if (!r->output.has_failed) {
		r->renderer->summary(r->rendering, &r->summary, &r->last, status);
		output_commit(&r->output, true);
	}
	if (r->pcap_rendering && !r->pcap.has_failed) {
		pcapng_renderer.summary(r->pcap_rendering, &r->summary, &r->last, status);
		output_commit(&r->pcap, true);
	}
	report_flush(r);
	if (r->options->metrics &&
	    metrics_write(r->options->metrics, r->options, &r->summary, &r->last, status) &&
	    status == STATUS_OK)
		return STATUS_UNKNOWN;
	/* The last line, this summary, may have found no room. */
	if (r->output.has_failed || r->pcap.has_failed || r->pcap_missing ||
	    (r->recorder_gap && status == STATUS_OK))
		return STATUS_UNKNOWN;
	return status;
}

enum status report_close(struct report *r, enum status status)
{
	int err = 0;

	recorder_close(r->failed_recorder, PATIENCE_NS, r->hurry);
	if (r->recorder)
		err = recorder_close(r->recorder, PATIENCE_NS, r->hurry);
	if (err == -ETIMEDOUT)
		message("%s takes no more: the recording lacks its end", r->options->write);
	else if (err)
		message("cannot record to %s: %s", r->options->write, strerror(-err));
	if (err && status == STATUS_OK)
		status = STATUS_UNKNOWN;
	if (output_close(&r->output, PATIENCE_NS, r->hurry))
		status = STATUS_UNKNOWN;
	if (r->options->pcap && output_close(&r->pcap, PATIENCE_NS, r->hurry))
		status = STATUS_UNKNOWN;
	pcapng_renderer.end(r->pcap_rendering);
	if (r->rendering)
		r->renderer->end(r->rendering);
	filter_free(r->filter);
	parts_release(&r->parts);
	jsonw_release(&r->record);
	return status;
}
