// SPDX-License-Identifier: GPL-2.0-only
#include "summary/verdict_text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "model/words.h"

/* ---- the headline ---- */

/* The whole of a story in one sentence. */
static void summarize_story(const struct story *s, char *buf, size_t size)
{
	const struct reset_blame *b = &s->blamed;
	char first[DESCRIBE_BYTES / 2], second[DESCRIBE_BYTES / 2];
	const char *connections = s->resets == 1 ? "connection was" : "connections were";
	const char *want = s->resets == 1 ? "its entry" : "their entries";

	if (b->verdict == VERDICT_ENTRY_REMOVED && b->by)
		snprintf(buf, size,
			 "%s. The kernel reacted: %s. %" PRIu64 " %s reset for want of %s.",
			 describe_deed(b->by, first, sizeof(first)),
			 describe_flush(b->flush, second, sizeof(second)), s->resets, connections,
			 want);
	else if (b->verdict == VERDICT_ENTRY_BYPASSED && b->ruleset.id)
		snprintf(buf, size,
			 "%s. The conntrack entries stayed, unused. %" PRIu64 " %s reset.",
			 describe_ruleset(&b->ruleset.seen, first, sizeof(first)), s->resets,
			 connections);
	else if (b->arrival)
		snprintf(buf, size, "%s. No conntrack entries came along. %" PRIu64 " %s reset.",
			 describe_deed(b->arrival, first, sizeof(first)), s->resets, connections);
	else if (b->verdict == VERDICT_REMOTE && b->flush)
		snprintf(buf, size,
			 "%s. %" PRIu64
			 " %s translated anew to another port, and reset by the peer.",
			 describe_flush(b->flush, first, sizeof(first)), s->resets, connections);
	else if (b->verdict == VERDICT_ENTRY_REMOVED && b->flush)
		snprintf(buf, size, "%s. %" PRIu64 " %s reset for want of %s.",
			 describe_flush(b->flush, first, sizeof(first)), s->resets, connections,
			 want);
	else
		snprintf(buf, size, "%" PRIu64 " %s reset: %s.", s->resets, connections,
			 describe_verdict(b->verdict));
}

/* The first that is proven, else the first. */
static const struct story *surest_story(const struct summary *t)
{
	for (size_t i = 0; i < t->stories_count; i++)
		if (t->stories[i].blamed.confidence == CONFIDENCE_PROVEN)
			return &t->stories[i];
	return &t->stories[0];
}

static void summarize_audit(const struct summary *t, char *buf, size_t size)
{
	if (t->at_risk)
		snprintf(buf, size, "%" PRIu64 " %s at risk.", t->at_risk,
			 t->at_risk == 1 ? "flow is" : "flows are");
	else if (t->look.unsure || summary_may_miss_risk(t))
		snprintf(buf, size, "it cannot be told whether a flow is at risk.");
	else
		snprintf(buf, size, "no flow is at risk.");
}

const char *verdict_text_headline(const struct summary *t, enum status status, char *buf,
				  size_t size)
{
	char words[DESCRIBE_BYTES];

	if (t->stories_count)
		summarize_story(surest_story(t), words, sizeof(words));
	else if (status == STATUS_UNKNOWN && !t->is_audit)
		snprintf(words, sizeof(words), "no reset was blamed on conntrack, but %s.",
			 t->lost_total || t->is_blind ? "not all could be observed" :
			 summary_may_miss_risk(t) ? "it cannot be told whether a flow is at risk" :
						    "the recording is not whole");
	else if (t->is_audit)
		summarize_audit(t, words, sizeof(words));
	else if (t->at_risk)
		snprintf(words, sizeof(words),
			 "no reset was blamed on conntrack yet, but %" PRIu64 " %s at risk.",
			 t->at_risk, t->at_risk == 1 ? "flow is" : "flows are");
	else if (t->resets_total)
		snprintf(words, sizeof(words), "%s was conntrack's doing.",
			 t->resets_total == 1 ? "the one reset sent was not one that" :
						"none of the resets sent");
	else
		snprintf(words, sizeof(words), "%s.",
			 t->filter ? "no reset matched the filter" : "this node sent no reset");
	snprintf(buf, size, "%s: %s", status_name(status), words);
	return buf;
}

/* ---- a story, step by step ---- */

const char *verdict_text_name(const struct story *s, char *buf, size_t size)
{
	snprintf(buf, size, "%s%s%s", verdict_name(s->blamed.verdict), s->blamed.cause ? "/" : "",
		 s->blamed.cause ? cause_name(s->blamed.cause) : "");
	return buf;
}

const char *verdict_text_resets(const struct story *s, const struct netns_names *names, char *buf,
				size_t size)
{
	char name[NETNS_TEXT_BYTES];
	bool is_one = s->resets == 1, has_name = *netns_names_format(names, s->first.netns, name);

	snprintf(buf, size, "%" PRIu64 " %s%s%s%s%s", s->resets,
		 is_one ? "reset" : "resets, the first of which", has_name ? ", in " : "", name,
		 has_name && !is_one ? "," : "", is_one ? "" : " is told here");
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
	char text[DESCRIBE_BYTES];

	describe_flush(flush, text, sizeof(text));
	if (!by) {
		set_clock(t, add_step(t, STEP_FLUSH, flush->id, "%s", text), flush->first_wall_ns);
		return;
	}
	tell_change(t, by, "");
	set_offset(t,
		   add_step(t, STEP_FLUSH, flush->id, "The kernel reacted, and told nobody: %s.",
			    text),
		   flush->first_mono_ns);
	back = by->seen.family ? summary_return(t->summary, by) : NULL;
	if (!back || back->mono_ns > t->story->first.mono_ns)
		return;
	set_offset(t,
		   add_step(t, STEP_RETURN, 0,
			    "%s was there again; the conntrack entries were not.",
			    address_format(&by->seen.local, by->seen.family, text,
					   ADDRESS_TEXT_BYTES)),
		   back->mono_ns);
}

/* What set it going. */
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
		tell_change(t, b->arrival, " No conntrack entries came along.");
	if (b->flush)
		tell_flush(t, b->flush, b->by);
}

/* Why the trigger packet was not translated back to its socket. */
static const char *explain_arrival(const struct reset_blame *b)
{
	switch (b->verdict) {
	case VERDICT_ENTRY_INVALID:
		return "Conntrack has an entry for it, but judged it INVALID and did not translate "
		       "it: it";
	case VERDICT_ENTRY_BYPASSED:
		return "Conntrack has an entry for it, but no hook that uses it any more: it";
	case VERDICT_ENTRY_REMOVED:
		return "There was no entry, so it was not translated back and";
	default:
		return "Conntrack translated it to nothing, so it";
	}
}

/* A reset from the peer, which was spoken to from a port that it did not know. */
static void tell_retranslation(struct telling *t)
{
	const struct story *s = t->story;
	char text[DESCRIBE_BYTES], peer[ENDPOINT_TEXT_BYTES];
	struct step *step;

	step = add_step(t, STEP_RENEWAL, 0, "%s.",
			describe_retranslation(&s->blamed, text, sizeof(text)));
	step->words[0] = 'T'; /* "the client …" begins a sentence here */
	set_offset(t, step, s->first.mono_ns - s->blamed.renewed_ago_ns);
	step = add_step(
		t, STEP_RESET, s->first.id, "%s answered with a RST.",
		endpoint_format(&s->packet.src, s->family, s->packet.sport, peer, sizeof(peer)));
	set_offset(t, step, s->first.mono_ns);
}

/* The trigger packet and the answer. */
static void tell_end(struct telling *t)
{
	const struct story *s = t->story;
	const struct reset_blame *b = &s->blamed;
	char inner[ENDPOINT_TEXT_BYTES], packet[TUPLE_TEXT_BYTES], flags[64];
	const char *sentence = "This host has no such connection and answered with a RST.";
	struct step *arrived, *answered;

	arrived = add_step(t, STEP_PACKET, 0, "%s (%s) arrived. %s reached this host itself.",
			   tuple_format(&s->packet, s->family, packet, sizeof(packet)),
			   packet_flags_format(s->packet_flags, flags, sizeof(flags)),
			   explain_arrival(b));
	if (t->from_ns != s->first.mono_ns)
		set_offset(t, arrived, s->first.mono_ns);
	else
		set_clock(t, arrived, s->first.wall_ns);
	if (b->flow.family)
		answered = add_step(t, STEP_RESET, s->first.id, "%s %s was told nothing of it.",
				    sentence,
				    endpoint_format(&b->flow.orig.src, b->flow.family,
						    b->flow.orig.sport, inner, sizeof(inner)));
	else
		answered = add_step(t, STEP_RESET, s->first.id, "%s", sentence);
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
	else
		tell_end(&t);
	return t.count;
}

/* ---- what waits for its reset ---- */

/* Nobody looked: an older recording, or no permission. */
static void say_unlooked(const struct summary *t, char *buf, size_t size)
{
	if (t->live_removed > t->blamed)
		snprintf(buf, size,
			 "%" PRIu64
			 " of the removed entries belonged to live, translated TCP flows. Those "
			 "that were not reset yet will be reset by their next packet from "
			 "outside, unless they speak first. (Their sockets were not looked at.)",
			 t->live_removed);
}

/* Truth rule 8: flushed and never reset is said, and blamed on nobody. */
const char *verdict_text_waiting(const struct summary *t, bool *has_groups, char *buf, size_t size)
{
	*has_groups = false;
	buf[0] = '\0';
	if (!summary_knows_risk(t)) {
		say_unlooked(t, buf, size);
	} else if (t->at_risk) {
		*has_groups = true;
		snprintf(buf, size,
			 "%" PRIu64 " %s still at risk: open sockets whose conntrack entry is "
			 "gone. Their next packet from outside will be reset, or lost while the "
			 "address is away, unless they speak first:",
			 t->at_risk, t->at_risk == 1 ? "flow is" : "flows are");
	} else if (t->live_removed && t->sweeps) {
		snprintf(buf, size,
			 "No flow is at risk any more: of the %" PRIu64
			 " live, translated TCP flows that lost their entry, none that was not "
			 "reset has an open socket on this node without an entry.",
			 t->live_removed);
	}
	return buf;
}

const char *verdict_text_group(const struct risk_group *group, char *buf, size_t size)
{
	if (!*describe_victim(group->victim, buf, size))
		snprintf(buf, size, "of a process that is not known");
	return buf;
}

/* ---- what was not seen ---- */

size_t verdict_text_unseen(const struct summary *t, char out[GAPS_MAX][DESCRIBE_BYTES])
{
	size_t count = 0;

	if (t->look.unseen)
		snprintf(out[count++], DESCRIBE_BYTES,
			 "Not all network namespaces could be looked into: there may be more at "
			 "risk.");
	if (t->look.unsure)
		snprintf(out[count++], DESCRIBE_BYTES,
			 "%" PRIu64 " more %s, and whether the path is translated "
			 "cannot be told: there is no route, or the rules ask for marks, sets or "
			 "the like.",
			 t->look.unsure,
			 t->look.unsure == 1 ? "connection is unknown to conntrack" :
					       "connections are unknown to conntrack");
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
			 "Too many resets at once: of %" PRIu64
			 " of them the socket was not looked up in time.",
			 e->victims_unlooked);
	if (e->entries_unasked)
		snprintf(out[count++], DESCRIBE_BYTES,
			 "Too many resets at once: conntrack was not asked about %" PRIu64
			 " of them.",
			 e->entries_unasked);
	if (is_verbose && e->drain_worst_ns)
		snprintf(out[count++], DESCRIBE_BYTES,
			 "No event waited for longer than %s until it was read.",
			 duration_format(e->drain_worst_ns, worst, sizeof(worst)));
	return count;
}

/* ---- the counts ---- */

/* A sentence that grows; what does not fit is cut. */
struct growing {
	char *buf;
	size_t size, used;
};

static void grow(struct growing *g, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(g->buf + g->used, g->size - g->used, format, args);
	va_end(args);
	if (len > 0)
		g->used += (size_t)len < g->size - g->used ? (size_t)len : g->size - g->used - 1;
}

/* "7 no-listener, 1 entry-removed", or "none". */
static void list_numbers(struct growing *g, const uint64_t *counts, size_t count,
			 const char *(*name)(unsigned int))
{
	const char *separator = "";

	for (unsigned int i = 0; i < count; i++)
		if (counts[i]) {
			grow(g, "%s%" PRIu64 " %s", separator, counts[i], name(i));
			separator = ", ";
		}
	if (!*separator)
		grow(g, "none");
}

static const char *name_verdict(unsigned int verdict)
{
	return verdict_name(verdict);
}

static const char *name_cause(unsigned int cause)
{
	return cause_name(cause);
}

static void say_looked(const struct summary *t, struct growing *g)
{
	grow(g,
	     "%" PRIu64 " client connections in %u namespaces; %" PRIu64
	     " TCP entries in conntrack",
	     t->look.sockets, t->look.namespaces, t->look.entries);
}

const char *verdict_text_counts(const struct summary *t, char *buf, size_t size)
{
	struct growing g = { buf, size, 0 };

	if (t->is_audit) {
		say_looked(t, &g);
		return buf;
	}
	grow(&g, "in %" PRIu64 " s; resets: ", t->window_s);
	list_numbers(&g, t->resets, VERDICTS, name_verdict);
	if (t->resets_counted)
		grow(&g, " (%" PRIu64 " of them counted by port, not one by one)",
		     t->resets_counted);
	grow(&g, "; entries removed: ");
	list_numbers(&g, t->removals, CAUSES, name_cause);
	grow(&g, "; flushes: %" PRIu64, t->flushes);
	/* Truth rule 8: nothing masquerades there, or the kernel dropped the work (it lets 16
	 * wait). Either way no entry went, and nobody is to blame for one. */
	if (t->addresses_unflushed)
		grow(&g,
		     "; addresses removed: %" PRIu64 ", %" PRIu64
		     " of them without any flush by the kernel",
		     t->addresses_removed, t->addresses_unflushed);
	return buf;
}

const char *verdict_text_unfiltered(const struct summary *t, char *buf, size_t size)
{
	buf[0] = '\0';
	if (t->resets_unfiltered)
		snprintf(
			buf, size,
			"%" PRIu64
			" resets in answer to SYNs to closed ports are left out: they were counted "
			"by port, without the packets that a filter needs.",
			t->resets_unfiltered);
	return buf;
}

const char *verdict_text_losses(const struct summary *t, char *buf, size_t size)
{
	struct growing g = { buf, size, 0 };
	const char *separator = "";
	char probe[32];

	if (!t->lost_total)
		grow(&g, "no events");
	for (size_t i = 0; i < t->losses_count; i++)
		if (t->losses[i].count) {
			grow(&g, "%s%" PRIu64 " of %s", separator, t->losses[i].count,
			     utf8_printable(t->losses[i].probe, probe, sizeof(probe)));
			separator = ", ";
		}
	buf[g.used] = '\0';
	return buf;
}
