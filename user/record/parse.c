// SPDX-License-Identifier: GPL-2.0-only
/* One line of a recording into an observation. */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/time_text.h"
#include "model/words.h"
#include "record/recording.h"

/* enum ip_conntrack_status, uapi/linux/netfilter/nf_conntrack_common.h */
enum { STATUS_CONFIRMED = 1U << 3 };

static const char *get_string(const json_t *object, const char *name)
{
	const char *value = json_string_value(json_object_get(object, name));

	return value ? value : "";
}

static uint64_t get_u64(const json_t *object, const char *name)
{
	json_int_t value = json_integer_value(json_object_get(object, name));

	return value > 0 ? (uint64_t)value : 0;
}

static void copy_string(const json_t *object, const char *name, char *out, size_t size)
{
	size_t len = strnlen(get_string(object, name), size - 1);

	memcpy(out, get_string(object, name), len);
	out[len] = '\0';
}

static void parse_actor(const json_t *object, struct actor *out)
{
	memset(out, 0, sizeof(*out));
	if (!json_is_object(object))
		return;
	out->pid = (uint32_t)get_u64(object, "pid");
	out->netns = (uint32_t)get_u64(object, "netns");
	out->start_boottime_ns = get_u64(object, "start_boottime_ns");
	copy_string(object, "comm", out->comm, sizeof(out->comm));
	copy_string(object, "exe", out->exe, sizeof(out->exe));
	copy_string(object, "unit", out->unit, sizeof(out->unit));
	copy_string(object, "container", out->container, sizeof(out->container));
	copy_string(object, "container_name", out->container_name, sizeof(out->container_name));
	copy_string(object, "pod", out->pod, sizeof(out->pod));
}

static void parse_victim(const json_t *object, struct victim *out)
{
	const char *state = get_string(object, "socket_state");

	memset(out, 0, sizeof(*out));
	parse_actor(object, &out->process);
	if (*state)
		out->socket_state = (uint8_t)socket_state_parse(state);
	out->looked_ago_ns = get_u64(object, "looked_ago_ns");
	copy_string(object, "cmdline", out->cmdline, sizeof(out->cmdline));
	copy_string(object, "netns_name", out->netns_name, sizeof(out->netns_name));
}

/* Returns the family, 0 when either address is none. */
static uint8_t parse_tuple(const json_t *object, struct tuple *out)
{
	int family = address_parse(get_string(object, "src"), &out->src);

	if (address_parse(get_string(object, "dst"), &out->dst) != family)
		return 0;
	out->sport = (uint16_t)get_u64(object, "sport");
	out->dport = (uint16_t)get_u64(object, "dport");
	return (uint8_t)family;
}

static bool parse_flow(const json_t *object, struct flow *out)
{
	uint8_t family = parse_tuple(json_object_get(object, "orig"), &out->orig);

	if (!family || parse_tuple(json_object_get(object, "reply"), &out->reply) != family)
		return false;
	out->family = family;
	return true;
}

static uint32_t parse_status(const json_t *array)
{
	/* Only confirmed entries are removed; without the field nothing is known. */
	uint32_t status = json_is_array(array) ? STATUS_CONFIRMED : 0;
	size_t i;
	json_t *item;

	json_array_foreach(array, i, item)
	{
		int bit = status_bit_parse(json_string_value(item) ? json_string_value(item) : "");

		if (bit >= 0)
			status |= 1U << bit;
	}
	return status;
}

static bool parse_prefixed(const char *text, struct change_observation *out)
{
	char address[ADDRESS_TEXT_BYTES];
	const char *slash = strchr(text, '/');
	size_t len = slash ? (size_t)(slash - text) : strlen(text);

	if (len >= sizeof(address))
		return false;
	memcpy(address, text, len);
	address[len] = '\0';
	out->family = (uint8_t)address_parse(address, &out->local);
	out->prefix_len = slash                  ? (uint8_t)strtoul(slash + 1, NULL, 10) :
			  out->family == AF_INET ? 32 :
						   128;
	return out->family != 0;
}

static bool parse_change(const json_t *root, struct change_observation *out, bool is_address)
{
	const char *op = get_string(root, "op");

	memset(out, 0, sizeof(*out));
	out->op = is_address ? address_op_parse(op) : link_op_parse(op);
	if (out->op == CHANGE_NONE)
		return false;
	if (is_address) {
		if (!parse_prefixed(get_string(root, "address"), out))
			return false;
		if (!address_parse(get_string(root, "peer"), &out->address))
			out->address = out->local;
	}
	out->id = get_u64(root, "id");
	out->is_dead = json_is_true(json_object_get(root, "with_link"));
	out->by_kernel = json_is_true(json_object_get(root, "by_kernel"));
	out->ifindex = (uint32_t)get_u64(root, "ifindex");
	copy_string(root, "ifname", out->ifname, sizeof(out->ifname));
	parse_actor(json_object_get(root, "actor"), &out->actor);
	return true;
}

static bool parse_act(const json_t *root, struct observation *out)
{
	struct act_observation *act = &out->act;

	memset(act, 0, sizeof(*act));
	out->type = strcmp(get_string(root, "op"), "end") ? OBSERVATION_ACT_BEGIN :
							    OBSERVATION_ACT_END;
	act->act = get_u64(root, "act");
	act->cause = cause_parse(get_string(root, "cause"));
	act->ifindex = (uint32_t)get_u64(root, "ifindex");
	act->has_address = address_parse(get_string(root, "address"), &act->address) != 0;
	act->entries = get_u64(root, "entries");
	act->tcp_entries = get_u64(root, "tcp_entries");
	parse_actor(json_object_get(root, "actor"), &act->actor);
	act->stack = json_string_value(json_object_get(root, "stack"));
	return act->act != 0;
}

/* A flush line with an act is our own and says nothing that the act lines do
 * not; without one it is all there is. */
static bool parse_flush(const json_t *root, struct observation *out)
{
	struct act_observation *act = &out->act;

	if (json_object_get(root, "act"))
		return false;
	memset(act, 0, sizeof(*act));
	out->type = OBSERVATION_ACT_BEGIN;
	act->is_given = true;
	act->act = get_u64(root, "id");
	act->cause = cause_parse(get_string(root, "cause"));
	act->by = get_u64(root, "by");
	act->tcp_state = (uint8_t)tracker_state_parse(get_string(root, "tcp_state"));
	act->entries = get_u64(root, "entries");
	act->tcp_entries = get_u64(root, "tcp_entries");
	parse_actor(json_object_get(root, "actor"), &act->actor);
	act->stack = json_string_value(json_object_get(root, "stack"));
	return act->act != 0;
}

static bool parse_removal(const json_t *root, struct removal_observation *out)
{
	const json_t *given = json_object_get(root, "actor");

	memset(out, 0, sizeof(*out));
	if (!parse_flow(json_object_get(root, "flow"), &out->flow))
		return false;
	out->act = json_object_get(root, "act") ? get_u64(root, "act") : get_u64(root, "flush");
	out->cause = cause_parse(get_string(root, "cause"));
	out->zone = (uint16_t)get_u64(root, "zone");
	out->reply_zone = json_object_get(root, "reply_zone") ?
				  (uint16_t)get_u64(root, "reply_zone") :
				  out->zone;
	out->tcp_state = (uint8_t)tracker_state_parse(get_string(root, "tcp_state"));
	out->status = parse_status(json_object_get(root, "status"));
	out->mark = (uint32_t)get_u64(root, "mark");
	out->stack = json_string_value(json_object_get(root, "stack"));
	if (given) {
		parse_actor(given, &out->actor);
		out->has_actor = true;
	}
	return true;
}

static bool parse_entry(const json_t *root, struct entry_observation *out)
{
	memset(out, 0, sizeof(*out));
	out->zone = (uint16_t)get_u64(root, "zone");
	out->by_syn = json_is_true(json_object_get(root, "by_syn"));
	return parse_flow(json_object_get(root, "flow"), &out->flow);
}

static uint8_t parse_hooks(const json_t *array)
{
	uint8_t hooks = json_is_array(array) ? HOOKS_KNOWN : 0;
	size_t i;
	json_t *item;

	json_array_foreach(array, i, item)
	{
		const char *name = json_string_value(item);

		if (name && !strcmp(name, "conntrack"))
			hooks |= HOOKS_CONNTRACK;
		if (name && !strcmp(name, "nat"))
			hooks |= HOOKS_NAT;
	}
	return hooks;
}

/* tcpdump's letters, our names, or a list of names. */
static uint8_t parse_flags(const json_t *value)
{
	unsigned int flags = 0;
	size_t i;
	json_t *item;

	if (json_is_string(value))
		return (uint8_t)packet_flags_parse(json_string_value(value));
	json_array_foreach(value, i, item) if (json_is_string(item))
		flags |= packet_flags_parse(json_string_value(item));
	return (uint8_t)flags;
}

static bool parse_ruleset(const json_t *root, struct ruleset_observation *out)
{
	memset(out, 0, sizeof(*out));
	out->op = ruleset_op_parse(get_string(root, "op"));
	out->family = family_parse(get_string(root, "family"));
	out->hooks = parse_hooks(json_object_get(root, "hooks"));
	out->by_kernel = json_is_true(json_object_get(root, "by_kernel"));
	parse_actor(json_object_get(root, "actor"), &out->actor);
	return out->op != RULESET_NONE;
}

static bool parse_packet(const json_t *packet, struct reset_observation *out)
{
	out->family = parse_tuple(packet, &out->packet);
	out->flags = parse_flags(json_object_get(packet, "flags"));
	out->has_numbers = json_is_integer(json_object_get(packet, "seq"));
	out->seq = (uint32_t)get_u64(packet, "seq");
	out->ack = (uint32_t)get_u64(packet, "ack");
	out->payload_bytes = (uint32_t)get_u64(packet, "payload_bytes");
	copy_string(packet, "ifname", out->ifname, sizeof(out->ifname));
	return out->family != 0;
}

/* Of its own accord, so without a packet: its flow says whose it was. */
static bool parse_abort(const json_t *root, struct reset_observation *out)
{
	struct tuple own;

	out->kind = RESET_ABORT;
	out->cause = cause_parse(get_string(root, "cause"));
	out->family = parse_tuple(json_object_get(json_object_get(root, "flow"), "orig"), &own);
	out->packet = tuple_inverse(&own);
	return out->family != 0;
}

static bool parse_reset(const json_t *root, struct reset_observation *out)
{
	const json_t *packet = json_object_get(root, "packet");
	const json_t *socket = json_object_get(root, "socket");

	memset(out, 0, sizeof(*out));
	out->kind = direction_parse(get_string(root, "direction"));
	if (!packet && out->kind == RESET_ANSWER ? !parse_abort(root, out) :
						   !parse_packet(packet, out))
		return false;
	out->lookup = lookup_parse(get_string(root, "lookup"));
	if (!parse_flow(json_object_get(root, "entry"), &out->entry))
		out->entry.family = 0;
	out->entry_state = (uint8_t)tracker_state_parse(get_string(root, "entry_state"));
	out->socket = json_is_string(socket) ?
			      (uint8_t)socket_state_parse(json_string_value(socket)) :
			      SOCKET_UNKNOWN;
	out->pickup = (uint8_t)pickup_parse(get_string(root, "pickup"));
	out->hooks = parse_hooks(json_object_get(root, "hooks"));
	out->has_zone = json_is_integer(json_object_get(root, "zone"));
	out->zone = (uint16_t)get_u64(root, "zone");
	out->has_context = *get_string(root, "context") != '\0';
	out->in_softirq = !strcmp(get_string(root, "context"), "softirq");
	copy_string(root, "reason", out->reason, sizeof(out->reason));
	copy_string(root, "stack", out->stack, sizeof(out->stack));
	parse_actor(json_object_get(root, "sender"), &out->actor);
	parse_victim(json_object_get(root, "victim"), &out->victim);
	return true;
}

static bool parse_risk(const json_t *root, struct observation *out)
{
	struct risk_observation *risk = &out->risk;
	const json_t *looked = json_object_get(root, "looked_mono_ns");

	memset(risk, 0, sizeof(*risk));
	risk->looked_ns = looked ? get_u64(root, "looked_mono_ns") : out->mono_ns;
	parse_victim(json_object_get(root, "victim"), &risk->victim);
	return parse_flow(json_object_get(root, "flow"), &risk->flow);
}

/* The other ends are blame's own to find. */
static bool parse_risk_over(const json_t *root, struct observation *out)
{
	struct risk_observation *risk = &out->risk;

	out->type = OBSERVATION_AT_RISK;
	memset(risk, 0, sizeof(*risk));
	risk->end = risk_end_parse(get_string(root, "how"));
	return risk->end == RISK_CLOSED && parse_flow(json_object_get(root, "flow"), &risk->flow);
}

static bool parse_sockets(const json_t *root, struct sockets_observation *out)
{
	memset(out, 0, sizeof(*out));
	out->is_again = json_is_true(json_object_get(root, "again"));
	out->sockets = get_u64(root, "sockets");
	out->namespaces = (uint32_t)get_u64(root, "namespaces");
	out->unseen = (uint32_t)get_u64(root, "unseen");
	out->looked_ns = get_u64(root, "looked_mono_ns");
	out->spent_ns = get_u64(root, "spent_ns");
	return true;
}

static bool parse_probe(const json_t *root, struct probe_observation *out)
{
	memset(out, 0, sizeof(*out));
	copy_string(root, "name", out->name, sizeof(out->name));
	out->sense = sense_parse(out->name);
	copy_string(root, "how", out->how, sizeof(out->how));
	copy_string(root, "symbol", out->symbol, sizeof(out->symbol));
	copy_string(root, "module", out->module, sizeof(out->module));
	copy_string(root, "why", out->why, sizeof(out->why));
	return out->name[0] && out->how[0];
}

static bool parse_lost(const json_t *root, struct lost_observation *out)
{
	memset(out, 0, sizeof(*out));
	copy_string(root, "probe", out->probe, sizeof(out->probe));
	out->sense = sense_parse(out->probe);
	out->count = get_u64(root, "count");
	return out->count > 0;
}

static bool parse_log(const json_t *root, struct log_observation *out)
{
	memset(out, 0, sizeof(*out));
	copy_string(root, "source", out->source, sizeof(out->source));
	copy_string(root, "rule", out->rule, sizeof(out->rule));
	copy_string(root, "line", out->line, sizeof(out->line));
	out->is_read_time = json_is_true(json_object_get(root, "read_time"));
	out->dropped = get_u64(root, "dropped");
	return out->line[0] || out->dropped;
}

static bool parse_start(const json_t *root, struct start_observation *out)
{
	size_t i;
	json_t *item;

	memset(out, 0, sizeof(*out));
	out->version = get_string(root, "version");
	out->host = get_string(root, "host");
	out->kernel = get_string(root, "kernel");
	out->arch = get_string(root, "arch");
	out->window_s = get_u64(root, "window_s");
	json_array_foreach(json_object_get(root, "probes"), i, item)
	{
		if (out->probes_count == PROBE_REPORTS_MAX)
			break;
		out->probes[out->probes_count++] = (struct probe_report){
			.sense = sense_parse(get_string(item, "name")),
			.name = get_string(item, "name"),
			.how = get_string(item, "how"),
			.symbol = get_string(item, "symbol"),
			.why = get_string(item, "why"),
			.is_blind = json_is_true(json_object_get(item, "blind")),
		};
	}
	return true;
}

static bool parse_namespace(const json_t *root, struct namespace_observation *out)
{
	copy_string(root, "name", out->name, sizeof(out->name));
	return true;
}

/* Returns the sum; 0 where one of them is no port or no count. */
static uint64_t parse_ports(const json_t *array, struct port_count *out)
{
	uint64_t sum = 0;
	size_t i;
	json_t *item;

	json_array_foreach(array, i, item)
	{
		uint64_t port = get_u64(item, "port"), count = get_u64(item, "count");

		if (port > UINT16_MAX || !count || __builtin_add_overflow(sum, count, &sum))
			return 0;
		out[i] = (struct port_count){ .port = (uint16_t)port, .count = count };
	}
	return sum;
}

/* Counts that do not agree are no counts: the line is lost. What a later writer counts, of
 * other verdicts, is skipped as a type that is not known. */
static int parse_resets(const json_t *root, struct observation *out, struct recording_keep *keep)
{
	const json_t *ports = json_object_get(root, "ports");
	struct resets_observation *r = &out->counted;
	size_t ports_count = json_array_size(ports);
	uint64_t sum;

	if (strcmp(get_string(root, "verdict"), verdict_name(VERDICT_NO_LISTENER)) != 0)
		return 0;
	keep->ports = calloc(ports_count + 1, sizeof(*keep->ports));
	if (!keep->ports)
		return -ENOMEM;
	sum = parse_ports(ports, keep->ports);
	out->type = OBSERVATION_RESETS;
	*r = (struct resets_observation){
		.family = family_parse(get_string(root, "family")),
		.count = get_u64(root, "count"),
		.first_wall_ns = time_parse_iso(get_string(root, "first")),
		.last_wall_ns = time_parse_iso(get_string(root, "last")),
		.ports_count = ports_count,
		.ports = keep->ports,
	};
	return !r->count || sum > r->count || (ports_count && !sum) ? -EINVAL : 1;
}

static bool parse_end(const json_t *root, struct observation *out)
{
	out->window_s = get_u64(root, "window_s");
	return true;
}

static bool parse_body(const json_t *root, const char *type, struct observation *out)
{
	static const struct {
		const char *name;
		enum observation_type type;
	} types[] = {
		{ "start", OBSERVATION_START },     { "address", OBSERVATION_ADDRESS },
		{ "link", OBSERVATION_LINK },       { "removal", OBSERVATION_REMOVAL },
		{ "entry", OBSERVATION_ENTRY },     { "reset", OBSERVATION_RESET },
		{ "at_risk", OBSERVATION_AT_RISK }, { "sockets", OBSERVATION_SOCKETS },
		{ "lost", OBSERVATION_LOST },       { "summary", OBSERVATION_END },
		{ "ruleset", OBSERVATION_RULESET }, { "probe", OBSERVATION_PROBE },
		{ "log", OBSERVATION_LOG },         { "namespace", OBSERVATION_NAMESPACE },
	};

	if (!strcmp(type, "act"))
		return parse_act(root, out);
	if (!strcmp(type, "risk_over"))
		return parse_risk_over(root, out);
	if (!strcmp(type, "flush"))
		return parse_flush(root, out);
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (strcmp(type, types[i].name) != 0)
			continue;
		out->type = types[i].type;
		switch (out->type) {
		case OBSERVATION_START:
			return parse_start(root, &out->start);
		case OBSERVATION_ADDRESS:
		case OBSERVATION_LINK:
			return parse_change(root, &out->change, out->type == OBSERVATION_ADDRESS);
		case OBSERVATION_RULESET:
			return parse_ruleset(root, &out->ruleset);
		case OBSERVATION_REMOVAL:
			return parse_removal(root, &out->removal);
		case OBSERVATION_ENTRY:
			return parse_entry(root, &out->entry);
		case OBSERVATION_RESET:
			return parse_reset(root, &out->reset);
		case OBSERVATION_AT_RISK:
			return parse_risk(root, out);
		case OBSERVATION_SOCKETS:
			return parse_sockets(root, &out->sockets);
		case OBSERVATION_PROBE:
			return parse_probe(root, &out->probe);
		case OBSERVATION_LOG:
			return parse_log(root, &out->log);
		case OBSERVATION_NAMESPACE:
			return parse_namespace(root, &out->space);
		case OBSERVATION_LOST:
			return parse_lost(root, &out->lost);
		default:
			return parse_end(root, out);
		}
	}
	return false;
}

void recording_keep_release(struct recording_keep *keep)
{
	json_decref(keep->root);
	free(keep->ports);
	memset(keep, 0, sizeof(*keep));
}

int recording_parse(const char *line, size_t len, uint32_t node, struct observation *out,
		    struct recording_keep *keep)
{
	json_t *root = json_loadb(line, len, JSON_REJECT_DUPLICATES, NULL);
	const char *type;

	recording_keep_release(keep);
	keep->root = root;
	if (!json_is_object(root))
		return -EINVAL;
	out->netns = (struct netns_id){ .node = node, .inum = (uint32_t)get_u64(root, "netns") };
	out->wall_ns = time_parse_iso(get_string(root, "ts"));
	out->mono_ns = get_u64(root, "mono_ns");
	if (!json_object_get(root, "mono_ns"))
		out->mono_ns = out->wall_ns;
	type = get_string(root, "type");
	if (!strcmp(type, "resets"))
		return parse_resets(root, out, keep);
	if (parse_body(root, type, out))
		return 1;
	/* Without its flow it cannot be remembered: that is a loss, not a detail. */
	return strcmp(type, "removal") && strcmp(type, "entry") ? 0 : -EINVAL;
}
