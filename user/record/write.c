// SPDX-License-Identifier: GPL-2.0-only
#include "record/write.h"

#include <stdio.h>
#include <string.h>

#include "base/time_text.h"
#include "model/words.h"

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
}

static void string_if(struct jsonw *w, const char *name, const char *value)
{
	if (value && *value)
		jsonw_string(w, name, value);
}

static void u64_if(struct jsonw *w, const char *name, uint64_t value)
{
	if (value)
		jsonw_u64(w, name, value);
}

static void write_actor_fields(struct jsonw *w, const struct actor *actor)
{
	u64_if(w, "pid", actor->pid);
	string_if(w, "comm", actor->comm);
	string_if(w, "exe", actor->exe);
	string_if(w, "unit", actor->unit);
	string_if(w, "container", actor->container);
	string_if(w, "container_name", actor->container_name);
	string_if(w, "pod", actor->pod);
	u64_if(w, "netns", actor->netns);
	u64_if(w, "start_boottime_ns", actor->start_boottime_ns);
}

static void write_actor(struct jsonw *w, const char *name, const struct actor *actor)
{
	if (!actor || !actor->pid)
		return;
	jsonw_begin_object(w, name);
	write_actor_fields(w, actor);
	jsonw_end_object(w);
}

static void write_victim(struct jsonw *w, const struct victim *victim)
{
	const struct actor *process = victim ? &victim->process : NULL;

	if (!victim || (!process->pid && victim->socket_state == SOCKET_NONE))
		return;
	jsonw_begin_object(w, "victim");
	write_actor_fields(w, process);
	string_if(w, "cmdline", victim->cmdline);
	string_if(w, "netns_name", victim->netns_name);
	if (victim->socket_state != SOCKET_NONE)
		jsonw_string(w, "socket_state", socket_state_name(victim->socket_state));
	u64_if(w, "looked_ago_ns", victim->looked_ago_ns);
	jsonw_end_object(w);
}

static void write_address(struct jsonw *w, const char *name, const struct address *a, int family)
{
	char text[ADDRESS_TEXT_BYTES];

	jsonw_string(w, name, address_format(a, family, text, sizeof(text)));
}

static void write_tuple_fields(struct jsonw *w, const struct tuple *t, int family)
{
	write_address(w, "src", &t->src, family);
	jsonw_u64(w, "sport", t->sport);
	write_address(w, "dst", &t->dst, family);
	jsonw_u64(w, "dport", t->dport);
}

static void write_tuple(struct jsonw *w, const char *name, const struct tuple *t, int family)
{
	jsonw_begin_object(w, name);
	write_tuple_fields(w, t, family);
	jsonw_end_object(w);
}

static void write_flow_as(struct jsonw *w, const char *name, const struct flow *flow,
			  bool is_one_sided)
{
	if (!flow->family)
		return;
	jsonw_begin_object(w, name);
	write_tuple(w, "orig", &flow->orig, flow->family);
	if (!is_one_sided)
		write_tuple(w, "reply", &flow->reply, flow->family);
	jsonw_end_object(w);
}

static void write_flow(struct jsonw *w, const struct flow *flow)
{
	write_flow_as(w, "flow", flow, false);
}

static void write_start(struct jsonw *w, const struct finding *f)
{
	const struct start_observation *s = &f->seen->start;

	begin_finding(w, "start", f);
	string_if(w, "version", s->version);
	string_if(w, "host", s->host);
	string_if(w, "kernel", s->kernel);
	string_if(w, "arch", s->arch);
	u64_if(w, "window_s", s->window_s);
	if (s->is_audit)
		jsonw_bool(w, "audit", true);
	jsonw_begin_array(w, "probes");
	for (size_t i = 0; i < s->probes_count; i++) {
		jsonw_begin_object(w, NULL);
		jsonw_string(w, "name", s->probes[i].name);
		jsonw_string(w, "how", s->probes[i].how);
		string_if(w, "symbol", s->probes[i].symbol);
		string_if(w, "why", s->probes[i].why);
		if (s->probes[i].is_blind)
			jsonw_bool(w, "blind", true);
		jsonw_end_object(w);
	}
	jsonw_end_array(w);
}

static void write_change(struct jsonw *w, const struct finding *f)
{
	const struct change_observation *c = &f->change->seen;
	char text[ADDRESS_TEXT_BYTES], prefixed[ADDRESS_TEXT_BYTES + 8];

	begin_finding(w, f->type == FINDING_ADDRESS ? "address" : "link", f);
	jsonw_string(w, "op", change_op_name(c->op));
	if (f->type == FINDING_ADDRESS) {
		snprintf(prefixed, sizeof(prefixed), "%s/%u",
			 address_format(&c->local, c->family, text, sizeof(text)), c->prefix_len);
		jsonw_string(w, "address", prefixed);
		if (!address_equal(&c->local, &c->address))
			write_address(w, "peer", &c->address, c->family);
	}
	string_if(w, "ifname", c->ifname);
	u64_if(w, "ifindex", c->ifindex);
	if (c->is_dead)
		jsonw_bool(w, "with_link", true);
	if (c->by_kernel)
		jsonw_bool(w, "by_kernel", true);
	write_actor(w, "actor", &c->actor);
}

static void write_hooks(struct jsonw *w, uint8_t hooks)
{
	jsonw_begin_array(w, "hooks");
	if (hooks & HOOKS_CONNTRACK)
		jsonw_string(w, NULL, "conntrack");
	if (hooks & HOOKS_NAT)
		jsonw_string(w, NULL, "nat");
	jsonw_end_array(w);
}

static void write_ruleset(struct jsonw *w, const struct finding *f)
{
	const struct ruleset_observation *r = &f->seen->ruleset;

	begin_finding(w, "ruleset", f);
	jsonw_string(w, "op", ruleset_op_name(r->op));
	write_hooks(w, r->hooks);
	string_if(w, "family", family_name(r->family));
	if (r->by_kernel)
		jsonw_bool(w, "by_kernel", true);
	write_actor(w, "actor", &r->actor);
}

static void write_act(struct jsonw *w, const struct finding *f)
{
	const struct act_observation *a = &f->seen->act;
	bool is_begin = f->seen->type == OBSERVATION_ACT_BEGIN;

	begin_finding(w, "act", f);
	jsonw_string(w, "op", is_begin ? "begin" : "end");
	jsonw_u64(w, "act", a->act);
	if (!is_begin) {
		jsonw_u64(w, "entries", a->entries);
		jsonw_u64(w, "tcp_entries", a->tcp_entries);
		return;
	}
	jsonw_string(w, "cause", cause_name(a->cause));
	u64_if(w, "ifindex", a->ifindex);
	if (a->has_address) /* 16 bytes: the work item has no family */
		write_address(w, "address", &a->address, 10 /* AF_INET6 */);
	write_actor(w, "actor", &a->actor);
	string_if(w, "stack", a->stack);
}

static void write_status(struct jsonw *w, uint32_t status)
{
	jsonw_begin_array(w, "status");
	for (unsigned int bit = 0; status_bit_name(bit); bit++)
		if (status & (1U << bit))
			jsonw_string(w, NULL, status_bit_name(bit));
	jsonw_end_array(w);
}

static void write_removal(struct jsonw *w, const struct finding *f, enum json_detail detail)
{
	const struct removal_observation *r = &f->seen->removal;

	begin_finding(w, "removal", f);
	if (f->flush)
		jsonw_u64(w, "flush", f->flush->id);
	jsonw_string(w, "cause", cause_name(f->flush ? f->flush->cause : r->cause));
	write_flow(w, &r->flow);
	jsonw_string(w, "tcp_state", tracker_state_name(r->tcp_state));
	write_status(w, r->status);
	jsonw_u64(w, "zone", r->zone);
	if (r->reply_zone != r->zone)
		jsonw_u64(w, "reply_zone", r->reply_zone);
	jsonw_u64(w, "mark", r->mark);
	string_if(w, "stack", r->stack);
	if (f->flush)
		write_actor(w, "actor", flush_actor(f->flush));
	else if (r->has_actor)
		write_actor(w, "actor", &r->actor);
	if (detail == JSON_RECORDING)
		u64_if(w, "act", r->act);
}

static void write_entry(struct jsonw *w, const struct finding *f)
{
	const struct entry_observation *e = &f->seen->entry;

	begin_finding(w, "entry", f);
	write_flow(w, &e->flow);
	jsonw_u64(w, "zone", e->zone);
	jsonw_bool(w, "by_syn", e->by_syn);
}

static void write_flush(struct jsonw *w, const struct finding *f, enum json_detail detail)
{
	const struct flush *flush = f->flush;
	char ts[TIME_TEXT_BYTES];

	begin_finding(w, "flush", f);
	jsonw_string(w, "cause", cause_name(flush->cause));
	jsonw_u64(w, "entries", flush->entries);
	jsonw_u64(w, "tcp_entries", flush->tcp_entries);
	if (flush->tcp_state)
		jsonw_string(w, "tcp_state", tracker_state_name(flush->tcp_state));
	jsonw_string(w, "first", time_format_iso(flush->first_wall_ns, ts, sizeof(ts)));
	jsonw_string(w, "last", time_format_iso(flush->last_wall_ns, ts, sizeof(ts)));
	if (!flush->is_ended)
		jsonw_bool(w, "ongoing", true);
	write_actor(w, "actor", flush_actor(flush));
	string_if(w, "stack", flush->stack);
	if (flush->by)
		jsonw_u64(w, "by", flush->by->id);
	/* Without it a reader takes the line at its word: the acts are not there. */
	if (detail == JSON_RECORDING || flush->is_single)
		jsonw_u64(w, "act", flush->act);
}

static void write_packet(struct jsonw *w, const struct reset_observation *r)
{
	char flags[64];

	jsonw_begin_object(w, "packet");
	write_tuple_fields(w, &r->packet, r->family);
	jsonw_string(w, "flags", packet_flags_format(r->flags, flags, sizeof(flags)));
	if (r->has_numbers) {
		jsonw_u64(w, "seq", r->seq);
		jsonw_u64(w, "ack", r->ack);
		jsonw_u64(w, "payload_bytes", r->payload_bytes);
	}
	string_if(w, "ifname", r->ifname);
	jsonw_end_object(w);
}

/* What was seen at the reset itself, so that a replay can judge it again. */
static void write_circumstances(struct jsonw *w, const struct reset_observation *r)
{
	if (r->socket != SOCKET_UNKNOWN)
		jsonw_string(w, "socket", socket_state_name(r->socket));
	if (r->pickup != PICKUP_UNKNOWN)
		jsonw_string(w, "pickup", pickup_name(r->pickup));
	if (r->has_zone)
		jsonw_u64(w, "zone", r->zone);
	if (r->hooks & HOOKS_KNOWN)
		write_hooks(w, r->hooks);
	if (r->lookup != LOOKUP_NONE)
		jsonw_string(w, "lookup", lookup_name(r->lookup));
	write_flow_as(w, "entry", &r->entry, false);
	if (r->entry.family && r->entry_state)
		jsonw_string(w, "entry_state", tracker_state_name(r->entry_state));
	write_actor(w, "sender", &r->actor);
	string_if(w, "stack", r->stack);
}

static void write_reset(struct jsonw *w, const struct finding *f)
{
	const struct reset_observation *r = &f->seen->reset;
	const struct reset_blame *b = f->reset;

	begin_finding(w, "reset", f);
	jsonw_string(w, "direction", direction_name(r->kind));
	jsonw_string(w, "verdict", verdict_name(b->verdict));
	if (b->cause != CAUSE_NONE)
		jsonw_string(w, "cause", cause_name(b->cause));
	jsonw_string(w, "confidence", confidence_name(b->confidence));
	jsonw_begin_array(w, "because");
	for (size_t i = 0; i < b->because_count; i++)
		jsonw_u64(w, NULL, b->because[i]);
	jsonw_end_array(w);
	jsonw_begin_array(w, "inferred");
	for (size_t i = 0; i < b->inferred_count; i++)
		jsonw_string(w, NULL, unseen_name(b->inferred[i]));
	jsonw_end_array(w);
	if (r->kind != RESET_ABORT)
		write_packet(w, r);
	write_flow_as(w, "flow", &b->flow, b->is_one_sided);
	u64_if(w, "removed_ago_ns", b->removed_ago_ns);
	u64_if(w, "sent_as", b->sent_as);
	string_if(w, "reason", r->reason);
	if (r->has_context)
		jsonw_string(w, "context", r->in_softirq ? "softirq" : "process");
	write_actor(w, "actor", &b->actor);
	write_victim(w, &r->victim);
	write_circumstances(w, r);
}

/* What is not among the ports was of others, which were too many to be told apart. */
static void write_resets(struct jsonw *w, const struct finding *f)
{
	const struct resets_observation *r = &f->seen->counted;
	char ts[TIME_TEXT_BYTES];

	begin_finding(w, "resets", f);
	jsonw_string(w, "direction", direction_name(RESET_ANSWER));
	jsonw_string(w, "verdict", verdict_name(f->reset->verdict));
	jsonw_string(w, "confidence", confidence_name(f->reset->confidence));
	jsonw_u64(w, "count", r->count);
	string_if(w, "family", family_name(r->family));
	jsonw_string(w, "first", time_format_iso(r->first_wall_ns, ts, sizeof(ts)));
	jsonw_string(w, "last", time_format_iso(r->last_wall_ns, ts, sizeof(ts)));
	jsonw_begin_array(w, "ports");
	for (size_t i = 0; i < r->ports_count; i++) {
		jsonw_begin_object(w, NULL);
		jsonw_u64(w, "port", r->ports[i].port);
		jsonw_u64(w, "count", r->ports[i].count);
		jsonw_end_object(w);
	}
	jsonw_end_array(w);
}

static void write_risk(struct jsonw *w, const struct finding *f, enum json_detail detail)
{
	const struct risk *risk = f->risk;

	begin_finding(w, "at_risk", f);
	write_flow_as(w, "flow", &risk->flow, risk->is_one_sided);
	u64_if(w, "flush", risk->flush);
	if (risk->cause != CAUSE_NONE)
		jsonw_string(w, "cause", cause_name(risk->cause));
	write_victim(w, f->type == FINDING_AT_RISK ? risk->victim : &f->seen->risk.victim);
	if (f->type == FINDING_UNFOLLOWED)
		jsonw_bool(w, "followed", false);
	if (detail == JSON_RECORDING)
		jsonw_u64(w, "looked_mono_ns", f->seen->risk.looked_ns);
}

static void write_risk_over(struct jsonw *w, const struct finding *f)
{
	begin_finding(w, "risk_over", f);
	jsonw_u64(w, "at_risk", f->risk->id);
	jsonw_string(w, "how", risk_end_name(f->risk->end));
	write_flow(w, &f->risk->flow);
}

static void write_sockets(struct jsonw *w, const struct finding *f)
{
	const struct sockets_observation *s = &f->seen->sockets;

	begin_finding(w, "sockets", f);
	if (s->is_again)
		jsonw_bool(w, "again", true);
	jsonw_u64(w, "sockets", s->sockets);
	jsonw_u64(w, "namespaces", s->namespaces);
	u64_if(w, "unseen", s->unseen);
	jsonw_u64(w, "looked_mono_ns", s->looked_ns);
	jsonw_u64(w, "spent_ns", s->spent_ns);
}

static void write_probe(struct jsonw *w, const struct finding *f)
{
	const struct probe_observation *p = &f->seen->probe;

	begin_finding(w, "probe", f);
	jsonw_string(w, "name", p->name);
	jsonw_string(w, "how", p->how);
	string_if(w, "symbol", p->symbol);
	string_if(w, "module", p->module);
	string_if(w, "why", p->why);
}

static void write_lost(struct jsonw *w, const struct finding *f)
{
	begin_finding(w, "lost", f);
	jsonw_string(w, "probe", f->seen->lost.probe);
	jsonw_u64(w, "count", f->seen->lost.count);
}

static void write_log(struct jsonw *w, const struct finding *f)
{
	const struct log_observation *l = &f->seen->log;

	begin_finding(w, "log", f);
	jsonw_string(w, "source", l->source);
	string_if(w, "rule", l->rule);
	string_if(w, "line", l->line);
	if (l->is_read_time)
		jsonw_bool(w, "read_time", true);
	u64_if(w, "dropped", l->dropped);
}

static void write_namespace(struct jsonw *w, const struct finding *f)
{
	begin_finding(w, "namespace", f);
	string_if(w, "name", f->seen->space.name);
}

/* An act that removed nothing is no flush; the recording's act line has it. */
static bool is_wanted(enum json_detail detail, const struct finding *f)
{
	switch (f->type) {
	case FINDING_ACT:
	case FINDING_ENTRY:
	case FINDING_SOCKETS:
	case FINDING_UNFOLLOWED: /* for a reader it is one more in the summary */
		return detail == JSON_RECORDING;
	case FINDING_REMOVAL:
		return detail >= JSON_REMOVALS;
	case FINDING_FLUSH:
		return f->flush->entries > 0;
	case FINDING_END:
		return false; /* the summary says it */
	default:
		return true;
	}
}

bool json_write_finding(struct jsonw *w, enum json_detail detail, const struct finding *f)
{
	w->len = 0;
	if (!is_wanted(detail, f))
		return false;
	switch (f->type) {
	case FINDING_START:
		write_start(w, f);
		break;
	case FINDING_ADDRESS:
	case FINDING_LINK:
		write_change(w, f);
		break;
	case FINDING_RULESET:
		write_ruleset(w, f);
		break;
	case FINDING_ACT:
		write_act(w, f);
		break;
	case FINDING_REMOVAL:
		write_removal(w, f, detail);
		break;
	case FINDING_ENTRY:
		write_entry(w, f);
		break;
	case FINDING_FLUSH:
		write_flush(w, f, detail);
		break;
	case FINDING_RESET:
		write_reset(w, f);
		break;
	case FINDING_RESETS:
		write_resets(w, f);
		break;
	case FINDING_AT_RISK:
	case FINDING_UNFOLLOWED:
		write_risk(w, f, detail);
		break;
	case FINDING_RISK_OVER:
		write_risk_over(w, f);
		break;
	case FINDING_SOCKETS:
		write_sockets(w, f);
		break;
	case FINDING_PROBE:
		write_probe(w, f);
		break;
	case FINDING_LOST:
		write_lost(w, f);
		break;
	case FINDING_LOG:
		write_log(w, f);
		break;
	case FINDING_NAMESPACE:
		write_namespace(w, f);
		break;
	case FINDING_END:
		break;
	}
	jsonw_end_line(w);
	return true;
}

void json_write_summary(struct jsonw *w, const struct summary *t, const struct finding *end,
			enum status status)
{
	const char *advice[ADVICE_MAX];
	size_t advice_count = summary_advice(t, advice);

	begin_line(w, "summary", end->wall_ns, end->mono_ns, end->netns);
	jsonw_u64(w, "window_s", t->window_s);
	if (t->filter)
		jsonw_string(w, "filter", t->filter);
	jsonw_begin_object(w, "resets");
	for (enum verdict v = 0; v < VERDICTS; v++)
		u64_if(w, verdict_name(v), t->resets[v]);
	jsonw_end_object(w);
	u64_if(w, "resets_counted", t->resets_counted);
	u64_if(w, "resets_unfiltered", t->resets_unfiltered);
	jsonw_begin_object(w, "removals");
	for (enum cause c = 0; c < CAUSES; c++)
		u64_if(w, cause_name(c), t->removals[c]);
	jsonw_end_object(w);
	jsonw_u64(w, "flushes", t->flushes);
	if (t->addresses_unflushed) {
		jsonw_u64(w, "addresses_removed", t->addresses_removed);
		jsonw_u64(w, "addresses_unflushed", t->addresses_unflushed);
	}
	if (summary_knows_risk(t))
		jsonw_u64(w, "at_risk", t->at_risk);
	u64_if(w, "at_risk_unfollowed", t->unfollowed);
	u64_if(w, "at_risk_limit", t->follow_limit);
	u64_if(w, "sockets_unseen", t->look.unseen);
	u64_if(w, "sockets_unsure", t->look.unsure);
	u64_if(w, "victims_unlooked", t->effort.victims_unlooked);
	u64_if(w, "entries_unasked", t->effort.entries_unasked);
	if (t->effort.drain_worst_ns)
		jsonw_u64(w, "drain_worst_ms",
			  (t->effort.drain_worst_ns + NSEC_PER_MSEC / 2) / NSEC_PER_MSEC);
	jsonw_begin_object(w, "lost");
	for (size_t i = 0; i < t->losses_count; i++)
		jsonw_u64(w, t->losses[i].probe, t->losses[i].count);
	jsonw_end_object(w);
	jsonw_u64(w, "status", status);
	jsonw_begin_array(w, "advice");
	for (size_t i = 0; i < advice_count; i++)
		jsonw_string(w, NULL, advice[i]);
	jsonw_end_array(w);
	jsonw_end_line(w);
}

void json_write_error(struct jsonw *w, const char *message, uint64_t mono_ns, uint64_t wall_ns)
{
	begin_line(w, "error", wall_ns, mono_ns, (struct netns_id){ 0 });
	jsonw_string(w, "message", message);
	jsonw_u64(w, "status", STATUS_UNKNOWN);
	jsonw_end_line(w);
}
