// SPDX-License-Identifier: GPL-2.0-only
/* The line of --exposure. Its fields are declared for the schema in record/lines_window.c. */
#include <string.h>

#include "base/json_writer.h"
#include "base/time_text.h"
#include "base/version.h"
#include "exposure/report.h"

enum { HEADLINE_BYTES = 256 };

static void put_known(struct jsonw *w, const char *name, const char *value)
{
	if (*value)
		jsonw_string(w, name, value);
}

static void put_victim(struct jsonw *w, const struct stake_name *name)
{
	const struct look_process *p = &name->process;

	jsonw_begin_object(w, NULL);
	jsonw_u64(w, "pid", p->pid);
	jsonw_string(w, "comm", p->comm);
	put_known(w, "unit", p->unit);
	put_known(w, "container", p->container);
	put_known(w, "container_name", p->container_name);
	put_known(w, "pod", p->pod);
	put_known(w, "netns_name", p->netns_name);
	jsonw_u64(w, "flows", name->flows);
	jsonw_end_object(w);
}

static void put_stake(struct jsonw *w, const struct stake *s)
{
	jsonw_begin_object(w, "at_stake");
	if (s->why_unknown[0]) {
		jsonw_string(w, "unknown", s->why_unknown);
		jsonw_end_object(w);
		return;
	}
	jsonw_u64(w, "flows", s->flows);
	if (s->unsure)
		jsonw_u64(w, "unsure", s->unsure);
	jsonw_u64(w, "sockets", s->sockets);
	if (s->knows_keepalive)
		jsonw_u64(w, "without_keepalive", s->without_keepalive);
	if (s->has_idle)
		jsonw_u64(w, "longest_idle_s", s->longest_idle_s);
	jsonw_u64(w, "processes", s->processes);
	jsonw_u64(w, "containers", s->containers);
	jsonw_begin_array(w, "victims");
	for (size_t i = 0; i < s->names_count; i++)
		put_victim(w, &s->names[i]);
	jsonw_end_array(w);
	jsonw_end_object(w);
}

static void put_lines(struct jsonw *w, const char *name, const struct exposed_lines *lines)
{
	jsonw_begin_array(w, name);
	for (size_t i = 0; i < lines->count; i++)
		jsonw_string(w, NULL, lines->lines[i]);
	jsonw_end_array(w);
}

static void put_exposed(struct jsonw *w, const struct exposed *e)
{
	jsonw_begin_object(w, NULL);
	jsonw_string(w, "id", e->row->id);
	jsonw_string(w, "severity", severity_name(e->severity));
	jsonw_string(w, "subject", e->subject);
	jsonw_string(w, "sentence", e->sentence);
	put_stake(w, &e->stake);
	if (e->has_end) {
		jsonw_u64(w, "ends_in_s", e->end_s);
		jsonw_string(w, "end", e->end);
	}
	put_lines(w, "evidence", &e->evidence);
	put_lines(w, "cure", &e->cures);
	jsonw_string(w, "not_if", e->not_if);
	jsonw_end_object(w);
}

/* Which findings were judged, and why the others were not; and what was not seen. */
static void put_judged(struct jsonw *w, const struct look *look)
{
	const char *why;

	jsonw_begin_array(w, "judged");
	for (size_t i = 0; i < finding_rows_count; i++)
		if (finding_could_judge(&finding_rows[i], look, &why))
			jsonw_string(w, NULL, finding_rows[i].id);
	jsonw_end_array(w);
	jsonw_begin_array(w, "not_judged");
	for (size_t i = 0; i < finding_rows_count; i++) {
		if (finding_could_judge(&finding_rows[i], look, &why))
			continue;
		jsonw_begin_object(w, NULL);
		jsonw_string(w, "id", finding_rows[i].id);
		jsonw_string(w, "why", why);
		jsonw_end_object(w);
	}
	jsonw_end_array(w);
	jsonw_begin_array(w, "not_seen");
	for (size_t i = 0; i < look->gaps_count; i++) {
		jsonw_begin_object(w, NULL);
		jsonw_string(w, "part", look_part_name(look->gaps[i].part));
		jsonw_string(w, "why", look->gaps[i].why);
		jsonw_end_object(w);
	}
	jsonw_end_array(w);
}

void exposure_write_json(const struct exposure_report *r, FILE *out)
{
	const struct look *look = r->look;
	struct jsonw w = { 0 };
	char ts[TIME_TEXT_BYTES], headline[HEADLINE_BYTES];

	jsonw_begin_line(&w);
	jsonw_string(&w, "type", "exposure");
	jsonw_string(&w, "ts", time_format_iso(r->wall_ns, ts, sizeof(ts)));
	jsonw_u64(&w, "mono_ns", r->mono_ns);
	jsonw_string(&w, "version", RSTBLAME_VERSION);
	put_known(&w, "host", look->host);
	put_known(&w, "kernel", look->kernel);
	put_known(&w, "root", look->root);
	jsonw_string(&w, "headline", exposure_headline(r, headline, sizeof(headline)));
	jsonw_begin_array(&w, "findings");
	for (size_t i = 0; i < r->exposures->count; i++)
		put_exposed(&w, &r->exposures->items[i]);
	jsonw_end_array(&w);
	put_judged(&w, look);
	jsonw_u64(&w, "entries", look->flows_count);
	jsonw_u64(&w, "sockets", look->sockets_count);
	jsonw_u64(&w, "namespaces", look->namespaces);
	jsonw_u64(&w, "spent_ns", r->spent_ns);
	jsonw_u64(&w, "status", r->status);
	jsonw_end_line(&w);
	fwrite(w.text, 1, w.len, out);
	jsonw_release(&w);
}
