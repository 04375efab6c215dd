// SPDX-License-Identifier: GPL-2.0-only
#include "summary/finding_text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/number_text.h"
#include "base/time_text.h"
#include "base/utf8.h"
#include "model/words.h"
#include "summary/phrases.h"
#include "summary/sentences.h"

/* Puts words into the pool. */
static const char *keep(struct note *n, const char *format, ...)
{
	char *at = n->pool + n->used;
	size_t room = sizeof(n->pool) - n->used;
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(at, room, format, args);
	va_end(args);
	if (len < 0)
		*at = '\0';
	/* A pool that is full keeps its last byte: an empty string for all that follows. */
	n->used += strlen(at) + 1 < room ? strlen(at) + 1 : room - 1;
	return at;
}

static void begin(struct note *n, const char *kind, enum finding_tone tone)
{
	n->kind = kind;
	n->tone = tone;
}

static void add_below(struct note *n, const char *mark, const char *words, uint64_t id)
{
	if (n->below_count < FINDING_TEXT_BELOW_MAX)
		n->below[n->below_count++] =
			(struct finding_below){ mark, keep(n, "%s", words), id };
}

/* "what, so much earlier": from an effect to its cause. */
static void add_cause(struct note *n, const char *what, uint64_t ago_ns, uint64_t id)
{
	char words[DESCRIBE_BYTES + 64], ago[DURATION_TEXT_BYTES];

	snprintf(words, sizeof(words), "%s, %s earlier", what,
		 duration_format((int64_t)ago_ns > 0 ? ago_ns : 0, ago, sizeof(ago)));
	add_below(n, "⟵ ", words, id);
}

enum { NODE_BYTES = 96 };

static const char *node_name(const struct finding *f, char *buf, size_t size)
{
	buf[0] = '\0';
	if (f->host && *f->host)
		snprintf(buf, size, " [%s]", f->host);
	else if (f->netns.node)
		snprintf(buf, size, " [recording %u]", f->netns.node + 1);
	return buf;
}

const char *finding_text_start(const struct start_observation *s, char *buf, size_t size)
{
	char until[SPAN_TEXT_BYTES + 16] = "watching until Ctrl-C", proofs[48] = "";
	size_t attached = 0, proven = 0;
	bool is_told = false;

	if (s->window_s)
		snprintf(until, sizeof(until), "window of %s", SPAN(s->window_s));
	for (size_t i = 0; i < s->probes_count; i++) {
		const char *state = s->probes[i].state;

		attached += sense_is_attached(s->probes[i].how);
		proven += state && !strcmp(state, "proven");
		is_told |= state != NULL;
	}
	if (is_told)
		snprintf(proofs, sizeof(proofs), ", %zu proven", proven);
	if (s->is_audit)
		snprintf(buf, size, "rstblame %s on %s, Linux %s %s: audit of open connections",
			 s->version, s->host, s->kernel, s->arch);
	else
		snprintf(buf, size,
			 "rstblame %s on %s, Linux %s %s: %s, %zu of %zu probes attached%s",
			 s->version, s->host, s->kernel, s->arch, until, attached, s->probes_count,
			 proofs);
	return buf;
}

const char *finding_text_gap(const struct probe_report *p)
{
	bool is_gap = p->is_blind ||
		      (p->state && (!strcmp(p->state, "missing") || !strcmp(p->state, "blind")));

	return is_gap ? sense_consequence(p->sense) : "";
}

static void note_change(struct note *n, const struct finding *f)
{
	char text[DESCRIBE_BYTES];

	begin(n, f->type == FINDING_ADDRESS ? "address" : "link", TONE_STRONG);
	n->words = keep(n, "%s", describe_change(f->change, text, sizeof(text)));
}

static void note_ruleset(struct note *n, const struct finding *f)
{
	char text[DESCRIBE_BYTES];

	begin(n, "ruleset", TONE_STRONG);
	n->words = keep(n, "%s", describe_ruleset(&f->seen->ruleset, text, sizeof(text)));
}

static void note_listener(struct note *n, const struct finding *f)
{
	const struct listener_observation *l = &f->seen->listener;
	char address[ADDRESS_TEXT_BYTES], actor[DESCRIBE_BYTES / 2];

	begin(n, "listener", TONE_PLAIN);
	n->words = keep(
		n, "%s port %u was closed%s%s",
		address_format(&l->listener.address, l->listener.family, address, sizeof(address)),
		l->listener.port, l->actor.pid ? " by " : "",
		l->actor.pid ? describe_actor(&l->actor, actor, sizeof(actor)) : "");
}

static void note_rules(struct note *n, const struct finding *f)
{
	const struct actor *by = &f->seen->rules.actor;
	char actor[DESCRIBE_BYTES / 2];

	begin(n, "rules", TONE_PLAIN);
	n->words = keep(n, "nftables' rules were changed%s%s", by->pid ? " by " : "",
			by->pid ? describe_actor(by, actor, sizeof(actor)) : "");
}

static void note_flush(struct note *n, const struct finding *f)
{
	const struct flush *flush = f->flush;
	char text[DESCRIBE_BYTES];

	if (!flush->entries && !flush->by)
		return;
	begin(n, "flush", TONE_WARN);
	n->words = keep(n, "%s",
			flush->entries ? describe_flush(flush, text, sizeof(text)) :
					 "nothing to remove: no conntrack entry was "
					 "masqueraded to it");
	if (flush->stack)
		add_below(n, "", flush->stack, 0);
	if (flush->is_by_argument)
		add_below(n, "unconfirmed: ", describe_unseen(UNSEEN_REQUEST), 0);
	if (flush->by)
		add_cause(n, describe_change(flush->by, text, sizeof(text)),
			  flush->first_mono_ns - flush->by->mono_ns, flush->by->id);
}

static void note_removal(struct note *n, const struct finding *f)
{
	const struct removal_observation *r = &f->seen->removal;
	char orig[TUPLE_TEXT_BYTES];

	begin(n, "removal", TONE_PLAIN);
	n->words = keep(n, "%s %s, %s",
			tuple_format(&r->flow.orig, r->flow.family, orig, sizeof(orig)),
			tracker_state_name(r->tcp_state),
			cause_name(f->flush ? f->flush->cause : r->cause));
	if (r->stack)
		add_below(n, "", r->stack, 0);
}

static void add_chain(struct note *n, const struct finding *f)
{
	const struct reset_blame *b = f->reset;
	char text[DESCRIBE_BYTES], orig[TUPLE_TEXT_BYTES];

	if (b->flow.family) {
		snprintf(text, sizeof(text), "flow %s",
			 tuple_format(&b->flow.orig, b->flow.family, orig, sizeof(orig)));
		add_below(n, "", text, 0);
	}
	if (b->renewed_ago_ns)
		add_cause(n, describe_retranslation(b, text, sizeof(text)), b->renewed_ago_ns, 0);
	if (b->ruleset.id)
		add_cause(n, describe_ruleset(&b->ruleset.seen, text, sizeof(text)),
			  f->mono_ns - b->ruleset.mono_ns, b->ruleset.id);
	if (b->flush)
		add_below(n, "⟵ ",
			  describe_flush_ago(b->flush, b->removed_ago_ns, text, sizeof(text)),
			  b->flush->id);
	if (b->by)
		add_cause(n, describe_change(b->by, text, sizeof(text)),
			  f->mono_ns - b->by->mono_ns, b->by->id);
	if (b->arrival)
		add_cause(n, describe_change(b->arrival, text, sizeof(text)),
			  f->mono_ns - b->arrival->mono_ns, b->arrival->id);
}

/* Why it did not leave, and what that means for the other end. */
static void add_fate(struct note *n, const struct reset_observation *r, bool is_blamed)
{
	static const char *const whys[UNDELIVEREDS] = {
		[UNDELIVERED_NONE] = "it did not leave this host",
		[UNDELIVERED_DROPPED] = "it was dropped on its way out (by a rule in OUTPUT?)",
		[UNDELIVERED_NO_ROUTE] = "it had no route",
		[UNDELIVERED_NOT_MADE] = "the kernel decided against it (no TCP MD5 or AO key?)",
	};

	if (r->delivered == DELIVERED_NO)
		add_below(
			n, "",
			keep(n, "%s: %s", whys[r->undelivered],
			     is_blamed ? "the connection goes on" : "the peer was never notified"),
			0);
}

static const char *say_direction(const struct reset_observation *r)
{
	if (r->kind == RESET_RECEIVED)
		return "received from";
	if (r->delivered != DELIVERED_NO)
		return "sent to";
	return r->undelivered == UNDELIVERED_NOT_MADE ? "not made for" : "made, not sent to";
}

/* "sent to 10.9.0.2:6379", and by whom where that is known. */
static const char *say_what(struct note *n, const struct finding *f)
{
	const struct reset_observation *r = &f->seen->reset;
	const struct actor *actor = &f->reset->actor;
	char peer[ENDPOINT_TEXT_BYTES], who[DESCRIBE_BYTES] = "";
	const char *by = "";

	if (r->kind == RESET_REJECTED) {
		by = " by a REJECT rule";
	} else if (r->kind == RESET_ABORT && actor->pid) {
		by = " by ";
		describe_actor(actor, who, sizeof(who));
	}
	return keep(n, "%s %s%s%s", say_direction(r),
		    endpoint_format(&r->packet.src, r->family, r->packet.sport, peer, sizeof(peer)),
		    by, who);
}

static const char *packet_format(const struct reset_observation *r, char *buf, size_t size)
{
	char packet[TUPLE_TEXT_BYTES], flags[64];

	snprintf(buf, size, "%s (%s)", tuple_format(&r->packet, r->family, packet, sizeof(packet)),
		 packet_flags_format(r->flags, flags, sizeof(flags)));
	return buf;
}

static void note_reset(struct note *n, const struct finding *f)
{
	const struct reset_observation *r = &f->seen->reset;
	const struct reset_blame *b = f->reset;
	bool is_blamed = reset_is_blamed(b);
	char packet[TUPLE_TEXT_BYTES + 64], victim[DESCRIBE_BYTES];

	begin(n, is_blamed ? "RESET" : "reset", is_blamed ? TONE_ALARM : TONE_PLAIN);
	n->words = say_what(n, f);
	n->verdict = keep(n, "%s%s%s", verdict_name(b->verdict), b->cause ? "/" : "",
			  b->cause ? cause_name(b->cause) : "");
	n->confidence = confidence_name(b->confidence);
	if (r->kind == RESET_ANSWER || r->kind == RESET_REJECTED)
		add_below(n, "in answer to ", packet_format(r, packet, sizeof(packet)), 0);
	if (b->sent_as)
		add_below(n, "",
			  "same RST as above, seen by its receiver (both ends are on this node)",
			  b->sent_as);
	if (is_blamed || b->flush || b->by)
		add_chain(n, f);
	else if (b->is_one_sided)
		add_below(n, "flow ",
			  tuple_format(&b->flow.orig, r->family, packet, sizeof(packet)), 0);
	for (size_t i = 0; i < b->inferred_count; i++)
		add_below(n, "unconfirmed: ", describe_inferred(b, i, victim, sizeof(victim)), 0);
	add_fate(n, r, is_blamed);
	if (*describe_end(&r->ended, victim, sizeof(victim)))
		add_below(n, "", victim, 0);
	if (*describe_victim(&r->victim, victim, sizeof(victim)))
		add_below(n, "meant for ", victim, 0);
	if (*describe_barrier(r, f->netns.inum, victim, sizeof(victim)))
		add_below(n, "out of reach: ", victim, 0);
	if (*describe_listener(r, victim, sizeof(victim)))
		add_below(n, r->victim.barrier ? "out of reach: " : "since then: ", victim, 0);
	if (r->stack[0])
		add_below(n, "", r->stack, 0);
}

/* Ports that are named: those with the most. */
enum { PORTS_SAID_MAX = 5 };

/* What was not said; `unknown` of it to ports that are not counted individually. */
static void say_rest(uint64_t left, uint64_t unknown, size_t ports, char *buf, size_t size)
{
	if (unknown || !ports)
		snprintf(buf, size, " and %s to other ports", NUMBER(left));
	else
		snprintf(buf, size, " and %s to %s", NUMBER(left),
			 COUNTED(ports, "other port", "other ports"));
}

/* ": 512 to port 22, 300 to port 80 and 77 to 12 other ports" */
static void say_ports(const struct resets_observation *r, char *buf, size_t size)
{
	uint64_t left = r->count, unknown = r->count;
	size_t said = 0, used = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < r->ports_count; i++)
		unknown -= r->ports[i].count;
	for (; said < r->ports_count && said < PORTS_SAID_MAX && used < size; said++) {
		used += (size_t)snprintf(buf + used, size - used, "%s%s to port %u",
					 said ? ", " : ": ", NUMBER(r->ports[said].count),
					 r->ports[said].port);
		left -= r->ports[said].count;
	}
	if (left && said && used < size)
		say_rest(left, unknown, r->ports_count - said, buf + used, size - used);
	else if (left)
		snprintf(buf, size, ", to ports that are not counted individually");
}

static void note_resets(struct note *n, const struct finding *f)
{
	const struct resets_observation *r = &f->seen->counted;
	char ports[DESCRIBE_BYTES];

	begin(n, "resets", TONE_PLAIN);
	if (f->reset->verdict != VERDICT_NO_LISTENER) {
		n->words = keep(n,
				"%s more %s%s of no known connection %s answered with a RST (%s)",
				NUMBER(r->count), r->family == AF_INET6 ? "IPv6 " : "",
				r->count == 1 ? "packet" : "packets",
				r->count == 1 ? "was" : "were", verdict_name(f->reset->verdict));
		return;
	}
	say_ports(r, ports, sizeof(ports));
	n->words = keep(n, "%s more %s%s answered with a RST (%s)%s", NUMBER(r->count),
			r->family == AF_INET6 ? "IPv6 " : "",
			r->count == 1 ? "SYN to a closed port was" : "SYNs to closed ports were",
			verdict_name(f->reset->verdict), ports);
}

static const char *say_flow(struct note *n, const struct risk *risk)
{
	char orig[TUPLE_TEXT_BYTES];

	return keep(n, "%s", tuple_format(&risk->flow.orig, risk->flow.family, orig, sizeof(orig)));
}

static void add_gone_address(struct note *n, const struct risk *risk)
{
	char address[ADDRESS_TEXT_BYTES], words[DESCRIBE_BYTES + ADDRESS_TEXT_BYTES + 48];
	char change[DESCRIBE_BYTES];

	address_format(&risk->flow.orig.src, risk->flow.family, address, sizeof(address));
	snprintf(words, sizeof(words), "socket bound to %s, which is gone: %s", address,
		 describe_change(risk->by, change, sizeof(change)));
	add_below(n, "", words, risk->by->id);
}

static void note_risk(struct note *n, const struct finding *f)
{
	char victim[DESCRIBE_BYTES];

	begin(n, "at risk", TONE_WARN);
	n->words = say_flow(n, f->risk);
	if (f->risk->by)
		add_gone_address(n, f->risk);
	if (*describe_victim(f->risk->victim, victim, sizeof(victim)))
		add_below(n, "", victim, 0);
}

/* A reset has its own line. */
static void note_risk_over(struct note *n, const struct finding *f)
{
	static const char *const words[RISK_ENDS] = {
		[RISK_RECOVERED] = "the client sent first: entry recreated",
		[RISK_RETRANSLATED] = "the client sent first, from a new port: the peer will "
				      "reset it",
		[RISK_CLOSED] = "its socket was closed",
	};

	if (!words[f->risk->end])
		return;
	begin(n, f->risk->end == RISK_CLOSED ? "closed" : "recovered", TONE_PLAIN);
	n->words = say_flow(n, f->risk);
	add_below(n, "", words[f->risk->end], f->risk->id);
}

static void note_probe(struct note *n, const struct finding *f)
{
	const struct probe_observation *p = &f->seen->probe;
	char name[32], module[64], symbol[64], why[96];

	utf8_printable(p->name, name, sizeof(name));
	begin(n, "probe", TONE_DIM);
	if (sense_switch(p->sense))
		n->words =
			keep(n, "%s is 1 again: probes see from here on", sense_switch(p->sense));
	else if (sense_is_attached(p->how) && p->why[0])
		n->words = keep(n, "%s: %s", name, utf8_printable(p->why, why, sizeof(why)));
	else if (sense_is_attached(p->how))
		n->words = keep(n, "%s was loaded: %s attached to %s",
				utf8_printable(p->module, module, sizeof(module)), name,
				utf8_printable(p->symbol, symbol, sizeof(symbol)));
	else
		n->words = keep(n, "%s is not observed: %s", name,
				utf8_printable(p->why, why, sizeof(why)));
}

static void note_lost(struct note *n, const struct finding *f)
{
	char probe[32];

	begin(n, "LOST", TONE_ALARM);
	if (!strcmp(f->seen->lost.probe, "recording"))
		n->words = keep(n, "%s unreadable: causes may be missing from here on",
				COUNTED(f->seen->lost.count, "line of the recording is",
					"lines of the recording are"));
	else if (!strcmp(f->seen->lost.probe, sense_word(SENSE_RECORDING_END)))
		n->words =
			keep(n, "the recording ends without its summary: what followed is missing");
	else if (!strcmp(f->seen->lost.probe, sense_word(SENSE_REPORT_GAP)))
		n->words = keep(n,
				"%s not written: whoever reads this report was too slow, "
				"or it has its largest size",
				COUNTED(f->seen->lost.count, "line was", "lines were"));
	else if (!strcmp(f->seen->lost.probe, sense_word(SENSE_RECORDING_GAP)))
		n->words = keep(n, "%s not recorded: the file could not take %s",
				COUNTED(f->seen->lost.count, "line was", "lines were"),
				f->seen->lost.count == 1 ? "it" : "them");
	else if (f->seen->lost.is_of_netns)
		n->words = keep(
			n,
			"%s %s of this network namespace%s: more than it may send in a "
			"second. Others are not affected",
			NUMBER(f->seen->lost.count), f->seen->lost.count == 1 ? "event" : "events",
			f->seen->lost.is_foreign ? ", which belongs to another user namespace," :
						   "");
	else if (f->seen->lost.sense == SENSE_REPLACED)
		n->words = keep(n,
				"%s taken over: what it does now is not known, and causes may "
				"be missing",
				COUNTED(f->seen->lost.count, "probed function was",
					"probed functions were"));
	else if (sense_switch(f->seen->lost.sense))
		n->words = keep(n, "%s is 0: probes are silenced, and causes may be missing",
				sense_switch(f->seen->lost.sense));
	else
		n->words = keep(n, "%s %s %s: causes may be missing from here on",
				NUMBER(f->seen->lost.count),
				utf8_printable(f->seen->lost.probe, probe, sizeof(probe)),
				f->seen->lost.count == 1 ? "event" : "events");
}

static void note_witness(struct note *n, const struct finding *f)
{
	const struct witness_observation *w = &f->seen->witness;
	char doubt[DESCRIBE_BYTES];

	if (!w->missing)
		return;
	begin(n, "LOST", TONE_ALARM);
	n->words = keep(n, "%s: causes may be missing",
			describe_doubt(w->of, w->counted, w->seen, doubt, sizeof(doubt)));
}

static void note_log(struct note *n, const struct finding *f)
{
	const struct log_observation *l = &f->seen->log;

	begin(n, "log", TONE_DIM);
	if (l->dropped)
		n->words = keep(n, "%s of %s not shown",
				COUNTED(l->dropped, "more line", "more lines"), l->source);
	else
		n->words = keep(n, "%s", l->line);
	if (l->dropped && l->line[0])
		add_below(n, "", l->line, 0);
	if (l->is_read_time)
		add_below(n, "", "(no time of its own: shown when it was read)", 0);
}

/* Probes, losses and log lines are the node's. */
static bool has_place(enum finding_type type)
{
	switch (type) {
	case FINDING_ADDRESS:
	case FINDING_LINK:
	case FINDING_RULESET:
	case FINDING_FLUSH:
	case FINDING_REMOVAL:
	case FINDING_RESET:
	case FINDING_RESETS:
	case FINDING_AT_RISK:
	case FINDING_RISK_OVER:
	case FINDING_LISTENER:
	case FINDING_RULES:
	case FINDING_WITNESS:
		return true;
	default:
		return false;
	}
}

void finding_text(struct note *n, const struct finding *f, const struct netns_names *names)
{
	char place[NETNS_TEXT_BYTES], node[NODE_BYTES];

	static void (*const fill[FINDING_END + 1])(struct note *, const struct finding *) = {
		[FINDING_ADDRESS] = note_change,    [FINDING_LINK] = note_change,
		[FINDING_RULESET] = note_ruleset,   [FINDING_FLUSH] = note_flush,
		[FINDING_REMOVAL] = note_removal,   [FINDING_RESET] = note_reset,
		[FINDING_AT_RISK] = note_risk,      [FINDING_RISK_OVER] = note_risk_over,
		[FINDING_PROBE] = note_probe,       [FINDING_LOST] = note_lost,
		[FINDING_LOG] = note_log,           [FINDING_RESETS] = note_resets,
		[FINDING_LISTENER] = note_listener, [FINDING_RULES] = note_rules,
		[FINDING_WITNESS] = note_witness,
	};

	n->kind = n->words = n->verdict = n->confidence = NULL;
	n->below_count = n->used = 0;
	if (!fill[f->type])
		return;
	fill[f->type](n, f);
	if (!n->kind)
		return;
	node_name(f, node, sizeof(node));
	if (has_place(f->type) && *netns_names_format(names, f->netns, place))
		n->words = keep(n, "in %s: %s%s", place, n->words, node);
	else if (*node)
		n->words = keep(n, "%s%s", n->words, node);
}
