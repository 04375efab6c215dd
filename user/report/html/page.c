// SPDX-License-Identifier: GPL-2.0-only
/* Writing: the page from its head to its foot, and what its sections share. */
#include <inttypes.h>
#include <string.h>

#include "base/number_text.h"
#include "base/version.h"
#include "model/words.h"
#include "report/html/private.h"
#include "summary/verdict_text.h"

void html_time(const struct html *h, FILE *out, uint64_t wall_ns)
{
	char iso[TIME_TEXT_BYTES], clock[TIME_TEXT_BYTES], day[TIME_TEXT_BYTES];

	fprintf(out, "<time datetime=\"%s\" title=\"%s\">%s</time>",
		time_format_iso(wall_ns, iso, sizeof(iso)),
		time_format_day(wall_ns, h->options.is_utc, day, sizeof(day)),
		time_format_clock(wall_ns, h->options.is_utc, clock, sizeof(clock)));
}

void html_confidence(FILE *out, enum confidence confidence)
{
	const char *name = confidence_name(confidence);

	fprintf(out, "<span class=\"confidence %s\">%s</span>", name, name);
}

void html_begin_section(FILE *out, const char *id, const char *heading)
{
	fprintf(out, "<section id=\"%s\">\n<h2>%s</h2>\n", id, heading);
}

void html_begin_table(FILE *out, const char *class, const char *caption, const char *const *columns)
{
	fprintf(out, "<table class=\"%s\">\n<caption>%s</caption>\n<thead><tr>", class, caption);
	for (; *columns; columns++)
		fprintf(out, **columns ? "<th scope=\"col\">%s</th>" : "<td>%s</td>", *columns);
	fputs("</tr></thead>\n<tbody>\n", out);
}

void html_begin_cell(FILE *out, const char *label, const char *class)
{
	fprintf(out, "<td data-label=\"%s\"%s%s%s>", label, class ? " class=\"" : "",
		class ? class : "", class ? "\"" : "");
}

void html_cell(FILE *out, const char *label, const char *class, const char *text)
{
	html_begin_cell(out, label, class);
	html_escape(out, text);
	fputs("</td>", out);
}

void html_count_cell(FILE *out, const char *label, uint64_t count)
{
	html_begin_cell(out, label, "number");
	fprintf(out, "%s</td>", NUMBER(count));
}

void html_paper_ends(FILE *out, uint64_t count, uint64_t printed)
{
	if (count > printed)
		fprintf(out,
			"<p class=\"paper rest\">Printed up to here: %s in the page "
			"itself.</p>\n",
			COUNTED(count - printed, "more line is", "more lines are"));
}

/* ---- head and foot ---- */

const char *html_status_class(enum status status)
{
	static const char *const classes[] = { "ok", "warning", "critical", "unknown" };

	return classes[status];
}

static void write_hosts(const struct html *h, FILE *out)
{
	for (size_t i = 0; i < h->starts_count; i++) {
		fputs(i ? ", " : "", out);
		html_escape(out, h->starts[i].host);
	}
	if (h->starts_untold)
		fprintf(out, " and %s more", NUMBER(h->starts_untold));
}

/* Whatever an escape should miss, nothing is run and nothing is fetched: the policy
 * allows the page its style and that is all. */
void html_begin_head(FILE *out)
{
	fputs("<!DOCTYPE html>\n"
	      "<html lang=\"en\" xml:lang=\"en\" xmlns=\"http://www.w3.org/1999/xhtml\">\n"
	      "<head>\n<meta charset=\"utf-8\"/>\n"
	      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
	      "style-src 'unsafe-inline'\"/>\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
	      "<meta name=\"color-scheme\" content=\"light dark\"/>\n"
	      "<meta name=\"referrer\" content=\"no-referrer\"/>\n"
	      "<meta name=\"generator\" content=\"rstblame " RSTBLAME_VERSION "\"/>\n<title>",
	      out);
}

void html_end_head(FILE *out)
{
	fprintf(out,
		"</title>\n<style>\n%s</style>\n</head>\n<body>\n"
		"<a class=\"skip\" href=\"#main\">Skip to the findings</a>\n",
		html_style);
}

static void write_head(const struct html *h, FILE *out, enum status status)
{
	html_begin_head(out);
	fprintf(out, "%s: TCP resets", status_name(status));
	if (h->starts_count) {
		fputs(" on ", out);
		write_hosts(h, out);
	}
	html_end_head(out);
}

static void write_window(const struct html *h, FILE *out, const struct summary *t)
{
	char from[TIME_TEXT_BYTES], to[TIME_TEXT_BYTES];

	if (!h->has_begun)
		return;
	fputs("<p class=\"window\">", out);
	if (h->starts_count) {
		fputs("<b>", out);
		write_hosts(h, out);
		fputs("</b>, ", out);
	}
	time_format_day(h->from_wall_ns, h->options.is_utc, from, sizeof(from));
	time_format_day(h->to_wall_ns, h->options.is_utc, to, sizeof(to));
	if (t->is_audit)
		fprintf(out, "audit of %s", from);
	else
		fprintf(out, "%s to %s (%s)", from, to, SPAN(t->window_s));
	fputs("</p>\n", out);
}

/* First what it is about, then how bad that is. */
static void write_verdict(const struct html *h, FILE *out, const struct summary *t,
			  enum status status)
{
	char words[ACCOUNT_BYTES];
	const char *sentence;

	verdict_text_headline(t, status, words, sizeof(words));
	sentence = strstr(words, ": ");
	fprintf(out, "<header class=\"%s\">\n<h1>", html_status_class(status));
	html_element(out, "span", "headline", sentence ? sentence + 2 : words);
	fprintf(out,
		" <span class=\"severity\"><span class=\"status\">%s</span> "
		"<span class=\"exit\">exit status %d</span></span></h1>\n",
		status_name(status), (int)status);
	write_window(h, out, t);
	if (t->filter) {
		fputs("<p class=\"window\">filter: ", out);
		html_element(out, "code", NULL, t->filter);
		fputs("</p>\n", out);
		if (*verdict_text_unfiltered(t, words, sizeof(words)))
			html_element(out, "p", "window", words);
	}
	if (html_has_gaps(h, t))
		fputs("<p class=\"alert\">Some of it was not observed: <a href=\"#gaps\">what "
		      "is missing</a> makes this verdict less certain.</p>\n",
		      out);
	fputs("</header>\n", out);
}

static void write_contents(const struct html *h, FILE *out, const struct summary *t)
{
	char words[DESCRIBE_BYTES];
	bool has_groups;

	fputs("<nav><a href=\"#why\">Why</a> ", out);
	if (*verdict_text_waiting(t, &has_groups, words, sizeof(words)))
		fputs("<a href=\"#risk\">At risk</a> ", out);
	fputs("<a href=\"#todo\">What to do</a> ", out);
	if (!t->is_audit)
		fputs("<a href=\"#resets\">Resets</a> <a href=\"#victims\">Victims</a> ", out);
	if (!h->options.is_quiet && !t->is_audit)
		fputs("<a href=\"#timeline\">Timeline</a> ", out);
	fputs("<a href=\"#counts\">Counts</a> <a href=\"#gaps\">Not seen</a> "
	      "<a href=\"#source\">Source</a></nav>\n",
	      out);
}

void html_write(struct html *h, FILE *out, const struct summary *t, enum status status)
{
	html_sort_rows(h);
	write_head(h, out, status);
	write_verdict(h, out, t, status);
	write_contents(h, out, t);
	fputs("<main id=\"main\">\n", out);
	html_begin_section(out, "why", "Why");
	html_write_stories(h, out, t);
	html_write_waiting(h, out, t);
	fputs("</section>\n", out);
	html_write_advice(out, t);
	if (!t->is_audit) {
		html_write_resets(h, out, t);
		html_write_victims(h, out, t);
	}
	if (!h->options.is_quiet && !t->is_audit) {
		html_begin_section(out, "timeline", "Timeline");
		html_write_timeline(h, out, t);
		html_write_list(h, out);
		fputs("</section>\n", out);
	}
	html_write_counts(out, t);
	html_write_gaps(h, out, t);
	html_write_source(h, out, t);
	fputs("</main>\n</body>\n</html>\n", out);
}
