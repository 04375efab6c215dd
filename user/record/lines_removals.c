// SPDX-License-Identifier: GPL-2.0-only
/* Of conntrack's entries: acts, removals, flushes, and new entries in their place. */
#include <string.h>

#include "model/words.h"
#include "record/lines.h"
#include "record/shared.h"

/* enum ip_conntrack_status, uapi/linux/netfilter/nf_conntrack_common.h */
enum { STATUS_CONFIRMED = 1U << 3 };

/* ---- acts: the beginning and the end have one type of line ---- */

static bool is_begin(const void *base)
{
	return ((const struct observation *)base)->type == OBSERVATION_ACT_BEGIN;
}

static bool is_end(const void *base)
{
	return !is_begin(base);
}

static void write_act_op(struct jsonw *w, const char *name, const void *base)
{
	jsonw_string(w, name, is_begin(base) ? "begin" : "end");
}

static void parse_act_op(const struct json_value *object, const char *name, void *base)
{
	struct observation *out = base;

	out->type = strcmp(get_string(object, name), "end") ? OBSERVATION_ACT_BEGIN :
							      OBSERVATION_ACT_END;
}

static void write_act_address(struct jsonw *w, const char *name, const void *base)
{
	const struct act_observation *a = &((const struct observation *)base)->act;

	if (a->has_address) /* 16 bytes: the work item has no family */
		write_address(w, name, &a->address, 10 /* AF_INET6 */);
}

static void parse_act_address(const struct json_value *object, const char *name, void *base)
{
	struct act_observation *a = &((struct observation *)base)->act;

	a->has_address = address_parse(get_string(object, name), &a->address) != 0;
}

static const struct special act_op = { write_act_op, parse_act_op,
				       "{\"enum\":[\"begin\",\"end\"]}" };
static const struct special act_address = { write_act_address, parse_act_address,
					    SCHEMA_REF("address") };

static const struct field act_rows[] = {
	SPECIAL("op", FIELD_ALWAYS, act_op),
	NUMBER(observation, "act", act.act, FIELD_ALWAYS),
};
static const struct fields act_fields = FIELDS(act_rows, NULL);

static const struct field act_end_rows[] = {
	NUMBER(observation, "entries", act.entries, FIELD_ALWAYS),
	NUMBER(observation, "tcp_entries", act.tcp_entries, FIELD_ALWAYS),
};
static const struct fields act_end_fields = FIELDS(act_end_rows, is_end);

static const struct field act_begin_rows[] = {
	WORD(observation, "cause", act.cause, FIELD_ALWAYS, cause_words),
	NUMBER(observation, "ifindex", act.ifindex, 0),
	SPECIAL("address", 0, act_address),
	OBJECT(observation, "actor", act.actor, actor_fields),
	FLAG(observation, "confirmed", act.is_confirmed, 0),
	STRING(observation, "stack", act.stack, 0),
};
static const struct fields act_begin_fields = FIELDS(act_begin_rows, is_begin);

static int finish_act(const struct line_reading *r)
{
	return r->out->act.act != 0;
}

/* ---- flushes ---- */

static void write_ongoing(struct jsonw *w, const char *name, const void *base)
{
	if (!((const struct flush *)base)->is_ended)
		jsonw_bool(w, name, true);
}

static void write_flush_actor(struct jsonw *w, const char *name, const void *base)
{
	write_actor(w, name, flush_actor(base));
}

static void write_by(struct jsonw *w, const char *name, const void *base)
{
	const struct flush *flush = base;

	if (flush->by)
		jsonw_u64(w, name, flush->by->id);
}

/* As of a reset: what of the line is inferred. */
static void write_flush_inferred(struct jsonw *w, const char *name, const void *base)
{
	if (!((const struct flush *)base)->is_by_argument)
		return;
	jsonw_begin_array(w, name);
	jsonw_string(w, NULL, unseen_name(UNSEEN_REQUEST));
	jsonw_end_array(w);
}

static bool is_inferred(const struct json_value *line, enum unseen what)
{
	const struct json_value *array = json_member(line, "inferred");
	const struct json_value *item;

	for (item = json_first(array); item; item = item->next)
		if (json_is(item, JSON_KIND_TEXT) && !strcmp(item->text, unseen_name(what)))
			return true;
	return false;
}

static const struct special flush_inferred = {
	write_flush_inferred, NULL, "{\"type\":\"array\",\"items\":" SCHEMA_REF("unseen") "}"
};
static const struct special ongoing = { write_ongoing, NULL, "{\"const\":true}" };
static const struct special by_actor = { write_flush_actor, NULL, SCHEMA_REF("actor") };
static const struct special by = { write_by, NULL, SCHEMA_NUMBER };

static const struct words expiry_words = { expiry_name, expiry_parse, EXPIRIES, EXPIRY_UNKNOWN };

static const struct field flush_rows[] = {
	WORD(flush, "cause", cause, FIELD_ALWAYS, cause_words),
	NUMBER(flush, "entries", entries, FIELD_ALWAYS),
	NUMBER(flush, "tcp_entries", tcp_entries, FIELD_ALWAYS),
	WORD(flush, "tcp_state", tcp_state, 0, tracker_words),
	WORD(flush, "expired_by", expiry, 0, expiry_words),
	TIME(flush, "first", first_wall_ns, FIELD_ALWAYS),
	TIME(flush, "last", last_wall_ns, FIELD_ALWAYS),
	SPECIAL("ongoing", 0, ongoing),
	SPECIAL("actor", 0, by_actor),
	STRING(flush, "stack", stack, 0),
	SPECIAL("inferred", 0, flush_inferred),
	SPECIAL("by", 0, by),
	NUMBER(flush, "act", act, FIELD_ALWAYS | FIELD_RECORDED),
};
static const struct fields flush_fields = FIELDS(flush_rows, NULL);

static bool is_single(const void *base)
{
	return ((const struct flush *)base)->is_single;
}

/* Without it a reader takes the line at its word: the acts are not there. */
static const struct field single_rows[] = {
	NUMBER(flush, "act", act, FIELD_ALWAYS | FIELD_REPORTED),
};
static const struct fields single_fields = FIELDS(single_rows, is_single);

/* An act that removed nothing is no flush; the recording's act line has it. */
static bool is_flush_written(const struct finding *f)
{
	return f->flush->entries > 0;
}

/* A flush line with an act is our own and says nothing that the act lines do
 * not; without one it is all there is. */
static int finish_flush(const struct line_reading *r)
{
	struct act_observation *act = &r->out->act;

	if (json_member(r->root, "act"))
		return LINE_SKIPPED;
	fields_parse(r->root, &act_begin_fields, r->out);
	fields_parse(r->root, &act_end_fields, r->out);
	act->is_given = true;
	act->act = get_u64(r->root, "id");
	act->by = get_u64(r->root, "by");
	act->is_by_argument = is_inferred(r->root, UNSEEN_REQUEST);
	act->tcp_state = (uint8_t)tracker_state_parse(get_string(r->root, "tcp_state"));
	act->expiry = (uint8_t)expiry_parse(get_string(r->root, "expired_by"));
	return act->act != 0;
}

/* ---- removals ---- */

static void write_removal_flush(struct jsonw *w, const char *name, const void *base)
{
	const struct finding *f = base;

	if (f->flush)
		jsonw_u64(w, name, f->flush->id);
}

static void write_removal_cause(struct jsonw *w, const char *name, const void *base)
{
	const struct finding *f = base;

	jsonw_string(w, name, cause_name(f->flush ? f->flush->cause : f->seen->removal.cause));
}

static void parse_removal_cause(const struct json_value *object, const char *name, void *base)
{
	((struct observation *)base)->removal.cause = cause_parse(get_string(object, name));
}

static void write_removal_actor(struct jsonw *w, const char *name, const void *base)
{
	const struct finding *f = base;

	if (f->flush)
		write_actor(w, name, flush_actor(f->flush));
	else if (f->seen->removal.has_actor)
		write_actor(w, name, &f->seen->removal.actor);
}

static void parse_removal_actor(const struct json_value *object, const char *name, void *base)
{
	struct removal_observation *r = &((struct observation *)base)->removal;
	const struct json_value *given = json_member(object, name);

	if (json_is(given, JSON_KIND_OBJECT))
		fields_parse(given, &actor_fields, &r->actor);
	r->has_actor = given != NULL;
}

static void write_status(struct jsonw *w, const char *name, const void *base)
{
	uint32_t status = ((const struct removal_observation *)base)->status;

	jsonw_begin_array(w, name);
	for (unsigned int bit = 0; status_bit_name(bit); bit++)
		if (status & (1U << bit))
			jsonw_string(w, NULL, status_bit_name(bit));
	jsonw_end_array(w);
}

static void parse_status(const struct json_value *object, const char *name, void *base)
{
	const struct json_value *array = json_member(object, name);
	/* Only confirmed entries are removed; without the field nothing is known. */
	uint32_t status = json_is(array, JSON_KIND_ARRAY) ? STATUS_CONFIRMED : 0;
	const struct json_value *item;

	for (item = json_first(array); item; item = item->next) {
		int bit = status_bit_parse(json_text(item) ? json_text(item) : "");

		if (bit >= 0)
			status |= 1U << bit;
	}
	((struct removal_observation *)base)->status = status;
}

static void write_reply_zone(struct jsonw *w, const char *name, const void *base)
{
	const struct removal_observation *r = base;

	if (r->reply_zone != r->zone)
		jsonw_u64(w, name, r->reply_zone);
}

static void parse_reply_zone(const struct json_value *object, const char *name, void *base)
{
	bool is_given = json_member(object, name);

	((struct removal_observation *)base)->reply_zone =
		(uint16_t)get_u64(object, is_given ? name : "zone");
}

static const struct special removal_flush = { write_removal_flush, NULL, SCHEMA_NUMBER };
static const struct special removal_cause = { write_removal_cause, parse_removal_cause,
					      SCHEMA_REF("cause") };
static const struct special removal_actor = { write_removal_actor, parse_removal_actor,
					      SCHEMA_REF("actor") };
static const struct special status = { write_status, parse_status, SCHEMA_STRINGS };
static const struct special reply_zone = { write_reply_zone, parse_reply_zone, SCHEMA_NUMBER };

static const struct field removal_cause_rows[] = {
	SPECIAL("flush", 0, removal_flush),
	SPECIAL("cause", FIELD_ALWAYS, removal_cause),
};
static const struct fields removal_cause_fields = FIELDS(removal_cause_rows, NULL);

static const struct field removal_rows[] = {
	SPECIAL_AT(removal_observation, "flow", flow, FIELD_ALWAYS, flow_special),
	WORD(removal_observation, "tcp_state", tcp_state, FIELD_ALWAYS, tracker_words),
	WORD(removal_observation, "expired_by", expiry, 0, expiry_words),
	SPECIAL("status", FIELD_ALWAYS, status),
	NUMBER(removal_observation, "zone", zone, FIELD_ALWAYS),
	SPECIAL("reply_zone", 0, reply_zone),
	NUMBER(removal_observation, "mark", mark, FIELD_ALWAYS),
	STRING(removal_observation, "stack", stack, 0),
};
static const struct fields removal_fields = FIELDS(removal_rows, NULL);

static const struct field removal_actor_rows[] = { SPECIAL("actor", 0, removal_actor) };
static const struct fields removal_actor_fields = FIELDS(removal_actor_rows, NULL);

static const struct field removal_act_rows[] = {
	NUMBER(removal_observation, "act", act, FIELD_RECORDED),
};
static const struct fields removal_act_fields = FIELDS(removal_act_rows, NULL);

static int finish_removal(const struct line_reading *r)
{
	if (!json_member(r->root, "act"))
		r->out->removal.act = get_u64(r->root, "flush");
	return r->out->removal.flow.family != 0;
}

/* ---- entries ---- */

static const struct field entry_rows[] = {
	SPECIAL_AT(entry_observation, "flow", flow, FIELD_ALWAYS, flow_special),
	NUMBER(entry_observation, "zone", zone, FIELD_ALWAYS),
	FLAG(entry_observation, "by_syn", by_syn, FIELD_ALWAYS),
};
static const struct fields entry_fields = FIELDS(entry_rows, NULL);

static int finish_entry(const struct line_reading *r)
{
	return r->out->entry.flow.family != 0;
}

/* ---- the lines ---- */

#define REMOVAL offsetof(struct observation, removal)

static const struct line_type rows[] = {
	{ .name = "act",
	  .finding = FINDING_ACT,
	  READ_AS(OBSERVATION_ACT_BEGIN, act),
	  .detail = JSON_RECORDING,
	  .finish = finish_act,
	  .parts = { { FROM_SEEN, &act_fields, 0 },
		     { FROM_SEEN, &act_end_fields, 0 },
		     { FROM_SEEN, &act_begin_fields, 0 } } },
	{ .name = "removal",
	  .finding = FINDING_REMOVAL,
	  READ_AS(OBSERVATION_REMOVAL, removal),
	  .detail = JSON_REMOVALS,
	  .class = LINE_EVIDENCE,
	  .finish = finish_removal,
	  .parts = { { FROM_FINDING, &removal_cause_fields, 0 },
		     { FROM_SEEN, &removal_fields, REMOVAL },
		     { FROM_FINDING, &removal_actor_fields, 0 },
		     { FROM_SEEN, &removal_act_fields, REMOVAL } } },
	{ .name = "entry",
	  .finding = FINDING_ENTRY,
	  READ_AS(OBSERVATION_ENTRY, entry),
	  .detail = JSON_RECORDING,
	  .class = LINE_EVIDENCE,
	  .finish = finish_entry,
	  .parts = { { FROM_SEEN, &entry_fields, offsetof(struct observation, entry) } } },
	{ .name = "flush",
	  .finding = FINDING_FLUSH,
	  READ_AS(OBSERVATION_ACT_BEGIN, act),
	  .is_written = is_flush_written,
	  .finish = finish_flush,
	  .parts = { { FROM_FLUSH, &flush_fields, 0 }, { FROM_FLUSH, &single_fields, 0 } } },
};
const struct line_set removal_lines = LINES(rows);
