// SPDX-License-Identifier: GPL-2.0-only
/* Of the last line: what the window amounts to. */

#include "base/nsec.h"
#include "model/words.h"
#include "record/lines.h"
#include "record/shared.h"
#include "summary/advice.h"
#include "summary/stories.h"

static const char *verdict_word(unsigned int v)
{
	return verdict_name(v);
}

static const char *cause_word(unsigned int c)
{
	return cause_name(c);
}

static void write_counts(struct jsonw *w, const char *name, const uint64_t *counts,
			 unsigned int count, const char *(*word)(unsigned int))
{
	jsonw_begin_object(w, name);
	for (unsigned int i = 0; i < count; i++)
		if (counts[i])
			jsonw_u64(w, word(i), counts[i]);
	jsonw_end_object(w);
}

static void write_resets(struct jsonw *w, const char *name, const void *base)
{
	write_counts(w, name, ((const struct summary *)base)->resets, VERDICTS, verdict_word);
}

static void write_removals(struct jsonw *w, const char *name, const void *base)
{
	write_counts(w, name, ((const struct summary *)base)->removals, CAUSES, cause_word);
}

static void write_addresses(struct jsonw *w, const char *name, const void *base)
{
	const struct summary *t = base;

	if (t->addresses_unflushed)
		jsonw_u64(w, name, t->addresses_removed);
}

static void write_at_risk(struct jsonw *w, const char *name, const void *base)
{
	const struct summary *t = base;

	if (summary_knows_risk(t))
		jsonw_u64(w, name, t->at_risk);
}

static void write_drain(struct jsonw *w, const char *name, const void *base)
{
	const struct summary *t = base;

	if (t->effort.drain_worst_ns)
		jsonw_u64(w, name, (t->effort.drain_worst_ns + NSEC_PER_MSEC / 2) / NSEC_PER_MSEC);
}

static void write_losses(struct jsonw *w, const char *name, const void *base)
{
	const struct summary *t = base;

	jsonw_begin_object(w, name);
	for (size_t i = 0; i < t->losses_count; i++)
		jsonw_u64(w, t->losses[i].probe, t->losses[i].count);
	jsonw_end_object(w);
}

/* Of which run it is: with several nodes, of the first. */
static void write_hosts(struct jsonw *w, const char *name, const void *base)
{
	const struct summary *t = base;

	if (t->nodes < 2)
		return;
	jsonw_begin_array(w, name);
	for (uint32_t i = 0; i < t->nodes && i < HOSTS_MAX; i++)
		jsonw_string(w, NULL, t->hosts[i].name);
	jsonw_end_array(w);
}

/* What would disprove it is a list of its own. */
static void write_sentences(struct jsonw *w, const char *name, const struct summary *t,
			    bool is_disproof)
{
	struct advice_list list;

	summary_advice(t, &list);
	jsonw_begin_array(w, name);
	for (size_t i = 0; i < list.count; i++)
		if (list.items[i].is_disproof == is_disproof)
			jsonw_string(w, NULL, list.items[i].text);
	jsonw_end_array(w);
}

static void write_advice(struct jsonw *w, const char *name, const void *base)
{
	write_sentences(w, name, base, false);
}

static void write_disproof(struct jsonw *w, const char *name, const void *base)
{
	write_sentences(w, name, base, true);
}

/* ---- its stories ---- */

static void write_story_actor(struct jsonw *w, const char *name, const void *base)
{
	write_actor(w, name, story_actor(base));
}

static void write_story_by(struct jsonw *w, const char *name, const void *base)
{
	const struct reset_blame *b = &((const struct story *)base)->blamed;
	const struct change *change = b->by ? b->by : b->arrival;
	uint64_t id = change ? change->id : b->ruleset.id;

	if (id)
		jsonw_u64(w, name, id);
}

static void write_story_flushes(struct jsonw *w, const char *name, const void *base)
{
	const struct story *s = base;

	if (s->blamed.flush)
		jsonw_u64(w, name, s->acts_count);
}

static void write_victims(struct jsonw *w, const char *name, const void *base)
{
	const struct story *s = base;

	jsonw_begin_array(w, name);
	for (size_t i = 0; i < s->victims_count; i++) {
		jsonw_begin_object(w, NULL);
		fields_write(w, &victim_fields, &s->victims[i], false);
		jsonw_end_object(w);
	}
	jsonw_end_array(w);
}

static const struct special story_by = { write_story_by, NULL, SCHEMA_NUMBER };
static const struct special story_flushes = { write_story_flushes, NULL, SCHEMA_NUMBER };
static const struct special story_who = { write_story_actor, NULL, SCHEMA_REF("actor") };
static const struct list story_victims = { write_victims, &victim_fields };
static const struct special story_host = { NULL, NULL, SCHEMA_STRING };
static const struct special story_by_kernel = { NULL, NULL, "{\"type\":\"boolean\"}" };

static const struct field story_rows[] = {
	DECLARED("host", 0, story_host),
	WORD(story, "verdict", blamed.verdict, FIELD_ALWAYS, verdict_words),
	WORD(story, "cause", blamed.cause, 0, cause_words),
	WORD(story, "confidence", blamed.confidence, FIELD_ALWAYS, confidence_words),
	SPECIAL("actor", 0, story_who),
	SPECIAL("by", 0, story_by),
	NUMBER(story, "connections", connections, FIELD_ALWAYS),
	FLAG(story, "connections_at_least", is_at_least, 0),
	NUMBER(story, "resets", resets, FIELD_ALWAYS),
	NUMBER(story, "resets_undelivered", undelivered, 0),
	NUMBER(story, "resets_proven", proven, 0),
	SPECIAL("flushes", 0, story_flushes),
	TIME(story, "first", first_wall_ns, FIELD_ALWAYS),
	TIME(story, "last", last_wall_ns, FIELD_ALWAYS),
	LIST("victims", FIELD_ALWAYS, story_victims),
	DECLARED("by_kernel", 0, story_by_kernel),
};
static const struct fields story_fields = FIELDS(story_rows, NULL);

static void write_stories(struct jsonw *w, const char *name, const void *base)
{
	const struct summary *t = base;

	jsonw_begin_array(w, name);
	for (size_t i = 0; i < t->stories_count; i++) {
		const char *host = summary_host(t, t->stories[i].first.netns.node);

		jsonw_begin_object(w, NULL);
		if (*host)
			jsonw_string(w, "host", host);
		fields_write(w, &story_fields, &t->stories[i], false);
		if (story_is_by_kernel(&t->stories[i]))
			jsonw_bool(w, "by_kernel", true);
		jsonw_end_object(w);
	}
	jsonw_end_array(w);
}

/* ---- the line ---- */

static const struct special resets = { write_resets, NULL, SCHEMA_COUNTS_OF("verdict") };
static const struct special removals = { write_removals, NULL, SCHEMA_COUNTS_OF("cause") };
static const struct special addresses = { write_addresses, NULL, SCHEMA_NUMBER };
static const struct special at_risk = { write_at_risk, NULL, SCHEMA_NUMBER };
static const struct special drain = { write_drain, NULL, SCHEMA_NUMBER };
static const struct special losses = { write_losses, NULL, SCHEMA_COUNTS };
static const struct special hosts = { write_hosts, NULL, SCHEMA_STRINGS };
static const struct list stories = { write_stories, &story_fields };
static const struct special advice = { write_advice, NULL, SCHEMA_STRINGS };
static const struct special disproof = { write_disproof, NULL, SCHEMA_STRINGS };
static const struct special status = { NULL, NULL, "{\"enum\":[0,1,2,3]}" };
static const struct special severity = {
	NULL, NULL, "{\"enum\":[\"OK\",\"WARNING\",\"CRITICAL\",\"UNKNOWN\"]}"
};
static const struct special headline = { NULL, NULL, SCHEMA_STRING };

static const struct field summary_rows[] = {
	TEXT(summary, "host", hosts[0].name, 0),
	SPECIAL("hosts", 0, hosts),
	TEXT(summary, "version", hosts[0].version, 0),
	DECLARED("severity", FIELD_ALWAYS | FIELD_ADDED, severity),
	DECLARED("headline", FIELD_ALWAYS | FIELD_ADDED, headline),
	NUMBER(summary, "window_s", window_s, FIELD_ALWAYS),
	STRING(summary, "filter", filter, 0),
	SPECIAL("resets", FIELD_ALWAYS, resets),
	NUMBER(summary, "connections_reset", connections_reset, FIELD_ALWAYS | FIELD_ADDED),
	FLAG(summary, "connections_reset_at_least", is_at_least, 0),
	NUMBER(summary, "resets_undelivered", undelivered, 0),
	NUMBER(summary, "resets_expected", expected, 0),
	NUMBER(summary, "resets_counted", resets_counted, 0),
	NUMBER(summary, "resets_unfiltered", resets_unfiltered, 0),
	SPECIAL("removals", FIELD_ALWAYS, removals),
	NUMBER(summary, "flushes", flushes, FIELD_ALWAYS),
	SPECIAL("addresses_removed", 0, addresses),
	NUMBER(summary, "addresses_unflushed", addresses_unflushed, 0),
	SPECIAL("at_risk", 0, at_risk),
	NUMBER(summary, "at_risk_unfollowed", unfollowed, 0),
	NUMBER(summary, "at_risk_limit", follow_limit, 0),
	NUMBER(summary, "sockets_unseen", look.unseen, 0),
	NUMBER(summary, "flows_untraced", look.untraced, 0),
	NUMBER(summary, "sockets_unsure", look.unsure, 0),
	NUMBER(summary, "victims_unlooked", effort.victims_unlooked, 0),
	NUMBER(summary, "entries_unasked", effort.entries_unasked, 0),
	NUMBER(summary, "unwitnessed", unwitnessed, 0),
	SPECIAL("drain_worst_ms", 0, drain),
	SPECIAL("lost", FIELD_ALWAYS, losses),
	DECLARED("status", FIELD_ALWAYS, status),
	LIST("stories", FIELD_ALWAYS | FIELD_ADDED, stories),
	SPECIAL("advice", FIELD_ALWAYS, advice),
	SPECIAL("disproof", FIELD_ALWAYS | FIELD_ADDED, disproof),
};
static const struct fields summary_fields = FIELDS(summary_rows, NULL);

/* ---- a period ---- */

static void write_period_resets(struct jsonw *w, const char *name, const void *base)
{
	write_counts(w, name, ((const struct period *)base)->resets, VERDICTS, verdict_word);
}

static void write_period_removals(struct jsonw *w, const char *name, const void *base)
{
	write_counts(w, name, ((const struct period *)base)->removals, CAUSES, cause_word);
}

static void write_period_at_risk(struct jsonw *w, const char *name, const void *base)
{
	const struct period *p = base;

	if (p->knows_risk)
		jsonw_u64(w, name, p->at_risk);
}

static const struct special period_resets = { write_period_resets, NULL,
					      SCHEMA_COUNTS_OF("verdict") };
static const struct special period_removals = { write_period_removals, NULL,
						SCHEMA_COUNTS_OF("cause") };
static const struct special period_at_risk = { write_period_at_risk, NULL, SCHEMA_NUMBER };

static const struct field period_rows[] = {
	NUMBER(period, "period_s", span_s, FIELD_ALWAYS),
	SPECIAL("resets", FIELD_ALWAYS, period_resets),
	NUMBER(period, "resets_blamed", blamed, FIELD_ALWAYS),
	SPECIAL("removals", FIELD_ALWAYS, period_removals),
	NUMBER(period, "flushes", flushes, FIELD_ALWAYS),
	SPECIAL("at_risk", 0, period_at_risk),
	NUMBER(period, "lost", lost, FIELD_ALWAYS),
	DECLARED("status", FIELD_ALWAYS, status),
};
const struct fields period_fields = FIELDS(period_rows, NULL);

/* The end of a part of a recording that goes on in the next. */
static const struct special part_number = { NULL, NULL, SCHEMA_NUMBER };
static const struct special part_next = { NULL, NULL, SCHEMA_STRING };
static const struct special part_window = { NULL, NULL, SCHEMA_NUMBER };

static const struct field part_rows[] = {
	DECLARED("part", FIELD_ALWAYS, part_number),
	DECLARED("next", FIELD_ALWAYS, part_next),
	DECLARED("window_s", FIELD_ALWAYS, part_window),
};
static const struct fields part_fields = FIELDS(part_rows, NULL);

static int finish_part(const struct line_reading *r)
{
	r->out->window_s = get_u64(r->root, "window_s");
	r->out->part = (uint32_t)get_u64(r->root, "part");
	return r->out->part ? LINE_READ : LINE_UNREADABLE;
}

static int finish_summary(const struct line_reading *r)
{
	r->out->part = 0;
	r->out->window_s = get_u64(r->root, "window_s");
	return LINE_READ;
}

static bool is_never_written(const struct finding *f)
{
	(void)f;
	return false; /* json_write_summary() does, when the report has counted all */
}

static const struct line_type rows[] = {
	{ .name = "summary",
	  .finding = FINDING_END,
	  READ_AS(OBSERVATION_END, window_s),
	  .is_written = is_never_written,
	  .finish = finish_summary,
	  .parts = { { FROM_SUMMARY, &summary_fields, 0 } } },
	{ .name = "report",
	  .finding = LINE_NO_FINDING,
	  .seen = LINE_NO_OBSERVATION,
	  .parts = { { FROM_NOWHERE, &summary_fields, 0 } } },
	{ .name = "period",
	  .finding = LINE_NO_FINDING,
	  .seen = LINE_NO_OBSERVATION,
	  .parts = { { FROM_NOWHERE, &period_fields, 0 } } },
	{ .name = "part",
	  .finding = LINE_NO_FINDING,
	  READ_AS(OBSERVATION_END, window_s),
	  .finish = finish_part,
	  .parts = { { FROM_NOWHERE, &part_fields, 0 } } },
};
const struct line_set summary_lines = LINES(rows);
