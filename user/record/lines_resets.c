// SPDX-License-Identifier: GPL-2.0-only
/* Of resets, told or only counted, and of what is at risk of one. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/words.h"
#include "record/lines.h"
#include "record/recording.h"
#include "record/shared.h"

/* ---- the verdict: blame concludes it again ---- */

static void write_because(struct jsonw *w, const char *name, const void *base)
{
	const struct reset_blame *b = base;

	jsonw_begin_array(w, name);
	for (size_t i = 0; i < b->because_count; i++)
		jsonw_u64(w, NULL, b->because[i]);
	jsonw_end_array(w);
}

static void write_inferred(struct jsonw *w, const char *name, const void *base)
{
	const struct reset_blame *b = base;

	jsonw_begin_array(w, name);
	for (size_t i = 0; i < b->inferred_count; i++)
		jsonw_string(w, NULL, unseen_name(b->inferred[i]));
	jsonw_end_array(w);
}

static void write_blame_flow(struct jsonw *w, const char *name, const void *base)
{
	const struct reset_blame *b = base;

	write_flow(w, name, &b->flow, b->is_one_sided);
}

static const struct special because = { write_because, NULL, SCHEMA_NUMBERS };
static const struct special inferred = {
	write_inferred, NULL, "{\"type\":\"array\",\"items\":" SCHEMA_REF("unseen") "}"
};
static const struct special blame_flow = { write_blame_flow, NULL, SCHEMA_REF("flow") };

static const struct field verdict_rows[] = {
	WORD(reset_blame, "verdict", verdict, FIELD_ALWAYS, verdict_words),
	WORD(reset_blame, "cause", cause, 0, cause_words),
	WORD(reset_blame, "confidence", confidence, FIELD_ALWAYS, confidence_words),
};
static const struct fields verdict_fields = FIELDS(verdict_rows, NULL);

static const struct field links_rows[] = {
	SPECIAL("because", FIELD_ALWAYS, because),
	SPECIAL("inferred", FIELD_ALWAYS, inferred),
};
static const struct fields links_fields = FIELDS(links_rows, NULL);

static const struct field blamed_rows[] = {
	SPECIAL("flow", 0, blame_flow),
	NUMBER(reset_blame, "removed_ago_ns", removed_ago_ns, 0),
	NUMBER(reset_blame, "forgotten_ago_ns", forgotten_ago_ns, 0),
	NUMBER(reset_blame, "sent_as", sent_as, 0),
};
static const struct fields blamed_fields = FIELDS(blamed_rows, NULL);

static const struct field blamed_actor_rows[] = {
	OBJECT(reset_blame, "actor", actor, actor_fields),
};
static const struct fields blamed_actor_fields = FIELDS(blamed_actor_rows, NULL);

/* ---- the reset ---- */

static const struct words direction_words = { direction_name, direction_parse, RESET_REJECTED + 1,
					      RESET_ANSWER };
static const struct words socket_words = { socket_state_name, socket_state_parse, SOCKET_STATES,
					   SOCKET_UNKNOWN };
static const struct words pickup_words = { pickup_name, pickup_parse, PICKUP_INVALID + 1,
					   PICKUP_UNKNOWN };
static const struct words delivered_words = { delivered_name, delivered_parse, DELIVEREDS,
					      DELIVERED_UNKNOWN };
static const struct words undelivered_words = { undelivered_name, undelivered_parse, UNDELIVEREDS,
						UNDELIVERED_NONE };
static const struct words bridge_netfilter_words = { bridge_netfilter_name, bridge_netfilter_parse,
						     BRIDGE_NETFILTERS, BRIDGE_NETFILTER_NONE };
static const struct words lookup_words = { lookup_name, lookup_parse, LOOKUPS, LOOKUP_NONE };

static void write_packet(struct jsonw *w, const char *name, const void *base)
{
	const struct reset_observation *r = base;
	char flags[64];

	if (r->kind == RESET_ABORT)
		return;
	jsonw_begin_object(w, name);
	write_tuple_fields(w, &r->packet, r->family);
	jsonw_string(w, "flags", packet_flags_format(r->flags, flags, sizeof(flags)));
	if (r->has_numbers) {
		jsonw_u64(w, "seq", r->seq);
		jsonw_u64(w, "ack", r->ack);
		jsonw_u64(w, "payload_bytes", r->payload_bytes);
	}
	if (r->ifname[0])
		jsonw_string(w, "ifname", r->ifname);
	jsonw_end_object(w);
}

/* tcpdump's letters, our names, or a list of names. */
static uint8_t parse_flags(const struct json_value *value)
{
	unsigned int flags = 0;
	const struct json_value *item;

	if (json_is(value, JSON_KIND_TEXT))
		return (uint8_t)packet_flags_parse(json_text(value));
	for (item = json_first(value); item; item = item->next)
		if (json_is(item, JSON_KIND_TEXT))
			flags |= packet_flags_parse(item->text);
	return (uint8_t)flags;
}

static void parse_packet(const struct json_value *object, const char *name, void *base)
{
	const struct json_value *packet = json_member(object, name);
	struct reset_observation *out = base;
	const char *ifname = get_string(packet, "ifname");

	out->family = parse_tuple(packet, &out->packet);
	out->flags = parse_flags(json_member(packet, "flags"));
	out->has_numbers = json_is(json_member(packet, "seq"), JSON_KIND_INTEGER);
	out->seq = (uint32_t)get_u64(packet, "seq");
	out->ack = (uint32_t)get_u64(packet, "ack");
	out->payload_bytes = (uint32_t)get_u64(packet, "payload_bytes");
	memcpy(out->ifname, ifname, strnlen(ifname, sizeof(out->ifname) - 1));
}

static void write_context(struct jsonw *w, const char *name, const void *base)
{
	const struct reset_observation *r = base;

	if (r->has_context)
		jsonw_string(w, name, r->in_softirq ? "softirq" : "process");
}

static void parse_context(const struct json_value *object, const char *name, void *base)
{
	struct reset_observation *out = base;

	out->has_context = *get_string(object, name) != '\0';
	out->in_softirq = !strcmp(get_string(object, name), "softirq");
}

static const struct special packet = {
	write_packet,
	parse_packet,
	"{\"type\":\"object\",\"required\":[\"src\",\"sport\",\"dst\",\"dport\"],\"properties\":{"
	"\"src\":" SCHEMA_REF("address") ",\"sport\":" SCHEMA_REF("port") ",\"dst\":" SCHEMA_REF(
		"address") ",\"dport\":" SCHEMA_REF("port") ",\"flags\":" SCHEMA_STRING
							    ",\"seq\":" SCHEMA_NUMBER
							    ",\"ack\":" SCHEMA_NUMBER
							    ",\"payload_bytes\":" SCHEMA_NUMBER
							    ",\"ifname\":" SCHEMA_STRING "}}",
};
static const struct special context = { write_context, parse_context,
					"{\"enum\":[\"softirq\",\"process\"]}" };

static const struct field direction_rows[] = {
	WORD(reset_observation, "direction", kind, FIELD_ALWAYS, direction_words),
};
static const struct fields direction_fields = FIELDS(direction_rows, NULL);

static const struct field packet_rows[] = { SPECIAL("packet", 0, packet) };
static const struct fields packet_fields = FIELDS(packet_rows, NULL);

static const struct field reason_rows[] = {
	TEXT(reset_observation, "reason", reason, 0),
	SPECIAL("context", 0, context),
};
static const struct fields reason_fields = FIELDS(reason_rows, NULL);

/* What was seen at the reset itself, so that a replay can judge it again. */
static const struct field reset_rows[] = {
	OBJECT(reset_observation, "victim", victim, victim_fields),
	WORD(reset_observation, "socket", socket, 0, socket_words),
	WORD(reset_observation, "pickup", pickup, 0, pickup_words),
	NUMBER_IF(reset_observation, "zone", zone, has_zone),
	SPECIAL_AT(reset_observation, "hooks", hooks, 0, hooks_special),
	WORD(reset_observation, "lookup", lookup, 0, lookup_words),
	SPECIAL_AT(reset_observation, "entry", entry, 0, flow_special),
	WORD(reset_observation, "entry_state", entry_state, 0, tracker_words),
	NUMBER(reset_observation, "entry_netns", entry_netns, 0),
	SPECIAL_AT(reset_observation, "entry_hooks", entry_hooks, 0, hooks_special),
	NUMBER(reset_observation, "bridge_netns", bridge_netns, 0),
	WORD(reset_observation, "bridge_netfilter", bridge_netfilter, 0, bridge_netfilter_words),
	OBJECT(reset_observation, "listener", listener, listener_fields),
	FLAG(reset_observation, "met_request", is_of_request, 0),
	FLAG(reset_observation, "virtual_service", is_virtual, 0),
	OBJECT(reset_observation, "ended", ended, ended_fields),
	WORD(reset_observation, "delivered", delivered, 0, delivered_words),
	WORD(reset_observation, "delivered_why", undelivered, 0, undelivered_words),
	OBJECT(reset_observation, "sender", actor, actor_fields),
	TEXT(reset_observation, "stack", stack, 0),
};
static const struct fields reset_fields = FIELDS(reset_rows, NULL);

/* Of its own accord, so without a packet: its flow says whose it was. */
static int finish_abort(const struct json_value *root, struct reset_observation *out)
{
	struct tuple own;

	out->kind = RESET_ABORT;
	out->cause = cause_parse(get_string(root, "cause"));
	out->family = parse_tuple(json_member(json_member(root, "flow"), "orig"), &own);
	out->packet = tuple_inverse(&own);
	return out->family != 0;
}

static int finish_reset(const struct line_reading *r)
{
	struct reset_observation *reset = &r->out->reset;

	if (!json_member(r->root, "packet") && reset->kind == RESET_ANSWER)
		return finish_abort(r->root, reset);
	return reset->family != 0;
}

/* ---- resets that were only counted ---- */

static void write_sent(struct jsonw *w, const char *name, const void *base)
{
	(void)base;
	jsonw_string(w, name, direction_name(RESET_ANSWER));
}

/* What is not among the ports was of others, which were too many to be told apart. */
static void write_ports(struct jsonw *w, const char *name, const void *base)
{
	const struct resets_observation *r = base;

	jsonw_begin_array(w, name);
	for (size_t i = 0; i < r->ports_count; i++) {
		jsonw_begin_object(w, NULL);
		jsonw_u64(w, "port", r->ports[i].port);
		jsonw_u64(w, "count", r->ports[i].count);
		jsonw_end_object(w);
	}
	jsonw_end_array(w);
}

static const struct special sent = { write_sent, NULL, "{\"const\":\"sent\"}" };
static const struct special ports = {
	write_ports,
	NULL,
	"{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"port\",\"count\"],"
	"\"properties\":{\"port\":" SCHEMA_REF("port") ",\"count\":" SCHEMA_NUMBER "}}}",
};

static const struct field counted_direction_rows[] = { SPECIAL("direction", FIELD_ALWAYS, sent) };
static const struct fields counted_direction_fields = FIELDS(counted_direction_rows, NULL);

static const struct field counted_rows[] = {
	NUMBER(resets_observation, "count", count, FIELD_ALWAYS),
	WORD(resets_observation, "family", family, 0, family_words),
	TIME(resets_observation, "first", first_wall_ns, FIELD_ALWAYS),
	TIME(resets_observation, "last", last_wall_ns, FIELD_ALWAYS),
	SPECIAL("ports", FIELD_ALWAYS, ports),
};
static const struct fields counted_fields = FIELDS(counted_rows, NULL);

/* Returns the sum; 0 where one of them is no port or no count. */
static uint64_t parse_ports(const struct json_value *array, struct port_count *out)
{
	uint64_t sum = 0;
	const struct json_value *item;

	for (item = json_first(array); item; item = item->next) {
		uint64_t port = get_u64(item, "port"), count = get_u64(item, "count");

		if (port > UINT16_MAX || !count || __builtin_add_overflow(sum, count, &sum))
			return 0;
		*out++ = (struct port_count){ .port = (uint16_t)port, .count = count };
	}
	return sum;
}

/* Which verdict is counted. False: what a later writer counts, of others. */
static bool parse_counted_verdict(const struct json_value *root, struct resets_observation *out)
{
	static const enum verdict verdicts[] = { VERDICT_ENTRY_UNKNOWN, VERDICT_STALE_CONNECTION,
						 VERDICT_UNEXPLAINED };
	const char *verdict = get_string(root, "verdict");
	const char *confidence = get_string(root, "confidence");

	for (size_t i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++)
		if (!strcmp(verdict, verdict_name(verdicts[i])))
			out->verdict = (uint8_t)verdicts[i];
	out->cause = cause_parse(get_string(root, "cause"));
	if (!strcmp(confidence, confidence_name(CONFIDENCE_LIKELY)))
		out->confidence = CONFIDENCE_LIKELY;
	return out->verdict || !strcmp(verdict, verdict_name(VERDICT_NO_LISTENER));
}

/* Counts that do not agree are no counts: the line is lost. What a later writer counts, of
 * other verdicts, is skipped as a type that is not known. */
static int finish_counted(const struct line_reading *r)
{
	const struct json_value *array = json_member(r->root, "ports");
	struct resets_observation *out = &r->out->counted;
	uint64_t sum;

	if (!parse_counted_verdict(r->root, out))
		return LINE_SKIPPED;
	out->ports_count = json_count(array);
	r->keep->ports = calloc(out->ports_count + 1, sizeof(*r->keep->ports));
	if (!r->keep->ports)
		return -ENOMEM;
	out->ports = r->keep->ports;
	sum = parse_ports(array, r->keep->ports);
	return out->count && sum <= out->count && (sum || !out->ports_count);
}

/* ---- at risk ---- */

static void write_risk_flow(struct jsonw *w, const char *name, const void *base)
{
	const struct risk *risk = base;

	write_flow(w, name, &risk->flow, risk->is_one_sided);
}

static void write_risk_victim(struct jsonw *w, const char *name, const void *base)
{
	const struct victim *victim = ((const struct risk *)base)->victim;

	if (!victim || !victim_fields.is_there(victim))
		return;
	jsonw_begin_object(w, name);
	fields_write(w, &victim_fields, victim, false);
	jsonw_end_object(w);
}

static void write_risk_change(struct jsonw *w, const char *name, const void *base)
{
	const struct risk *risk = base;

	if (risk->by)
		jsonw_u64(w, name, risk->by->id);
}

static void write_risk_inner(struct jsonw *w, const char *name, const void *base)
{
	const struct risk *risk = base;

	if (risk_socket(risk) == &risk->inner)
		write_tuple(w, name, &risk->inner, risk->flow.family);
}

static const struct special risk_inner = { write_risk_inner, NULL, SCHEMA_REF("tuple") };
static const struct special risk_change = { write_risk_change, NULL, SCHEMA_NUMBER };
static const struct special risk_flow = { write_risk_flow, NULL, SCHEMA_REF("flow") };
static const struct special risk_victim = { write_risk_victim, NULL, SCHEMA_REF("victim") };
static const struct words risk_end_words = { risk_end_name, NULL, RISK_ENDS, RISK_GOES_ON };

static const struct field risk_rows[] = {
	SPECIAL("flow", 0, risk_flow),
	SPECIAL("inner", 0, risk_inner),
	NUMBER(risk, "flush", flush, 0),
	SPECIAL("by", 0, risk_change),
	WORD(risk, "cause", cause, 0, cause_words),
};
static const struct fields risk_fields = FIELDS(risk_rows, NULL);

static const struct field risk_victim_rows[] = { SPECIAL("victim", 0, risk_victim) };
static const struct fields risk_victim_fields = FIELDS(risk_victim_rows, NULL);

static const struct field risk_look_rows[] = {
	NUMBER(risk_observation, "looked_mono_ns", looked_ns, FIELD_ALWAYS | FIELD_RECORDED),
};
static const struct fields risk_look_fields = FIELDS(risk_look_rows, NULL);

static const struct field risk_seen_rows[] = {
	OBJECT(risk_observation, "victim", victim, victim_fields),
};
static const struct fields risk_seen_fields = FIELDS(risk_seen_rows, NULL);

/* One more than can be followed: its victim is not remembered. */
static void write_followed(struct jsonw *w, const char *name, const void *base)
{
	(void)base;
	jsonw_bool(w, name, false);
}

static const struct special followed = { write_followed, NULL, "{\"const\":false}" };

static const struct field unfollowed_rows[] = { SPECIAL("followed", 0, followed) };
static const struct fields unfollowed_fields = FIELDS(unfollowed_rows, NULL);

/* Of a socket whose own address is gone only what it sends is known. */
static bool parse_own_flow(const struct json_value *root, struct flow *out)
{
	const struct json_value *orig = json_member(json_member(root, "flow"), "orig");

	out->family = parse_tuple(orig, &out->orig);
	out->reply = tuple_inverse(&out->orig);
	return out->family != 0;
}

static int finish_risk(const struct line_reading *r)
{
	struct risk_observation *risk = &r->out->risk;

	if (!json_member(r->root, "looked_mono_ns"))
		risk->looked_ns = r->out->mono_ns;
	fields_parse(r->root, &risk_seen_fields, risk);
	risk->is_own_address = json_member(r->root, "by") != NULL;
	parse_tuple(json_member(r->root, "inner"), &risk->inner);
	return risk->is_own_address ? parse_own_flow(r->root, &risk->flow) :
				      parse_flow(json_member(r->root, "flow"), &risk->flow);
}

static const struct field risk_over_rows[] = {
	NUMBER(risk, "at_risk", id, FIELD_ALWAYS),
	WORD(risk, "how", end, FIELD_ALWAYS, risk_end_words),
	SPECIAL_AT(risk, "flow", flow, 0, flow_special),
};
static const struct fields risk_over_fields = FIELDS(risk_over_rows, NULL);

/* The other ends are blame's own to find. */
static int finish_risk_over(const struct line_reading *r)
{
	struct risk_observation *risk = &r->out->risk;

	risk->end = risk_end_parse(get_string(r->root, "how"));
	return risk->end == RISK_CLOSED && parse_flow(json_member(r->root, "flow"), &risk->flow);
}

/* ---- the lines ---- */

#define RESET offsetof(struct observation, reset)
#define COUNTED offsetof(struct observation, counted)
#define RISK offsetof(struct observation, risk)

static const struct line_type rows[] = {
	{ .name = "reset",
	  .finding = FINDING_RESET,
	  READ_AS(OBSERVATION_RESET, reset),
	  .finish = finish_reset,
	  .parts = { { FROM_SEEN, &direction_fields, RESET },
		     { FROM_BLAME, &verdict_fields, 0 },
		     { FROM_BLAME, &links_fields, 0 },
		     { FROM_SEEN, &packet_fields, RESET },
		     { FROM_BLAME, &blamed_fields, 0 },
		     { FROM_SEEN, &reason_fields, RESET },
		     { FROM_BLAME, &blamed_actor_fields, 0 },
		     { FROM_SEEN, &reset_fields, RESET } } },
	{ .name = "resets",
	  .finding = FINDING_RESETS,
	  READ_AS(OBSERVATION_RESETS, counted),
	  .class = LINE_EVIDENCE,
	  .finish = finish_counted,
	  .parts = { { FROM_SEEN, &counted_direction_fields, COUNTED },
		     { FROM_BLAME, &verdict_fields, 0 },
		     { FROM_SEEN, &counted_fields, COUNTED } } },
	{ .name = "at_risk",
	  .finding = FINDING_AT_RISK,
	  READ_AS(OBSERVATION_AT_RISK, risk),
	  .finish = finish_risk,
	  .parts = { { FROM_RISK, &risk_fields, 0 },
		     { FROM_RISK, &risk_victim_fields, 0 },
		     { FROM_SEEN, &risk_look_fields, RISK } } },
	{ .name = "at_risk", /* for a reader of the report it is one more in the summary */
	  .finding = FINDING_UNFOLLOWED,
	  .seen = LINE_NO_OBSERVATION,
	  .detail = JSON_RECORDING,
	  .parts = { { FROM_RISK, &risk_fields, 0 },
		     { FROM_SEEN, &risk_seen_fields, RISK },
		     { FROM_RISK, &unfollowed_fields, 0 },
		     { FROM_SEEN, &risk_look_fields, RISK } } },
	{ .name = "risk_over",
	  .finding = FINDING_RISK_OVER,
	  READ_AS(OBSERVATION_AT_RISK, risk),
	  .finish = finish_risk_over,
	  .parts = { { FROM_RISK, &risk_over_fields, 0 } } },
};
const struct line_set reset_lines = LINES(rows);
