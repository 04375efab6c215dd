// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <string.h>

#include "base/growing.h"
#include "base/number_text.h"
#include "base/time_text.h"
#include "base/utf8.h"
#include "base/wrapped.h"
#include "exposure/report.h"
#include "summary/summary.h"

enum { INDENT = 11, HEADLINE_BYTES = 256, NAME_BYTES = 32 };

const char *look_part_name(enum look_part part)
{
	static const char *const names[] = {
		[LOOK_ADDRESSES] = "addresses", [LOOK_MANAGERS] = "managers",
		[LOOK_HISTORY] = "history",     [LOOK_FLOWS] = "flows",
		[LOOK_SOCKETS] = "sockets",     [LOOK_PROCESSES] = "processes",
		[LOOK_RULES] = "rules",         [LOOK_SYSCTLS] = "sysctls",
		[LOOK_CPU_STATS] = "counters",  [LOOK_NAMESPACES] = "namespaces",
		[LOOK_FILTERS] = "filters",     [LOOK_ROUTES] = "routes",
		[LOOK_FLUSHERS] = "flushers",   [LOOK_DATA_PATHS] = "data-paths",
	};

	return part < LOOK_PARTS ? names[part] : "";
}

static uint64_t most_flows(const struct exposures *x)
{
	uint64_t flows = 0;

	/* One flow may be hit by several: they are not added up. */
	for (size_t i = 0; i < x->count; i++)
		if (x->items[i].stake.flows > flows)
			flows = x->items[i].stake.flows;
	return flows;
}

const char *exposure_headline(const struct exposure_report *r, char *buf, size_t size)
{
	const struct exposures *x = r->exposures;
	struct growing g = { .buf = buf, .size = size };
	uint64_t flows = most_flows(x);

	if (x->count)
		grow(&g, "exposed: %s", COUNTED(x->count, "finding", "findings"));
	else if (r->status == STATUS_OK)
		grow(&g, "not exposed to %s that it knows of",
		     finding_rows_count == 1 ? "the one finding" : "any of the findings");
	else
		grow(&g, "nothing was found, but not everything could be looked at");
	if (flows)
		grow(&g, x->count == 1 ? ", %s at stake" : ", up to %s at stake",
		     COUNTED(flows, "flow is", "flows are"));
	if (x->count && x->items[0].has_end && x->items[0].stake.flows)
		grow(&g, "; the first is due in %s", SPAN(x->items[0].end_s));
	return buf;
}

static void put(FILE *out, size_t columns, const char *label, const char *words)
{
	fprintf(out, "  %-*s", INDENT - 2, label);
	wrapped_print(out, columns, INDENT, INDENT, words);
}

static void put_lines(FILE *out, size_t columns, const char *label,
		      const struct exposed_lines *lines)
{
	for (size_t i = 0; i < lines->count; i++)
		put(out, columns, i ? "" : label, lines->lines[i]);
}

static void put_exposed(FILE *out, size_t columns, const struct exposed *e, bool is_quiet)
{
	char stake[1024], severity[NAME_BYTES];
	size_t len = 0;

	for (const char *c = severity_name(e->severity); *c && len < sizeof(severity) - 1; c++)
		severity[len++] = (char)(*c - 'a' + 'A');
	severity[len] = '\0';
	fprintf(out, "%s%s  %s  %s\n", is_quiet ? "" : "\n", severity, e->row->id, e->subject);
	if (is_quiet)
		return;
	fputs("  ", out);
	wrapped_print(out, columns, 2, 2, e->sentence);
	put(out, columns, "danger", e->row->danger);
	put(out, columns, "at stake", stake_format(&e->stake, stake, sizeof(stake)));
	if (e->has_end)
		put(out, columns, "soon", e->end);
	put_lines(out, columns, "seen", &e->evidence);
	put_lines(out, columns, "do", &e->cures);
	put(out, columns, "unless", e->not_if);
}

static void put_gaps(const struct exposure_report *r, size_t columns, FILE *out)
{
	const struct look *look = r->look;
	const char *why;
	char line[512];

	for (size_t i = 0; i < finding_rows_count; i++) {
		if (finding_could_judge(&finding_rows[i], look, &why))
			continue;
		fprintf(out, "\nnot judged: %s:", finding_rows[i].id);
		wrapped_print(out, columns, 13 + strlen(finding_rows[i].id), 2, why);
	}
	if (look->gaps_count)
		fputs("\nnot seen:\n", out);
	for (size_t i = 0; i < look->gaps_count; i++) {
		snprintf(line, sizeof(line), "%s: %s", look_part_name(look->gaps[i].part),
			 look->gaps[i].why);
		fputs("  ", out);
		wrapped_print(out, columns, 2, 4, line);
	}
}

void exposure_write_text(const struct exposure_report *r, size_t columns, FILE *out)
{
	char headline[HEADLINE_BYTES], host[LOOK_HOST_BYTES], spent[DURATION_TEXT_BYTES];

	fprintf(out, "%s: %s: %s\n", status_name(r->status),
		utf8_printable(r->look->host[0] ? r->look->host : "node", host, sizeof(host)),
		exposure_headline(r, headline, sizeof(headline)));
	for (size_t i = 0; i < r->exposures->count; i++)
		put_exposed(out, columns, &r->exposures->items[i], r->is_quiet);
	if (r->is_quiet)
		return;
	put_gaps(r, columns, out);
	fprintf(out, "\nlooked at %s, %s and %s in %s; nothing was traced or changed\n",
		COUNTED(r->look->flows_count, "conntrack entry", "conntrack entries"),
		COUNTED(r->look->sockets_count, "socket", "sockets"),
		COUNTED(r->look->namespaces, "namespace", "namespaces"),
		duration_format(r->spent_ns, spent, sizeof(spent)));
}
