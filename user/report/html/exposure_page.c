// SPDX-License-Identifier: GPL-2.0-only
#include "report/html/exposure_page.h"

#include "base/number_text.h"
#include "report/html/private.h"

enum { STAKE_BYTES = 1024, HEADLINE_BYTES = 256 };

static const char *host_of(const struct exposure_report *r)
{
	return r->look->host[0] ? r->look->host : "a node";
}

static void put_head(const struct exposure_report *r, bool is_utc, FILE *out)
{
	char headline[HEADLINE_BYTES], when[TIME_TEXT_BYTES];
	enum status status = (enum status)r->status;

	html_begin_head(out);
	fprintf(out, "%s: exposure of ", status_name(status));
	html_escape(out, host_of(r));
	html_end_head(out);
	fprintf(out, "<header class=\"%s\">\n<h1>", html_status_class(status));
	html_element(out, "span", "headline", exposure_headline(r, headline, sizeof(headline)));
	fprintf(out,
		" <span class=\"severity\"><span class=\"status\">%s</span> "
		"<span class=\"exit\">exit status %d</span></span></h1>\n<p class=\"window\"><b>",
		status_name(status), (int)status);
	html_escape(out, host_of(r));
	fprintf(out, "</b>, %s", time_format_day(r->wall_ns, is_utc, when, sizeof(when)));
	if (r->look->root[0]) {
		fputs(", from the files below ", out);
		html_element(out, "code", NULL, r->look->root);
	}
	fputs("</p>\n</header>\n<main id=\"main\">\n", out);
}

static void put_lines(FILE *out, const char *heading, const char *class,
		      const struct exposed_lines *lines)
{
	if (!lines->count)
		return;
	fprintf(out, "<h3>%s</h3>\n<ul class=\"%s\">\n", heading, class);
	for (size_t i = 0; i < lines->count; i++)
		html_element(out, "li", NULL, lines->lines[i]);
	fputs("</ul>\n", out);
}

static void put_victims(FILE *out, const struct stake *s)
{
	char name[256];

	if (!s->names_count)
		return;
	fputs("<ul>\n", out);
	for (size_t i = 0; i < s->names_count; i++) {
		fprintf(out, "<li>%s of ", COUNTED(s->names[i].flows, "flow", "flows"));
		html_escape(out, stake_name_format(&s->names[i].process, name, sizeof(name)));
		fputs("</li>\n", out);
	}
	fputs("</ul>\n", out);
}

static void put_exposed(FILE *out, const struct exposed *e, size_t number)
{
	char stake[STAKE_BYTES];

	fprintf(out, "<section id=\"finding-%zu\">\n<h2>", number);
	html_element(out, "code", NULL, e->row->id);
	fputs(" ", out);
	html_escape(out, e->subject);
	fprintf(out, " <span class=\"confidence\">%s</span></h2>\n", severity_name(e->severity));
	html_element(out, "p", NULL, e->sentence);
	html_element(out, "p", NULL, e->row->danger);
	if (e->has_end)
		html_element(out, "p", "alert", e->end);
	fputs("<h3>At stake</h3>\n", out);
	html_element(out, "p", NULL, stake_format(&e->stake, stake, sizeof(stake)));
	put_victims(out, &e->stake);
	put_lines(out, "Seen", "evidence", &e->evidence);
	put_lines(out, "What to do", "advice", &e->cures);
	html_element(out, "p", "dim", e->not_if);
	fputs("</section>\n", out);
}

static void put_gaps(const struct exposure_report *r, FILE *out)
{
	const struct look *look = r->look;
	const char *why;

	html_begin_section(out, "gaps", "Not seen");
	if (!look->gaps_count)
		fputs("<p>All was read that is looked for.</p>\n", out);
	fputs("<ul>\n", out);
	for (size_t i = 0; i < finding_rows_count; i++) {
		if (finding_could_judge(&finding_rows[i], look, &why))
			continue;
		fprintf(out, "<li><code>%s</code> was not judged: ", finding_rows[i].id);
		html_escape(out, why);
		fputs("</li>\n", out);
	}
	for (size_t i = 0; i < look->gaps_count; i++) {
		fprintf(out, "<li>%s: ", look_part_name(look->gaps[i].part));
		html_escape(out, look->gaps[i].why);
		fputs("</li>\n", out);
	}
	fprintf(out, "<li>looked at: %s, %s, %s</li>\n</ul>\n</section>\n",
		COUNTED(look->flows_count, "conntrack entry", "conntrack entries"),
		COUNTED(look->sockets_count, "socket", "sockets"),
		COUNTED(look->namespaces, "namespace", "namespaces"));
}

void exposure_write_page(const struct exposure_report *r, bool is_utc, FILE *out)
{
	put_head(r, is_utc, out);
	for (size_t i = 0; i < r->exposures->count; i++)
		put_exposed(out, &r->exposures->items[i], i + 1);
	put_gaps(r, out);
	fputs("</main>\n</body>\n</html>\n", out);
}
