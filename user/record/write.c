// SPDX-License-Identifier: GPL-2.0-only
#include "record/write.h"

#include "base/time_text.h"
#include "record/lines.h"
#include "summary/verdict_text.h"

static void begin_line(struct jsonw *w, const char *type, uint64_t wall_ns, uint64_t mono_ns,
		       struct netns_id netns)
{
	char ts[TIME_TEXT_BYTES];

	jsonw_begin_line(w);
	jsonw_string(w, "type", type);
	jsonw_string(w, "ts", time_format_iso(wall_ns, ts, sizeof(ts)));
	jsonw_u64(w, "mono_ns", mono_ns);
	if (netns.inum)
		jsonw_u64(w, "netns", netns.inum);
	if (netns.node)
		jsonw_u64(w, "node", netns.node);
}

static void begin_finding(struct jsonw *w, const char *type, const struct finding *f)
{
	begin_line(w, type, f->wall_ns, f->mono_ns, f->netns);
	if (f->id)
		jsonw_u64(w, "id", f->id);
	if (f->host && *f->host && f->type != FINDING_START) /* it has its own */
		jsonw_string(w, "host", f->host);
}

static const struct line_type *find_type(enum finding_type finding)
{
	const struct line_type *type;

	for (size_t i = 0; (type = line_at(i)); i++)
		if (type->finding == finding)
			return type;
	return NULL;
}

static const void *part_base(const struct line_part *part, const struct finding *f)
{
	switch (part->from) {
	case FROM_SEEN:
		return (const char *)f->seen + part->offset;
	case FROM_CHANGE:
		return &f->change->seen;
	case FROM_FLUSH:
		return f->flush;
	case FROM_BLAME:
		return f->reset;
	case FROM_RISK:
		return f->risk;
	default:
		return f;
	}
}

bool json_write_finding(struct jsonw *w, enum json_detail detail, const struct finding *f)
{
	const struct line_type *type = find_type(f->type);

	w->len = 0;
	if (!type || detail < type->detail || (type->is_written && !type->is_written(f)))
		return false;
	begin_finding(w, type->name, f);
	for (size_t i = 0; i < LINE_PARTS_MAX && type->parts[i].fields; i++) {
		const struct fields *fields = type->parts[i].fields;
		const void *base = part_base(&type->parts[i], f);

		if (!fields->is_there || fields->is_there(base))
			fields_write(w, fields, base, detail == JSON_RECORDING);
	}
	jsonw_end_line(w);
	return true;
}

static void write_summary(struct jsonw *w, const char *type, const struct summary *t,
			  const struct finding *end, enum status status)
{
	char headline[ACCOUNT_BYTES];

	begin_line(w, type, end->wall_ns, end->mono_ns, end->netns);
	jsonw_string(w, "severity", status_name(status));
	jsonw_string(w, "headline", verdict_text_headline(t, status, headline, sizeof(headline)));
	fields_write(w, find_type(FINDING_END)->parts[0].fields, t, false);
	jsonw_u64(w, "status", status);
	jsonw_end_line(w);
}

void json_write_summary(struct jsonw *w, const struct summary *t, const struct finding *end,
			enum status status)
{
	write_summary(w, "summary", t, end, status);
}

void json_write_report(struct jsonw *w, const struct summary *t, const struct finding *now,
		       enum status status)
{
	write_summary(w, "report", t, now, status);
}

void json_write_period(struct jsonw *w, const struct period *p, const struct finding *now,
		       enum status status)
{
	begin_line(w, "period", now->wall_ns, now->mono_ns, now->netns);
	fields_write(w, &period_fields, p, false);
	jsonw_u64(w, "status", status);
	jsonw_end_line(w);
}

void json_write_part(struct jsonw *w, const struct finding *end, uint32_t part, const char *next,
		     uint64_t window_s)
{
	begin_line(w, "part", end->wall_ns, end->mono_ns, end->netns);
	jsonw_u64(w, "part", part);
	jsonw_string(w, "next", next);
	jsonw_u64(w, "window_s", window_s);
	jsonw_end_line(w);
}

void json_write_error(struct jsonw *w, const char *message, uint64_t mono_ns, uint64_t wall_ns)
{
	begin_line(w, "error", wall_ns, mono_ns, (struct netns_id){ 0 });
	jsonw_string(w, "message", message);
	jsonw_u64(w, "status", STATUS_UNKNOWN);
	jsonw_end_line(w);
}
