// SPDX-License-Identifier: GPL-2.0-only
/* Of the window itself: how it began, what was attached, lost, logged, looked at; its end. */

#include "model/words.h"
#include "record/lines.h"
#include "record/shared.h"

#define SEEN(member) FROM_SEEN, &member##_fields, offsetof(struct observation, member)

/* ---- start ---- */

static void write_probes(struct jsonw *w, const char *name, const void *base)
{
	const struct start_observation *s = base;

	jsonw_begin_array(w, name);
	for (size_t i = 0; i < s->probes_count; i++) {
		jsonw_begin_object(w, NULL);
		jsonw_string(w, "name", s->probes[i].name);
		jsonw_string(w, "how", s->probes[i].how);
		if (s->probes[i].symbol && *s->probes[i].symbol)
			jsonw_string(w, "symbol", s->probes[i].symbol);
		if (s->probes[i].why && *s->probes[i].why)
			jsonw_string(w, "why", s->probes[i].why);
		if (s->probes[i].state)
			jsonw_string(w, "state", s->probes[i].state);
		if (s->probes[i].is_blind)
			jsonw_bool(w, "blind", true);
		jsonw_end_object(w);
	}
	jsonw_end_array(w);
}

static void parse_probes(const struct json_value *object, const char *name, void *base)
{
	struct start_observation *out = base;
	const struct json_value *item;

	for (item = json_first(json_member(object, name)); item; item = item->next) {
		if (out->probes_count == PROBE_REPORTS_MAX)
			break;
		out->probes[out->probes_count++] = (struct probe_report){
			.sense = sense_parse(get_string(item, "name")),
			.name = get_string(item, "name"),
			.how = get_string(item, "how"),
			.symbol = get_string(item, "symbol"),
			.why = get_string(item, "why"),
			.state = json_text(json_member(item, "state")),
			.is_blind = json_is_set(json_member(item, "blind")),
		};
	}
}

static const struct special probes = {
	write_probes,
	parse_probes,
	"{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"name\",\"how\"],"
	"\"properties\":{\"name\":" SCHEMA_STRING ",\"how\":" SCHEMA_STRING
	",\"symbol\":" SCHEMA_STRING ",\"why\":" SCHEMA_STRING ",\"state\":" SCHEMA_STRING
	",\"blind\":{\"type\":\"boolean\"}}}}",
};

static void write_gaps(struct jsonw *w, const char *name, const void *base)
{
	const struct start_observation *s = base;

	if (!s->gaps_count)
		return;
	jsonw_begin_array(w, name);
	for (size_t i = 0; i < s->gaps_count; i++)
		jsonw_string(w, NULL, s->gaps[i]);
	jsonw_end_array(w);
}

static void parse_gaps(const struct json_value *object, const char *name, void *base)
{
	struct start_observation *out = base;
	const struct json_value *item;

	for (item = json_first(json_member(object, name)); item; item = item->next)
		if (out->gaps_count < START_GAPS_MAX && json_is(item, JSON_KIND_TEXT))
			out->gaps[out->gaps_count++] = item->text;
}

static const struct special gaps = { write_gaps, parse_gaps, SCHEMA_STRINGS };

static void write_schema(struct jsonw *w, const char *name, const void *base)
{
	(void)base;
	jsonw_u64(w, name, JSON_SCHEMA);
}

static const struct special schema = { write_schema, NULL, "{\"const\":1}" };

static const struct field start_rows[] = {
	SPECIAL("schema", FIELD_ALWAYS | FIELD_ADDED, schema),
	STRING(start_observation, "version", version, 0),
	STRING(start_observation, "host", host, 0),
	STRING(start_observation, "kernel", kernel, 0),
	STRING(start_observation, "arch", arch, 0),
	NUMBER(start_observation, "window_s", window_s, 0),
	NUMBER(start_observation, "part", part, FIELD_RECORDED),
	TIME(start_observation, "began", began_wall_ns, FIELD_RECORDED),
	FLAG(start_observation, "audit", is_audit, FIELD_UNREAD),
	SPECIAL("probes", FIELD_ALWAYS, probes),
	SPECIAL("gaps", 0, gaps),
};
static const struct fields start_fields = FIELDS(start_rows, NULL);

static int finish_start(const struct line_reading *r)
{
	struct start_observation *s = &r->out->start;

	s->version = s->version ? s->version : "";
	s->host = s->host ? s->host : "";
	s->kernel = s->kernel ? s->kernel : "";
	s->arch = s->arch ? s->arch : "";
	return LINE_READ;
}

/* ---- what happened beside ---- */

static const struct field probe_rows[] = {
	TEXT(probe_observation, "name", name, FIELD_ALWAYS),
	TEXT(probe_observation, "how", how, FIELD_ALWAYS),
	TEXT(probe_observation, "symbol", symbol, 0),
	TEXT(probe_observation, "module", module, 0),
	TEXT(probe_observation, "why", why, 0),
};
static const struct fields probe_fields = FIELDS(probe_rows, NULL);

static int finish_probe(const struct line_reading *r)
{
	r->out->probe.sense = sense_parse(r->out->probe.name);
	return r->out->probe.name[0] && r->out->probe.how[0];
}

static const struct field lost_rows[] = {
	TEXT(lost_observation, "probe", probe, FIELD_ALWAYS),
	NUMBER(lost_observation, "count", count, FIELD_ALWAYS),
	FLAG(lost_observation, "netns_only", is_of_netns, 0),
	FLAG(lost_observation, "foreign_userns", is_foreign, 0),
};
static const struct fields lost_fields = FIELDS(lost_rows, NULL);

static int finish_lost(const struct line_reading *r)
{
	r->out->lost.sense = sense_parse(r->out->lost.probe);
	return r->out->lost.count > 0;
}

static unsigned int parse_witness(const char *name)
{
	return witness_parse(name);
}

static const char *name_witness(unsigned int of)
{
	return witness_name(of);
}

static const struct words witness_words = { name_witness, parse_witness, WITNESSES, WITNESS_NONE };

static const struct field witness_rows[] = {
	WORD(witness_observation, "of", of, FIELD_ALWAYS, witness_words),
	NUMBER(witness_observation, "counted", counted, FIELD_ALWAYS),
	NUMBER(witness_observation, "seen", seen, FIELD_ALWAYS),
	NUMBER(witness_observation, "lost", lost, 0),
	NUMBER(witness_observation, "missing", missing, 0),
	NUMBER(witness_observation, "namespaces", namespaces, 0),
	NUMBER(witness_observation, "unread", unread, 0),
};
static const struct fields witness_fields = FIELDS(witness_rows, NULL);

/* What a later writer holds against what was seen, nobody here knows. */
static int finish_witness(const struct line_reading *r)
{
	return r->out->witness.of == WITNESS_NONE ? LINE_SKIPPED : LINE_READ;
}

static const struct field log_rows[] = {
	TEXT(log_observation, "source", source, FIELD_ALWAYS),
	TEXT(log_observation, "rule", rule, 0),
	TEXT(log_observation, "line", line, 0),
	FLAG(log_observation, "read_time", is_read_time, 0),
	NUMBER(log_observation, "dropped", dropped, 0),
};
static const struct fields log_fields = FIELDS(log_rows, NULL);

static int finish_log(const struct line_reading *r)
{
	return r->out->log.line[0] || r->out->log.dropped;
}

static const struct field space_rows[] = {
	TEXT(namespace_observation, "name", name, 0),
};
static const struct fields space_fields = FIELDS(space_rows, NULL);

static const struct field sockets_rows[] = {
	FLAG(sockets_observation, "again", is_again, 0),
	NUMBER(sockets_observation, "sockets", sockets, FIELD_ALWAYS),
	NUMBER(sockets_observation, "namespaces", namespaces, FIELD_ALWAYS),
	NUMBER(sockets_observation, "unseen", unseen, 0),
	NUMBER(sockets_observation, "untraced", untraced, 0),
	NUMBER(sockets_observation, "looked_mono_ns", looked_ns, FIELD_ALWAYS),
	NUMBER(sockets_observation, "spent_ns", spent_ns, FIELD_ALWAYS),
};
static const struct fields sockets_fields = FIELDS(sockets_rows, NULL);

/* ---- an error that ends it ---- */

static const struct special status = { NULL, NULL, "{\"enum\":[0,1,2,3]}" };

/* --check, which session/check_report.c writes. */
static const struct special text = { NULL, NULL, SCHEMA_STRING };
static const struct special yes_or_no = { NULL, NULL, "{\"type\":\"boolean\"}" };
static const struct special capabilities = {
	NULL, NULL, "{\"type\":\"object\",\"additionalProperties\":{\"type\":\"boolean\"}}"
};
static const struct special check_privileges = {
	NULL,
	NULL,
	"{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"capability\",\"held\"],"
	"\"properties\":{\"capability\":" SCHEMA_STRING ",\"held\":" SCHEMA_STRING
	",\"needed_to\":" SCHEMA_STRING ",\"when_attached\":" SCHEMA_STRING "}}}",
};
static const struct special texts = { NULL, NULL, SCHEMA_STRINGS };
static const struct special check_probes = {
	NULL,
	NULL,
	"{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"name\",\"how\",\"state\"],"
	"\"properties\":{\"name\":" SCHEMA_STRING ",\"how\":" SCHEMA_STRING
	",\"symbol\":" SCHEMA_STRING ",\"state\":" SCHEMA_STRING
	",\"required\":{\"type\":\"boolean\"},\"consequence\":" SCHEMA_STRING
	",\"why\":" SCHEMA_STRING ",\"cure\":" SCHEMA_STRING "}}}",
};

static const struct field check_rows[] = {
	DECLARED("kernel", FIELD_ALWAYS, text),
	DECLARED("arch", FIELD_ALWAYS, text),
	DECLARED("btf", FIELD_ALWAYS, yes_or_no),
	DECLARED("capabilities", FIELD_ALWAYS, capabilities),
	DECLARED("gaps", 0, texts),
	DECLARED("lockdown", FIELD_ALWAYS, text),
	DECLARED("kallsyms", FIELD_ALWAYS, yes_or_no),
	DECLARED("memlock", FIELD_ALWAYS, text),
	DECLARED("sockets", 0, text),
	DECLARED("sockets_why", 0, text),
	DECLARED("ftrace", FIELD_ALWAYS, text),
	DECLARED("kprobes", FIELD_ALWAYS, text),
	DECLARED("privileges", 0, check_privileges),
	DECLARED("seccomp", 0, yes_or_no),
	DECLARED("probes", FIELD_ALWAYS, check_probes),
	DECLARED("conclusion", FIELD_ALWAYS, text),
	DECLARED("why", 0, text),
	DECLARED("status", FIELD_ALWAYS, status),
};
static const struct fields check_fields = FIELDS(check_rows, NULL);

/* --exposure, which exposure/json.c writes. */
static const struct special number = { NULL, NULL, SCHEMA_NUMBER };
static const struct special exposure_findings = {
	NULL,
	NULL,
	"{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"id\",\"severity\","
	"\"subject\",\"sentence\",\"at_stake\",\"evidence\",\"cure\",\"not_if\"],\"properties\":{"
	"\"id\":" SCHEMA_STRING ",\"severity\":{\"enum\":[\"low\",\"medium\",\"high\"]},"
	"\"subject\":" SCHEMA_STRING ",\"sentence\":" SCHEMA_STRING
	",\"at_stake\":{\"type\":\"object\",\"properties\":{\"unknown\":" SCHEMA_STRING
	",\"flows\":" SCHEMA_NUMBER ",\"unsure\":" SCHEMA_NUMBER ",\"sockets\":" SCHEMA_NUMBER
	",\"without_keepalive\":" SCHEMA_NUMBER ",\"longest_idle_s\":" SCHEMA_NUMBER
	",\"processes\":" SCHEMA_NUMBER ",\"containers\":" SCHEMA_NUMBER
	",\"victims\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"pid\","
	"\"comm\",\"flows\"],\"properties\":{\"pid\":" SCHEMA_NUMBER ",\"comm\":" SCHEMA_STRING
	",\"unit\":" SCHEMA_STRING ",\"container\":" SCHEMA_STRING
	",\"container_name\":" SCHEMA_STRING ",\"pod\":" SCHEMA_STRING
	",\"netns_name\":" SCHEMA_STRING ",\"flows\":" SCHEMA_NUMBER
	"}}}}},\"ends_in_s\":" SCHEMA_NUMBER ",\"end\":" SCHEMA_STRING
	",\"evidence\":" SCHEMA_STRINGS ",\"cure\":" SCHEMA_STRINGS ",\"not_if\":" SCHEMA_STRING
	"}}}",
};
static const struct special exposure_not_judged = {
	NULL,
	NULL,
	"{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"id\",\"why\"],"
	"\"properties\":{\"id\":" SCHEMA_STRING ",\"why\":" SCHEMA_STRING "}}}",
};
static const struct special exposure_not_seen = {
	NULL,
	NULL,
	"{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"part\",\"why\"],"
	"\"properties\":{\"part\":" SCHEMA_STRING ",\"why\":" SCHEMA_STRING "}}}",
};

static const struct field exposure_rows[] = {
	DECLARED("version", FIELD_ALWAYS, text),
	DECLARED("host", 0, text),
	DECLARED("kernel", 0, text),
	DECLARED("root", 0, text),
	DECLARED("headline", FIELD_ALWAYS, text),
	DECLARED("findings", FIELD_ALWAYS, exposure_findings),
	DECLARED("judged", FIELD_ALWAYS, texts),
	DECLARED("not_judged", FIELD_ALWAYS, exposure_not_judged),
	DECLARED("not_seen", FIELD_ALWAYS, exposure_not_seen),
	DECLARED("entries", FIELD_ALWAYS, number),
	DECLARED("sockets", FIELD_ALWAYS, number),
	DECLARED("namespaces", FIELD_ALWAYS, number),
	DECLARED("spent_ns", FIELD_ALWAYS, number),
	DECLARED("status", FIELD_ALWAYS, status),
};
static const struct fields exposure_fields = FIELDS(exposure_rows, NULL);

static const struct field error_rows[] = {
	DECLARED("message", FIELD_ALWAYS, text),
	DECLARED("status", FIELD_ALWAYS, status),
};
static const struct fields error_fields = FIELDS(error_rows, NULL);

/* ---- the lines ---- */

static const struct line_type rows[] = {
	{ .name = "start",
	  .finding = FINDING_START,
	  READ_AS(OBSERVATION_START, start),
	  .finish = finish_start,
	  .parts = { { SEEN(start) } } },
	{ .name = "probe",
	  .finding = FINDING_PROBE,
	  READ_AS(OBSERVATION_PROBE, probe),
	  .finish = finish_probe,
	  .parts = { { SEEN(probe) } } },
	{ .name = "lost",
	  .finding = FINDING_LOST,
	  READ_AS(OBSERVATION_LOST, lost),
	  .finish = finish_lost,
	  .parts = { { SEEN(lost) } } },
	{ .name = "witness",
	  .finding = FINDING_WITNESS,
	  READ_AS(OBSERVATION_WITNESS, witness),
	  .class = LINE_EVIDENCE,
	  .finish = finish_witness,
	  .parts = { { SEEN(witness) } } },
	{ .name = "log",
	  .finding = FINDING_LOG,
	  READ_AS(OBSERVATION_LOG, log),
	  .finish = finish_log,
	  .parts = { { SEEN(log) } } },
	{ .name = "namespace",
	  .finding = FINDING_NAMESPACE,
	  READ_AS(OBSERVATION_NAMESPACE, space),
	  .parts = { { SEEN(space) } } },
	{ .name = "sockets",
	  .finding = FINDING_SOCKETS,
	  READ_AS(OBSERVATION_SOCKETS, sockets),
	  .detail = JSON_RECORDING,
	  .parts = { { SEEN(sockets) } } },
	{ .name = "error",
	  .finding = LINE_NO_FINDING,
	  .seen = LINE_NO_OBSERVATION,
	  .parts = { { FROM_NOWHERE, &error_fields, 0 } } },
	{ .name = "check",
	  .finding = LINE_NO_FINDING,
	  .seen = LINE_NO_OBSERVATION,
	  .parts = { { FROM_NOWHERE, &check_fields, 0 } } },
	{ .name = "exposure",
	  .finding = LINE_NO_FINDING,
	  .seen = LINE_NO_OBSERVATION,
	  .parts = { { FROM_NOWHERE, &exposure_fields, 0 } } },
};
const struct line_set window_lines = LINES(rows);
