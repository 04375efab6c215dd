// SPDX-License-Identifier: GPL-2.0-only
/* Writing: what could not be seen, and with what it was looked: probes, kernel, command. */
#include <inttypes.h>
#include <string.h>

#include "base/number_text.h"
#include "report/html/private.h"
#include "summary/verdict_text.h"

/* ---- what was not seen ---- */

/* Whether it makes what is said less sure; a probe of a module that is not there does not. */
bool html_has_gaps(const struct html *h, const struct summary *t)
{
	char lines[GAPS_MAX][DESCRIBE_BYTES];

	return t->lost_total || t->is_blind || h->steps_count || h->is_short_of_memory ||
	       verdict_text_unseen(t, lines) || verdict_text_unlooked(t, false, lines);
}

static void write_losses(FILE *out, const struct summary *t)
{
	char words[ACCOUNT_BYTES * 2];

	fprintf(out, "<p%s data-lost=\"%" PRIu64 "\"><b>Lost:</b> ",
		t->lost_total ? " class=\"alert\"" : "", t->lost_total);
	html_escape(out, verdict_text_losses(t, words, sizeof(words)));
	fputs(t->lost_total ? ". Causes may be missing, so the verdicts are less certain.</p>\n" :
			      ".</p>\n",
	      out);
}

static void write_lines(FILE *out, char lines[GAPS_MAX][DESCRIBE_BYTES], size_t count,
			const char *class)
{
	for (size_t i = 0; i < count; i++) {
		html_element(out, "p", class, lines[i]);
		fputs("\n", out);
	}
}

static void write_clock_steps(const struct html *h, FILE *out)
{
	for (size_t i = 0; i < h->steps_count; i++) {
		const struct html_step *s = &h->steps[i];
		char by[DURATION_TEXT_BYTES];
		uint64_t size_ns = (uint64_t)(s->by_ns < 0 ? -s->by_ns : s->by_ns);

		fputs("<p class=\"alert\"><b>Clock:</b> at ", out);
		html_time(h, out, s->wall_ns);
		fprintf(out, " it had jumped %s by %s", s->by_ns < 0 ? "back" : "forward",
			duration_format(size_ns, by, sizeof(by)));
		if (s->node)
			fprintf(out, " [recording %u]", s->node + 1);
		fputs(" relative to the monotonic clock: it was set, or the machine slept. This "
		      "page is ordered by the monotonic clock.</p>\n",
		      out);
	}
	if (h->steps_untold)
		fprintf(out, "<p class=\"rest\">The clock jumped %s.</p>\n",
			COUNTED(h->steps_untold, "more time", "more times"));
}

static void write_missing(const struct html *h, FILE *out)
{
	for (size_t i = 0; i < h->starts_count; i++)
		for (size_t k = 0; k < h->starts[i].probes_count; k++) {
			const struct html_probe *p = &h->starts[i].probes[k];

			if (sense_is_attached(p->how))
				continue;
			fprintf(out, "<p class=\"missing%s\"><b>Not observed:</b> ",
				p->is_blind ? " alert" : "");
			html_element(out, "code", NULL, p->name);
			fputs(": ", out);
			html_escape(out, p->why);
			if (*p->so)
				fprintf(out, ", so %s", p->so);
			if (h->starts[i].node)
				fprintf(out, " [recording %u]", h->starts[i].node + 1);
			fputs("</p>\n", out);
		}
}

void html_write_gaps(struct html *h, FILE *out, const struct summary *t)
{
	char lines[GAPS_MAX][DESCRIBE_BYTES];

	html_begin_section(out, "gaps", "Not seen");
	if (!t->is_audit)
		write_losses(out, t);
	write_lines(out, lines, verdict_text_unseen(t, lines), "alert");
	write_lines(out, lines, verdict_text_unlooked(t, false, lines), "alert");
	write_clock_steps(h, out);
	if (h->is_short_of_memory)
		fputs("<p class=\"alert\">Lines of this page are missing: out of memory.</p>\n",
		      out);
	for (size_t i = 0; i < t->gaps_count; i++)
		html_element(out, "p", "missing alert", t->gaps[i]);
	write_missing(h, out);
	fputs("</section>\n", out);
}

/* ---- how it was observed ---- */

/* "17 of 19 probes are attached". */
static void write_probes_attached(FILE *out, const struct html_start *s)
{
	size_t attached = 0;

	for (size_t i = 0; i < s->probes_count; i++)
		attached += sense_is_attached(s->probes[i].how);
	fprintf(out, "%zu of %zu probes %s attached", attached, s->probes_count,
		attached == 1 ? "is" : "are");
}

/* Folded: whoever asks how it was seen opens it. */
static void write_probes(FILE *out, const struct html_start *s)
{
	static const char *const columns[] = { "Probe", "How", "Symbol", "Why not", NULL };

	if (!s->probes_count)
		return;
	fputs("<details>\n<summary>", out);
	write_probes_attached(out, s);
	fputs("</summary>\n", out);
	html_begin_table(out, "probes", "Probes, and how each is attached", columns);
	for (size_t i = 0; i < s->probes_count; i++) {
		const struct html_probe *p = &s->probes[i];

		fputs("<tr>", out);
		html_cell(out, "Probe", NULL, p->name);
		html_cell(out, "How", NULL, p->how);
		html_cell(out, "Symbol", "command", p->symbol);
		html_cell(out, "Why not", NULL, p->why);
		fputs("</tr>\n", out);
	}
	fputs("</tbody>\n</table>\n</details>\n", out);
}

static void write_start(const struct html *h, FILE *out, const struct html_start *s)
{
	char day[TIME_TEXT_BYTES];

	fputs("<p>", out);
	html_escape(out, s->line);
	fputs(", from ", out);
	fputs(time_format_day(s->wall_ns, h->options.is_utc, day, sizeof(day)), out);
	if (s->node)
		fprintf(out, " [recording %u]", s->node + 1);
	fputs("</p>\n", out);
	write_probes(out, s);
}

static void write_command(FILE *out, const char *what, const char *command)
{
	if (!command)
		return;
	html_element(out, "p", NULL, what);
	html_element(out, "pre", NULL, command);
	fputs("\n", out);
}

void html_write_source(struct html *h, FILE *out, const struct summary *t)
{
	char lines[GAPS_MAX][DESCRIBE_BYTES];

	html_begin_section(out, "source", "Source");
	write_command(out, "This page was made with:", h->options.command);
	write_command(out, "To regenerate it from the recording:", h->options.again);
	for (size_t i = 0; i < h->starts_count; i++)
		write_start(h, out, &h->starts[i]);
	if (h->starts_untold)
		fprintf(out, "<p class=\"rest\">The probes of %s are not listed.</p>\n",
			COUNTED(h->starts_untold, "more recording", "more recordings"));
	/* Last of what is said of the effort. */
	if (h->options.is_verbose && t->effort.drain_worst_ns)
		html_element(out, "p", NULL, lines[verdict_text_unlooked(t, true, lines) - 1]);
	fputs("</section>\n", out);
}
