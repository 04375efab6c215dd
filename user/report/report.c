// SPDX-License-Identifier: GPL-2.0-only
#include "report/report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/message.h"
#include "cli/cmdline.h"
#include "record/write.h"
#include "report/filter.h"
#include "report/html/html.h"
#include "report/text_private.h"

static bool wants_color(const struct options *options, FILE *out)
{
	const char *term = getenv("TERM");

	return !options->output && isatty(fileno(out)) && !getenv("NO_COLOR") && term &&
	       strcmp(term, "dumb") != 0;
}

enum { COLUMNS_DEFAULT = 100, COLUMNS_MIN = 40 };

static size_t count_columns(FILE *out)
{
	struct winsize size = { 0 };

	if (ioctl(fileno(out), TIOCGWINSZ, &size) || size.ws_col < COLUMNS_MIN)
		return COLUMNS_DEFAULT;
	return size.ws_col;
}

static int open_output(struct report *r, char why[REPORT_WHY_BYTES])
{
	FILE *file;
	int fd;

	r->out = stdout;
	r->out_name = "stdout";
	if (!r->options->output)
		return 0;
	/* Truncated only when there is something to write: see begin_output(). */
	fd = open(r->options->output, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	file = fd < 0 ? NULL : fdopen(fd, "w");
	if (!file) {
		snprintf(why, REPORT_WHY_BYTES, "cannot write %s: %s; use a writable path for -o",
			 r->options->output, strerror(errno));
		return -1;
	}
	r->out = file;
	r->out_name = r->options->output;
	return 0;
}

/* A run that could not begin must not cost an earlier report. */
static void begin_output(struct report *r)
{
	struct stat st;

	if (r->has_begun)
		return;
	r->has_begun = true;
	if (r->out != stdout && !fstat(fileno(r->out), &st) && S_ISREG(st.st_mode) &&
	    ftruncate(fileno(r->out), 0))
		message("cannot empty %s: %s", r->out_name, strerror(errno));
}

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

/* 0, or -1 when out of memory. */
static int open_page(struct report *r)
{
	struct html_options html = {
		.is_utc = r->options->is_utc,
		.is_verbose = r->options->is_verbose,
		.is_quiet = r->options->is_quiet,
	};

	r->command = make_line(cmdline_write, r->options);
	r->again = make_line(cmdline_write_again, r->options);
	html.command = r->command;
	html.again = r->again;
	r->html = html_new(&html);
	return r->html ? 0 : -1;
}

int report_open(struct report *r, const struct options *options, char why[REPORT_WHY_BYTES])
{
	struct text_options text = {
		.is_utc = options->is_utc,
		.is_verbose = options->is_verbose,
		.is_quiet = options->is_quiet,
	};

	memset(r, 0, sizeof(*r));
	r->options = options;
	if (options->filter) {
		r->filter = filter_new(options->filter, why, REPORT_WHY_BYTES);
		if (!r->filter)
			return -1;
		r->summary.filter = filter_text(r->filter);
	}
	if (open_output(r, why))
		return -1;
	text.columns = count_columns(r->out);
	text.is_colored = wants_color(options, r->out);
	text.is_live = options->mode == MODE_RUN && !options->is_quiet && isatty(fileno(r->out));
	text_init(&r->text, r->out, &text);
	if (options->format == FORMAT_HTML && open_page(r)) {
		snprintf(why, REPORT_WHY_BYTES, "out of memory");
		return -1;
	}
	if (!options->write)
		return 0;
	r->recorder = recorder_open(options->write);
	if (r->recorder)
		return 0;
	snprintf(why, REPORT_WHY_BYTES, "cannot record to %s: %s; use a writable path for -w",
		 options->write, strerror(errno));
	return -1;
}

enum status report_error(struct report *r, const char *why)
{
	uint64_t now_ns = clock_mono_ns();

	message("%s", why);
	if (r->options->format == FORMAT_JSON && !r->has_failed) {
		begin_output(r);
		json_write_error(&r->json, why, now_ns, now_ns + clock_wall_offset_ns());
		if (r->json.text)
			fwrite(r->json.text, 1, r->json.len, r->out);
		fflush(r->out);
	}
	return STATUS_UNKNOWN;
}

static void note_output_error(struct report *r)
{
	if (r->has_failed || !ferror(r->out))
		return;
	r->has_failed = true;
	message("cannot write %s: %s; the report is incomplete", r->out_name, strerror(errno));
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

/* ---- writing ---- */

static void write_out(struct report *r, const char *text, size_t len)
{
	if (!r->has_failed && fwrite(text, 1, len, r->out) != len)
		note_output_error(r);
}

static void write_record(struct report *r, const char *text, size_t len)
{
	if (r->recorder)
		note_recorder_error(r, recorder_write(r->recorder, text, len));
}

static void show_text(struct report *r, const struct finding *f)
{
	text_finding(&r->text, f);
	note_output_error(r);
}

static bool is_wanted(const struct report *r, const struct finding *f)
{
	if (f->type == FINDING_START || f->type == FINDING_LOST || f->type == FINDING_PROBE ||
	    f->type == FINDING_LOG || f->type == FINDING_END)
		return true;
	if (r->netns && f->netns.inum != r->netns)
		return false;
	if (f->type == FINDING_NAMESPACE)
		return true;
	return !r->filter || filter_wants(r->filter, f);
}

/* What cannot be filtered is in the summary, as left out. */
static bool is_shown(const struct report *r, const struct finding *f)
{
	return !r->filter || f->type != FINDING_RESETS;
}

void report_finding(void *report, const struct finding *f)
{
	struct report *r = report;
	enum json_detail detail = r->options->is_verbose ? JSON_REMOVALS : JSON_REPORT;

	if (r->options->format != FORMAT_HTML)
		begin_output(r);
	if (r->recorder && json_write_finding(&r->record, JSON_RECORDING, f))
		write_record(r, r->record.text, r->record.len);
	if (f->mono_ns > r->last.mono_ns || f->type == FINDING_END) {
		r->last = *f;
		r->last.netns.node = 0;
	}
	if (!is_wanted(r, f))
		return;
	summary_add(&r->summary, f);
	if (r->has_failed || !is_shown(r, f))
		return;
	if (r->options->format == FORMAT_TEXT)
		show_text(r, f);
	else if (r->options->format == FORMAT_HTML)
		html_finding(r->html, f);
	else if (json_write_finding(&r->json, detail, f))
		write_out(r, r->json.text, r->json.len);
}

bool report_counts(const struct report *r, const struct finding *f)
{
	return f->type == FINDING_RESET && reset_is_blamed(f->reset) && is_wanted(r, f);
}

bool report_is_full(const struct report *r)
{
	return r->options->count && r->summary.blamed >= r->options->count;
}

void report_flush(struct report *r)
{
	if (!r->has_failed && fflush(r->out))
		note_output_error(r);
	if (r->recorder)
		note_recorder_error(r, recorder_flush(r->recorder));
}

/* All at once: whatever happens before costs no earlier page. */
static void write_page(struct report *r, enum status status)
{
	char *page = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&page, &len);
	bool is_whole = false;

	if (out) {
		html_write(r->html, out, &r->summary, status);
		is_whole = !ferror(out);
		is_whole &= !fclose(out);
	}
	if (is_whole) {
		begin_output(r);
		write_out(r, page, len);
	} else {
		r->has_failed = true;
		message("cannot write %s: out of memory", r->out_name);
	}
	free(page);
}

static void write_verdict(struct report *r, enum status status)
{
	switch (r->options->format) {
	case FORMAT_TEXT:
		text_summary(&r->text, &r->summary, status);
		break;
	case FORMAT_JSON:
		json_write_summary(&r->json, &r->summary, &r->last, status);
		write_out(r, r->json.text, r->json.len);
		break;
	case FORMAT_HTML:
		write_page(r, status);
		break;
	}
}

enum status report_summary(struct report *r)
{
	enum status status = summary_status(&r->summary);

	report_flush(r); /* a recording that cannot go on shows now, not after the verdict */
	if (r->is_recording_cut && status == STATUS_OK)
		status = STATUS_UNKNOWN;
	if (r->recorder) {
		json_write_summary(&r->record, &r->summary, &r->last, status);
		write_record(r, r->record.text, r->record.len);
	}
	if (!r->has_failed)
		write_verdict(r, status);
	report_flush(r);
	/* The last line, this summary, may have found no room. */
	if (r->has_failed || (r->is_recording_cut && status == STATUS_OK))
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
	if (r->out && r->out != stdout && fclose(r->out) && !r->has_failed) {
		message("cannot write %s: %s", r->out_name, strerror(errno));
		err = -1;
	}
	html_free(r->html);
	free(r->command);
	free(r->again);
	filter_free(r->filter);
	jsonw_release(&r->json);
	jsonw_release(&r->record);
	return err ? -1 : 0;
}
