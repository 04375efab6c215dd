// SPDX-License-Identifier: GPL-2.0-only
#include "record/shared.h"

#include <string.h>
#include <sys/socket.h>

#include "model/words.h"

const char *get_string(const struct json_value *object, const char *name)
{
	const char *value = json_text(json_member(object, name));

	return value ? value : "";
}

uint64_t get_u64(const struct json_value *object, const char *name)
{
	return json_number(json_member(object, name));
}

/* ---- words ---- */

static const char *name_family(unsigned int value)
{
	return family_name((uint8_t)value);
}

static unsigned int parse_family(const char *word)
{
	return family_parse(word);
}

const struct words cause_words = { cause_name, cause_parse, CAUSES, CAUSE_NONE };
const struct words verdict_words = { verdict_name, NULL, VERDICTS, VERDICT_NONE };
const struct words confidence_words = { confidence_name, NULL, CONFIDENCE_PROVEN + 1,
					CONFIDENCE_UNKNOWN };
const struct words unseen_words = { unseen_name, NULL, UNSEENS, UNSEEN_NONE };
const struct words tracker_words = { tracker_state_name, tracker_state_parse, TRACKER_STATES,
				     TRACKER_NONE };
const struct words family_words = { name_family, parse_family, AF_INET6 + 1, 0 };

/* ---- processes ---- */

static bool has_pid(const void *base)
{
	return ((const struct actor *)base)->pid;
}

static const struct words socket_end_words = { socket_end_name, socket_end_parse, SOCKET_ENDS,
					       SOCKET_END_NONE };

static bool has_parent(const void *base)
{
	return ((const struct actor *)base)->parent_pid;
}

static const struct field parent_rows[] = {
	NUMBER(actor, "pid", parent_pid, FIELD_ALWAYS),
	TEXT(actor, "comm", parent, 0),
};
static const struct fields parent_fields = FIELDS(parent_rows, has_parent);

static const struct field actor_rows[] = {
	NUMBER(actor, "pid", pid, 0),
	TEXT(actor, "comm", comm, 0),
	TEXT(actor, "thread", thread, 0),
	TEXT(actor, "exe", exe, 0),
	TEXT(actor, "unit", unit, 0),
	TEXT(actor, "container", container, 0),
	TEXT(actor, "container_name", container_name, 0),
	TEXT(actor, "pod", pod, 0),
	NUMBER(actor, "netns", netns, 0),
	NUMBER(actor, "start_boottime_ns", start_boottime_ns, 0),
	NUMBER_IF(actor, "uid", uid, has_uid),
	GROUP("parent", parent_fields),
	TEXT(actor, "grandparent", grandparent, 0),
	WORD(actor, "ended_by", ended_by, 0, socket_end_words),
	NUMBER(actor, "signal", signal, 0),
};
const struct fields actor_fields = FIELDS(actor_rows, has_pid);

static const struct words victim_socket_words = { socket_state_name, socket_state_parse,
						  SOCKET_STATES, SOCKET_NONE };

static bool has_victim(const void *base)
{
	const struct victim *victim = base;

	return victim->process.pid || victim->socket_state != SOCKET_NONE ||
	       victim->look != LOOK_NONE;
}

static const struct words role_words = { victim_role_name, victim_role_parse, VICTIM_ROLES,
					 VICTIM_UNKNOWN };
static const struct words look_words = { victim_look_name, victim_look_parse, VICTIM_LOOKS,
					 LOOK_NONE };

static const struct words barrier_words = { barrier_name, barrier_parse, BARRIERS, BARRIER_NONE };

static void write_listens_on(struct jsonw *w, const char *name, const void *base)
{
	const struct victim *victim = base;

	if (victim->listens_family)
		write_address(w, name, &victim->listens_on, victim->listens_family);
}

static void parse_listens_on(const struct json_value *object, const char *name, void *base)
{
	struct victim *victim = base;

	victim->listens_family =
		(uint8_t)address_parse(get_string(object, name), &victim->listens_on);
}

static const struct special listens_on = { write_listens_on, parse_listens_on,
					   SCHEMA_REF("address") };

static const struct words unnamed_words = { unnamed_name, unnamed_parse, UNNAMEDS, UNNAMED_NONE };

static const struct field rival_rows[] = {
	NUMBER(rival, "netns", netns, FIELD_ALWAYS),
	TEXT(rival, "netns_name", netns_name, 0),
	NUMBER(rival, "pid", pid, 0),
	TEXT(rival, "comm", comm, 0),
	TEXT(rival, "exe", exe, 0),
	NUMBER_IF(rival, "uid", uid, has_uid),
};

static bool has_rival(const void *base)
{
	return ((const struct rival *)base)->netns;
}

static const struct fields rival_fields = FIELDS(rival_rows, has_rival);

/* Nothing is said of one that is sure. */
static void write_confidence(struct jsonw *w, const char *name, const void *base)
{
	if (((const struct victim *)base)->is_unsure)
		jsonw_string(w, name, "likely");
}

static void parse_confidence(const struct json_value *object, const char *name, void *base)
{
	((struct victim *)base)->is_unsure = !strcmp(get_string(object, name), "likely");
}

static const struct special victim_confidence = { write_confidence, parse_confidence,
						  "{\"enum\":[\"likely\"]}" };

static const struct field victim_rows[] = {
	TEXT(victim, "cmdline", cmdline, 0),
	TEXT(victim, "netns_name", netns_name, 0),
	WORD(victim, "socket_state", socket_state, 0, victim_socket_words),
	WORD(victim, "role", role, 0, role_words),
	WORD(victim, "look", look, 0, look_words),
	NUMBER(victim, "bound_ifindex", bound_ifindex, 0),
	TEXT(victim, "bound_ifname", bound_ifname, 0),
	TEXT(victim, "vrf", vrf, 0),
	SPECIAL("listens_on", 0, listens_on),
	WORD(victim, "barrier", barrier, 0, barrier_words),
	NUMBER(victim, "looked_ago_ns", looked_ago_ns, 0),
	WORD(victim, "unnamed", unnamed, 0, unnamed_words),
	SPECIAL("confidence", 0, victim_confidence),
	NUMBER(victim, "one_of", one_of, 0),
	OBJECT(victim, "other", rival, rival_fields),
};
_Static_assert(offsetof(struct victim, process) == 0, "its fields are the victim's");
const struct fields victim_fields = FIELDS_AFTER(actor_fields, victim_rows, has_victim);

void write_actor(struct jsonw *w, const char *name, const struct actor *actor)
{
	if (!actor || !actor->pid)
		return;
	jsonw_begin_object(w, name);
	fields_write(w, &actor_fields, actor, false);
	jsonw_end_object(w);
}

static const struct field ended_rows[] = {
	WORD(socket_end, "how", how, FIELD_ALWAYS, socket_end_words),
	NUMBER(socket_end, "ago_ns", ago_ns, FIELD_ALWAYS),
	OBJECT(socket_end, "by", by, actor_fields),
};

static bool has_ended(const void *base)
{
	return ((const struct socket_end *)base)->how != SOCKET_END_NONE;
}

const struct fields ended_fields = FIELDS(ended_rows, has_ended);

/* ---- listeners ---- */

static void write_listener_address(struct jsonw *w, const char *name, const void *base)
{
	const struct listener_state *l = base;

	write_address(w, name, &l->address, l->family);
}

static void parse_listener_address(const struct json_value *object, const char *name, void *base)
{
	struct listener_state *l = base;

	l->family = (uint8_t)address_parse(get_string(object, name), &l->address);
	l->is_known = l->family != 0;
}

static const struct special listener_address = { write_listener_address, parse_listener_address,
						 SCHEMA_REF("address") };

static bool is_known(const void *base)
{
	return ((const struct listener_state *)base)->is_known;
}

static const struct field listener_rows[] = {
	SPECIAL("address", FIELD_ALWAYS, listener_address),
	NUMBER(listener_state, "port", port, FIELD_ALWAYS),
	NUMBER(listener_state, "queue", queue, FIELD_ALWAYS),
	NUMBER(listener_state, "queue_max", queue_max, FIELD_ALWAYS),
	NUMBER(listener_state, "syn_queue", syn_queue, FIELD_ALWAYS),
	NUMBER(listener_state, "bound_ifindex", bound_ifindex, 0),
	FLAG(listener_state, "v6only", is_v6only, 0),
};
const struct fields listener_fields = FIELDS(listener_rows, is_known);

/* ---- addresses and flows ---- */

void write_address(struct jsonw *w, const char *name, const struct address *a, int family)
{
	char text[ADDRESS_TEXT_BYTES];

	jsonw_string(w, name, address_format(a, family, text, sizeof(text)));
}

void write_tuple_fields(struct jsonw *w, const struct tuple *t, int family)
{
	write_address(w, "src", &t->src, family);
	jsonw_u64(w, "sport", t->sport);
	write_address(w, "dst", &t->dst, family);
	jsonw_u64(w, "dport", t->dport);
}

void write_tuple(struct jsonw *w, const char *name, const struct tuple *t, int family)
{
	jsonw_begin_object(w, name);
	write_tuple_fields(w, t, family);
	jsonw_end_object(w);
}

void write_flow(struct jsonw *w, const char *name, const struct flow *flow, bool is_one_sided)
{
	if (!flow->family)
		return;
	jsonw_begin_object(w, name);
	write_tuple(w, "orig", &flow->orig, flow->family);
	if (!is_one_sided)
		write_tuple(w, "reply", &flow->reply, flow->family);
	jsonw_end_object(w);
}

uint8_t parse_tuple(const struct json_value *object, struct tuple *out)
{
	int family = address_parse(get_string(object, "src"), &out->src);

	if (address_parse(get_string(object, "dst"), &out->dst) != family)
		return 0;
	out->sport = (uint16_t)get_u64(object, "sport");
	out->dport = (uint16_t)get_u64(object, "dport");
	return (uint8_t)family;
}

bool parse_flow(const struct json_value *object, struct flow *out)
{
	uint8_t family = parse_tuple(json_member(object, "orig"), &out->orig);

	out->family = 0;
	if (!family || parse_tuple(json_member(object, "reply"), &out->reply) != family)
		return false;
	out->family = family;
	return true;
}

static void write_whole_flow(struct jsonw *w, const char *name, const void *at)
{
	write_flow(w, name, at, false);
}

static void parse_whole_flow(const struct json_value *object, const char *name, void *at)
{
	parse_flow(json_member(object, name), at);
}

const struct special flow_special = { write_whole_flow, parse_whole_flow, SCHEMA_REF("flow") };

/* ---- hooks ---- */

static void write_hooks(struct jsonw *w, const char *name, const void *at)
{
	uint8_t hooks = *(const uint8_t *)at;

	if (!hooks)
		return;
	jsonw_begin_array(w, name);
	if (hooks & HOOKS_CONNTRACK)
		jsonw_string(w, NULL, "conntrack");
	if (hooks & HOOKS_NAT)
		jsonw_string(w, NULL, "nat");
	jsonw_end_array(w);
}

static void parse_hooks(const struct json_value *object, const char *name, void *at)
{
	const struct json_value *array = json_member(object, name);
	uint8_t *hooks = at;
	const struct json_value *item;

	*hooks = json_is(array, JSON_KIND_ARRAY) ? HOOKS_KNOWN : 0;
	for (item = json_first(array); item; item = item->next) {
		const char *word = json_is(item, JSON_KIND_TEXT) ? item->text : "";

		if (!strcmp(word, "conntrack"))
			*hooks |= HOOKS_CONNTRACK;
		if (!strcmp(word, "nat"))
			*hooks |= HOOKS_NAT;
	}
}

const struct special hooks_special = {
	write_hooks,
	parse_hooks,
	"{\"type\":\"array\",\"items\":{\"enum\":[\"conntrack\",\"nat\"]}}",
};
