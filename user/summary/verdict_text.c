// SPDX-License-Identifier: GPL-2.0-only
#include "summary/verdict_text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/growing.h"
#include "base/number_text.h"
#include "base/utf8.h"
#include "model/words.h"
#include "summary/stories.h"

/* A sentence that grows; what does not fit is cut. */
/* ---- a story, step by step ---- */

const char *verdict_text_name(const struct story *s, char *buf, size_t size)
{
	snprintf(buf, size, "%s%s%s", verdict_name(s->blamed.verdict), s->blamed.cause ? "/" : "",
		 s->blamed.cause ? cause_name(s->blamed.cause) : "");
	return buf;
}

const char *verdict_text_resets(const struct story *s, const struct summary *t,
				const struct netns_names *names, bool is_utc, char *buf,
				size_t size)
{
	char name[NETNS_TEXT_BYTES], first[TIME_TEXT_BYTES], last[TIME_TEXT_BYTES];
	const char *host = summary_host(t, s->first.netns.node);
	bool has_name = *netns_names_format(names, s->first.netns, name);
	struct growing g = { buf, size, 0 };

	grow(&g, "%s%s", s->is_at_least ? "at least " : "",
	     COUNTED(s->connections, "connection", "connections"));
	if (s->resets != s->connections)
		grow(&g, ", %s", COUNTED(s->resets, "reset", "resets"));
	if (s->undelivered)
		grow(&g, " (%s did not leave this host)", NUMBER(s->undelivered));
	if (*host)
		grow(&g, " on %s", host);
	if (has_name)
		grow(&g, " in %s", name);
	if (s->last_wall_ns != s->first_wall_ns)
		grow(&g, ", %s to %s",
		     time_format_clock(s->first_wall_ns, is_utc, first, sizeof(first)),
		     time_format_clock(s->last_wall_ns, is_utc, last, sizeof(last)));
	if (s->resets != 1)
		grow(&g, "; %s is shown here",
		     s->first.wall_ns == s->first_wall_ns ? "the first one" : "a proven one");
	return buf;
}

/* A story while it is told. */
struct telling {
	const struct story *story;
	const struct summary *summary;
	bool is_utc;
	uint64_t from_ns; /* what the steps are told from */
	struct step *steps;
	size_t count;
};

static struct step *add_step(struct telling *t, enum step_kind kind, uint64_t id,
			     const char *format, ...)
{
	struct step *step = &t->steps[t->count < STEPS_MAX ? t->count++ : STEPS_MAX - 1];
	va_list args;

	step->kind = kind;
	step->id = id;
	step->when[0] = '\0';
	va_start(args, format);
	vsnprintf(step->words, sizeof(step->words), format, args);
	va_end(args);
	return step;
}

static void set_clock(const struct telling *t, struct step *step, uint64_t wall_ns)
{
	time_format_clock(wall_ns, t->is_utc, step->when, sizeof(step->when));
}

static void set_offset(const struct telling *t, struct step *step, uint64_t to_ns)
{
	char after[DURATION_TEXT_BYTES];

	snprintf(
		step->when, sizeof(step->when), "+%s",
		duration_format(to_ns > t->from_ns ? to_ns - t->from_ns : 0, after, sizeof(after)));
}

static void tell_change(struct telling *t, const struct change *c, const char *after)
{
	char deed[DESCRIBE_BYTES];

	set_clock(t,
		  add_step(t, c->seen.family ? STEP_ADDRESS : STEP_LINK, c->id, "%s.%s",
			   describe_deed(c, deed, sizeof(deed)), after),
		  c->wall_ns);
}

static void tell_flush(struct telling *t, const struct flush *flush, const struct change *by)
{
	const struct arrival *back;
	char text[DESCRIBE_BYTES], who[DESCRIBE_BYTES] = "";

	if (!by) {
		set_clock(t,
			  add_step(t, STEP_FLUSH, flush->id, "%s.",
				   describe_flush(flush, text, sizeof(text))),
			  flush->first_wall_ns);
		return;
	}
	tell_change(t, by, "");
	set_offset(t,
		   add_step(t, STEP_FLUSH, flush->id, "In response the kernel silently removed %s.",
			    describe_entries(flush, text, sizeof(text))),
		   flush->first_mono_ns);
	back = by->seen.family ? summary_return(t->summary, by) : NULL;
	if (!back || back->when.mono_ns > t->story->first.mono_ns)
		return;
	address_format(&by->seen.local, by->seen.family, text, ADDRESS_TEXT_BYTES);
	/* Who removed it puts it back, as a rule. */
	if (back->actor.pid && strcmp(back->actor.comm, by->seen.actor.comm) != 0)
		describe_actor(&back->actor, who, sizeof(who));
	set_offset(t,
		   *who ? add_step(t, STEP_RETURN, 0,
				   "%s put %s back; its conntrack entries did not come back.", who,
				   text) :
			  add_step(t, STEP_RETURN, 0,
				   "%s came back; its conntrack entries did not.", text),
		   back->when.mono_ns);
}

/* What triggered it. */
static void tell_beginning(struct telling *t)
{
	const struct reset_blame *b = &t->story->blamed;
	char text[DESCRIBE_BYTES];

	if (b->ruleset.id) {
		set_clock(t,
			  add_step(t, STEP_RULESET, b->ruleset.id,
				   "%s. The conntrack entries stayed, unused.",
				   describe_ruleset(&b->ruleset.seen, text, sizeof(text))),
			  b->ruleset.wall_ns);
		return;
	}
	if (b->arrival)
		tell_change(t, b->arrival, " The conntrack entries were not carried over.");
	if (b->flush)
		tell_flush(t, b->flush, b->by);
}

/* Why the trigger packet was not translated back to its socket. */
static const char *explain_arrival(const struct reset_blame *b)
{
	switch (b->verdict) {
	case VERDICT_ENTRY_INVALID:
		return "Conntrack has an entry for it, but judged it INVALID and did not translate "
		       "it,";
	case VERDICT_ENTRY_BYPASSED:
		if (b->cause == CAUSE_BRIDGE)
			return "Conntrack has an entry for it, but the bridge forwarded it without "
			       "showing it to conntrack,";
		return "Conntrack has an entry for it, but the hooks that use it are gone,";
	case VERDICT_ENTRY_REMOVED:
		return "There was no entry to translate it back,";
	default:
		return "Conntrack had no translation for it,";
	}
}

/* A reset from the peer, which got a packet from a port that it did not know. */
static void tell_retranslation(struct telling *t)
{
	const struct story *s = t->story;
	char text[DESCRIBE_BYTES], peer[ENDPOINT_TEXT_BYTES];
	struct step *step;

	step = add_step(t, STEP_RENEWAL, 0, "%s.",
			describe_retranslation(&s->blamed, text, sizeof(text)));
	step->words[0] = 'T'; /* "the …" begins a sentence here */
	set_offset(t, step, s->first.mono_ns - s->blamed.renewed_ago_ns);
	if (s->blamed.verdict != VERDICT_REMOTE)
		return;
	step = add_step(
		t, STEP_RESET, s->first.id, "%s answered with a RST.",
		endpoint_format(&s->packet.src, s->family, s->packet.sport, peer, sizeof(peer)));
	set_offset(t, step, s->first.mono_ns);
}

/* The end of the flow that got no reset: the other one than the packet's sender. */
static const char *quiet_end(const struct story *s, char *buf, size_t size)
{
	const struct reset_blame *b = &s->blamed;
	const struct tuple *orig = &b->flow.orig, *reply = &b->flow.reply;
	bool is_inbound = address_equal(&orig->src, &s->packet.src) &&
			  orig->sport == s->packet.sport;

	if (is_inbound && !b->is_one_sided)
		endpoint_format(&reply->src, b->flow.family, reply->sport, buf, size);
	else if (is_inbound)
		endpoint_format(&orig->dst, b->flow.family, orig->dport, buf, size);
	else
		endpoint_format(&orig->src, b->flow.family, orig->sport, buf, size);
	return buf;
}

/* "This host", where there is one. */
static const char *this_host(const struct telling *t)
{
	const char *host = summary_host(t->summary, t->story->first.netns.node);

	return *host ? host : "This host";
}

/* It passed the node under its new translation, to whom the connection is known by the one
 * of before. The RST goes back the same way, so nobody is said to have heard nothing. */
static void tell_passage(struct telling *t)
{
	const struct story *s = t->story;
	char end[ENDPOINT_TEXT_BYTES], packet[TUPLE_TEXT_BYTES], flags[64];
	struct step *step;

	endpoint_format(&s->packet.dst, s->family, s->packet.dport, end, sizeof(end));
	step = add_step(t, STEP_RESET, s->first.id,
			"%s (%s) arrived. %s has no such connection and %s.",
			tuple_format(&s->packet, s->family, packet, sizeof(packet)),
			packet_flags_format(s->packet_flags, flags, sizeof(flags)), end,
			s->undelivered && !s->connections ? "made a RST, which did not leave it" :
							    "answered with a RST");
	set_offset(t, step, s->first.mono_ns);
}

/* The trigger packet and the answer. */
static void tell_end(struct telling *t)
{
	const struct story *s = t->story;
	const struct reset_blame *b = &s->blamed;
	char inner[ENDPOINT_TEXT_BYTES], packet[TUPLE_TEXT_BYTES], flags[64];
	struct step *arrived, *answered;

	arrived = add_step(
		t, STEP_PACKET, 0, "%s (%s) arrived. %s so it was delivered to %s.",
		tuple_format(&s->packet, s->family, packet, sizeof(packet)),
		packet_flags_format(s->packet_flags, flags, sizeof(flags)), explain_arrival(b),
		*summary_host(t->summary, s->first.netns.node) ? this_host(t) : "this host");
	if (t->from_ns != s->first.mono_ns)
		set_offset(t, arrived, s->first.mono_ns);
	else
		set_clock(t, arrived, s->first.wall_ns);
	if (s->undelivered && !s->connections)
		answered = add_step(t, STEP_RESET, s->first.id,
				    "%s has no such connection and made a RST, which did not leave "
				    "it. The connection goes on.",
				    this_host(t));
	else if (b->flow.family)
		answered = add_step(t, STEP_RESET, s->first.id,
				    "%s has no such connection and answered with a RST. %s was "
				    "never notified.",
				    this_host(t), quiet_end(s, inner, sizeof(inner)));
	else
		answered = add_step(t, STEP_RESET, s->first.id,
				    "%s has no such connection and answered with a RST.",
				    this_host(t));
	memcpy(answered->when, arrived->when, sizeof(answered->when));
}

size_t verdict_text_steps(const struct story *s, const struct summary *summary, bool is_utc,
			  struct step out[STEPS_MAX])
{
	const struct reset_blame *b = &s->blamed;
	struct telling t = {
		.story = s,
		.summary = summary,
		.is_utc = is_utc,
		.from_ns = b->by         ? b->by->mono_ns :
			   b->flush      ? b->flush->first_mono_ns :
			   b->ruleset.id ? b->ruleset.mono_ns :
			   b->arrival    ? b->arrival->mono_ns :
					   s->first.mono_ns,
		.steps = out,
	};

	tell_beginning(&t);
	if (b->renewed_ago_ns)
		tell_retranslation(&t);
	if (b->renewed_ago_ns && b->verdict != VERDICT_REMOTE)
		tell_passage(&t);
	else if (b->verdict != VERDICT_REMOTE)
		tell_end(&t);
	return t.count;
}

const char *verdict_text_untold(const struct summary *t, char *buf, size_t size)
{
	uint64_t resets = t->stories_untold, stories = 0;

	for (size_t i = STORIES_TOLD_MAX; i < t->stories_count; i++, stories++)
		resets += t->stories[i].resets;
	buf[0] = '\0';
	if (stories)
		snprintf(buf, size, "%s of %s %s not told here, only counted.",
			 COUNTED(resets, "blamed reset", "blamed resets"),
			 COUNTED(stories, "more story", "more stories"),
			 resets == 1 ? "is" : "are");
	else if (resets)
		snprintf(buf, size, "%s only in the counts.",
			 COUNTED(resets, "more blamed reset is", "more blamed resets are"));
	return buf;
}

/* ---- what waits for its reset ---- */

/* Nobody looked: an older recording, or no permission. */
static void say_unlooked(const struct summary *t, char *buf, size_t size)
{
	if (t->live_removed > t->blamed)
		snprintf(buf, size,
			 "%s removed. Flows that were not reset yet will be reset by the next "
			 "packet from the server, unless the client sends first. (Their sockets "
			 "were not looked up.)",
			 COUNTED(t->live_removed, "entry of a live, translated TCP flow was",
				 "entries of live, translated TCP flows were"));
}

/* No entry is gone: the sockets' own address is. */
static void say_own_risks(const struct summary *t, char *buf, size_t size)
{
	uint64_t others = t->at_risk - t->at_risk_own;

	snprintf(buf, size,
		 "%s still at risk: the socket is open, but its own address is gone from this "
		 "node. Nothing that either end sends arrives, and nobody is told.",
		 COUNTED(t->at_risk_own, "connection is", "connections are"));
	if (others)
		snprintf(buf + strlen(buf), size - strlen(buf),
			 " %s at risk since the conntrack entry is gone.",
			 COUNTED(others, "flow is", "flows are"));
}

/* Truth rule 8: flushed and never reset is said, and blamed on nobody. */
const char *verdict_text_waiting(const struct summary *t, bool *has_groups, char *buf, size_t size)
{
	*has_groups = false;
	buf[0] = '\0';
	if (!summary_knows_risk(t)) {
		say_unlooked(t, buf, size);
	} else if (t->at_risk_own) {
		*has_groups = true;
		say_own_risks(t, buf, size);
	} else if (t->at_risk) {
		*has_groups = true;
		snprintf(buf, size,
			 "%s still at risk: the socket is open, but its conntrack entry is gone. "
			 "The next packet from the server will be reset (or lost, while the "
			 "address is away), unless the client sends first:",
			 COUNTED(t->at_risk, "flow is", "flows are"));
	} else if (t->expected && t->sweeps) {
		verdict_text_expected(t, buf, size);
	} else if (t->live_removed && t->sweeps && !t->unfollowed && !summary_may_miss_risk(t)) {
		snprintf(buf, size,
			 "No flow is at risk any more: %s %s that lost its entry was reset or "
			 "closed, or has a new entry.",
			 t->live_removed == 1 ? "the" : "each of the",
			 COUNTED(t->live_removed, "flow", "flows"));
	}
	return buf;
}

const char *verdict_text_group(const struct risk_group *group, char *buf, size_t size)
{
	if (!*describe_victim(group->victim, buf, size))
		snprintf(buf, size, "an unknown process");
	return buf;
}

/* ---- what was not seen ---- */

size_t verdict_text_unseen(const struct summary *t, char out[GAPS_MAX][DESCRIBE_BYTES])
{
	size_t count = 0;

	if (t->unfollowed)
		snprintf(out[count++], DESCRIBE_BYTES,
			 "%s at risk than could be followed (limit %s): their sockets were open "
			 "without an entry, and may still be.",
			 COUNTED(t->unfollowed, "more flow was", "more flows were"),
			 NUMBER(t->follow_limit));
	if (t->look.unseen)
		snprintf(out[count++], DESCRIBE_BYTES,
			 "Some network namespaces could not be inspected: more flows may be at "
			 "risk.");
	if (t->look.untraced)
		snprintf(out[count++], DESCRIBE_BYTES,
			 "%s may be translated more than once on this node, and could not be "
			 "followed between their sockets and this host's entries (an entry in "
			 "between is gone, conntrack did not answer in time, or there are more "
			 "than 4 translations): they may be at risk.",
			 COUNTED(t->look.untraced, "flow", "flows"));
	if (t->look.unsure)
		snprintf(out[count++], DESCRIBE_BYTES,
			 "%s unknown to conntrack; whether NAT applies could not be determined (no "
			 "route, or rules that match marks, sets or similar).",
			 COUNTED(t->look.unsure, "more connection is", "more connections are"));
	return count;
}

/* What was left out, so that the rings were read in time. */
size_t verdict_text_unlooked(const struct summary *t, bool is_verbose,
			     char out[GAPS_MAX][DESCRIBE_BYTES])
{
	const struct effort *e = &t->effort;
	char worst[DURATION_TEXT_BYTES];
	size_t count = 0;

	if (e->victims_unlooked)
		snprintf(out[count++], DESCRIBE_BYTES,
			 "Too many resets at once: the socket of %s was not looked up in time.",
			 COUNTED(e->victims_unlooked, "reset", "resets"));
	if (e->entries_unasked)
		snprintf(out[count++], DESCRIBE_BYTES,
			 "Too many resets at once: conntrack was not asked about %s.",
			 COUNTED(e->entries_unasked, "reset", "resets"));
	if (t->unwitnessed)
		snprintf(
			out[count++], DESCRIBE_BYTES,
			"The kernel's own counts of %s could not be read, to compare them with what "
			"was seen.",
			COUNTED(t->unwitnessed, "network namespace", "network namespaces"));
	if (is_verbose && e->drain_worst_ns)
		snprintf(out[count++], DESCRIBE_BYTES, "No event waited longer than %s to be read.",
			 duration_format(e->drain_worst_ns, worst, sizeof(worst)));
	return count;
}

/* ---- the counts ---- */

/* "1 entry-removed, 25,336 no-listener (25,332 of them only counted per port)" */
static void list_resets(struct growing *g, const struct summary *t)
{
	const char *separator = "";

	for (enum verdict v = 0; v < VERDICTS; v++)
		if (t->resets[v]) {
			grow(g, "%s%s %s", separator, NUMBER(t->resets[v]), verdict_name(v));
			/* No other verdict is only counted. */
			if (v == VERDICT_NO_LISTENER && t->resets_counted)
				grow(g, " (%s of them only counted per port)",
				     NUMBER(t->resets_counted));
			separator = ", ";
		}
	if (!*separator)
		grow(g, "none");
}

static void list_removals(struct growing *g, const struct summary *t)
{
	const char *separator = "";

	for (enum cause c = 0; c < CAUSES; c++)
		if (t->removals[c]) {
			grow(g, "%s%s %s", separator, NUMBER(t->removals[c]), cause_name(c));
			separator = ", ";
		}
	if (!*separator)
		grow(g, "none");
}

/* "in 30 min", "ended after 11 s of 40 s" */
static void say_window(struct growing *g, const struct summary *t)
{
	if (t->goes_on && t->planned_s)
		grow(g, "so far, %s of %s", SPAN(t->window_s), SPAN(t->planned_s));
	else if (t->goes_on)
		grow(g, "so far, in %s", SPAN(t->window_s));
	else if (t->planned_s > t->window_s)
		grow(g, "ended after %s of %s", SPAN(t->window_s), SPAN(t->planned_s));
	else
		grow(g, "in %s", SPAN(t->window_s));
}

static void say_looked(const struct summary *t, struct growing *g)
{
	grow(g, "%s in %s; %s in conntrack",
	     COUNTED(t->look.sockets, "client connection", "client connections"),
	     COUNTED(t->look.namespaces, "namespace", "namespaces"),
	     COUNTED(t->look.entries, "TCP entry", "TCP entries"));
}

const char *verdict_text_counts(const struct summary *t, char *buf, size_t size)
{
	struct growing g = { buf, size, 0 };

	if (t->is_audit) {
		say_looked(t, &g);
		return buf;
	}
	say_window(&g, t);
	grow(&g, "; resets: ");
	list_resets(&g, t);
	if (t->blamed)
		grow(&g, "; connections reset: %s%s", t->is_at_least ? "at least " : "",
		     NUMBER(t->connections_reset));
	grow(&g, "; entries removed: ");
	list_removals(&g, t);
	grow(&g, "; flushes: %s", NUMBER(t->flushes));
	/* Truth rule 8: nothing masquerades there, or the kernel dropped the work (it lets 16
	 * wait). Either way no entry went, and nobody is to blame for one. */
	if (t->addresses_unflushed)
		grow(&g, "; addresses removed: %s (%s without a flush by the kernel)",
		     NUMBER(t->addresses_removed), NUMBER(t->addresses_unflushed));
	return buf;
}

const char *verdict_text_unfiltered(const struct summary *t, char *buf, size_t size)
{
	buf[0] = '\0';
	if (t->resets_unfiltered)
		snprintf(buf, size,
			 "%s left out: they were only counted per port, and a filter needs the "
			 "packets.",
			 COUNTED(t->resets_unfiltered,
				 "reset in answer to a SYN to a closed port is",
				 "resets in answer to SYNs to closed ports are"));
	return buf;
}

const char *verdict_text_losses(const struct summary *t, char *buf, size_t size)
{
	struct growing g = { buf, size, 0 };
	const char *separator = "", *off;
	char probe[32];

	if (!t->lost_total)
		grow(&g, "no events");
	for (size_t i = 0; i < t->losses_count; i++)
		if (t->losses[i].count) {
			off = sense_switch(sense_parse(t->losses[i].probe));
			if (off)
				grow(&g, "%sall while %s was 0", separator, off);
			else
				grow(&g, "%s%s %s", separator, NUMBER(t->losses[i].count),
				     utf8_printable(t->losses[i].probe, probe, sizeof(probe)));
			separator = ", ";
		}
	buf[g.used] = '\0';
	return buf;
}
