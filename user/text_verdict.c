// SPDX-License-Identifier: GPL-2.0-only
/* The end of the report: verdict, stories, counts, losses, advice. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "describe.h"
#include "names.h"
#include "text_private.h"
#include "utf8.h"

enum { STEP_INDENT = 19, ADVICE_INDENT = 4, VERDICT_INDENT = 9, GROUP_INDENT = 9 };

/* One numbered step of a story; the first has a time, the others how long after. */
static void tell_step(struct text *t, size_t number, const char *when, const char *words)
{
	fprintf(t->out, "  %zu. %s%*s", number, when, (int)(14 - utf8_columns(when)), "");
	text_wrapped(t, STEP_INDENT, STEP_INDENT, words);
}

static const char *offset_format(uint64_t from_ns, uint64_t to_ns, char *buf, size_t size)
{
	char after[DURATION_TEXT_BYTES];

	snprintf(buf, size, "+%s",
		 duration_format(to_ns > from_ns ? to_ns - from_ns : 0, after, sizeof(after)));
	return buf;
}

/* What set it going: steps 1 to 3 where a change was seen, else step 1. */
static size_t tell_beginning(struct text *t, const struct story *s, const struct timeline *timeline)
{
	const struct change *by = s->blamed.by;
	const struct flush *flush = s->blamed.flush;
	const struct arrival *back;
	char words[DESCRIBE_BYTES * 2], text[DESCRIBE_BYTES], deed[DESCRIBE_BYTES];
	char when[TIME_TEXT_BYTES];
	size_t number = 1;

	if (s->blamed.ruleset.id) {
		time_format_clock(s->blamed.ruleset.wall_ns, t->options.is_utc, when, sizeof(when));
		describe_ruleset(&s->blamed.ruleset.seen, text, sizeof(text));
		snprintf(words, sizeof(words), "%s. The conntrack entries stayed, unused.", text);
		tell_step(t, number++, when, words);
		return number;
	}
	if (s->blamed.arrival) {
		time_format_clock(s->blamed.arrival->wall_ns, t->options.is_utc, when,
				  sizeof(when));
		describe_deed(s->blamed.arrival, deed, sizeof(deed));
		snprintf(words, sizeof(words), "%s. No conntrack entries came along.", deed);
		tell_step(t, number++, when, words);
	}
	if (!flush)
		return number;
	describe_flush(flush, text, sizeof(text));
	if (!by) {
		time_format_clock(flush->first_wall_ns, t->options.is_utc, when, sizeof(when));
		tell_step(t, number++, when, text);
		return number;
	}
	time_format_clock(by->wall_ns, t->options.is_utc, when, sizeof(when));
	describe_deed(by, deed, sizeof(deed));
	snprintf(words, sizeof(words), "%s.", deed);
	tell_step(t, number++, when, words);
	snprintf(words, sizeof(words), "The kernel reacted, and told nobody: %s.", text);
	tell_step(t, number++, offset_format(by->mono_ns, flush->first_mono_ns, when, sizeof(when)),
		  words);
	back = by->seen.family ? timeline_return(timeline, by) : NULL;
	if (!back || back->mono_ns > s->first.mono_ns)
		return number;
	snprintf(words, sizeof(words), "%s was there again; the conntrack entries were not.",
		 address_format(&by->seen.local, by->seen.family, text, ADDRESS_TEXT_BYTES));
	tell_step(t, number++, offset_format(by->mono_ns, back->mono_ns, when, sizeof(when)),
		  words);
	return number;
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
static void tell_renewal(struct text *t, const struct story *s, uint64_t from_ns, size_t number)
{
	const struct reset_blame *b = &s->blamed;
	char words[DESCRIBE_BYTES * 2], text[DESCRIBE_BYTES], when[TIME_TEXT_BYTES];
	char peer[ENDPOINT_TEXT_BYTES];

	offset_format(from_ns, s->first.mono_ns - b->renewed_ago_ns, when, sizeof(when));
	snprintf(words, sizeof(words), "%s.", describe_renewal(b, text, sizeof(text)));
	words[0] = 'T'; /* "the client …" begins a sentence here */
	tell_step(t, number++, when, words);
	offset_format(from_ns, s->first.mono_ns, when, sizeof(when));
	snprintf(words, sizeof(words), "%s answered with a RST.",
		 endpoint_format(&s->packet.src, s->family, s->packet.sport, peer, sizeof(peer)));
	tell_step(t, number, when, words);
}

/* The trigger packet and the answer. */
static void tell_end(struct text *t, const struct story *s, uint64_t from_ns, size_t number)
{
	const struct reset_blame *b = &s->blamed;
	char words[DESCRIBE_BYTES * 2], inner[ENDPOINT_TEXT_BYTES], packet[TUPLE_TEXT_BYTES];
	char flags[64], when[TIME_TEXT_BYTES] = "then", victim[DESCRIBE_BYTES];

	if (from_ns != s->first.mono_ns)
		offset_format(from_ns, s->first.mono_ns, when, sizeof(when));
	else
		time_format_clock(s->first.wall_ns, t->options.is_utc, when, sizeof(when));
	snprintf(words, sizeof(words), "%s (%s) arrived. %s reached this host itself.",
		 tuple_format(&s->packet, s->family, packet, sizeof(packet)),
		 packet_flags_format(s->packet_flags, flags, sizeof(flags)), explain_arrival(b));
	tell_step(t, number++, when, words);
	if (b->flow.family)
		snprintf(
			words, sizeof(words),
			"This host has no such connection and answered with a RST. %s was told nothing "
			"of it.",
			endpoint_format(&b->flow.orig.src, b->flow.family, b->flow.orig.sport,
					inner, sizeof(inner)));
	else
		snprintf(words, sizeof(words),
			 "This host has no such connection and answered with a RST.");
	tell_step(t, number, when, words);
	if (*describe_victim(&s->victim, victim, sizeof(victim))) {
		fputs("  victim: ", t->out);
		text_wrapped(t, 10, 10, victim);
	}
}

static void tell_story(struct text *t, const struct story *s, const struct timeline *timeline)
{
	const struct reset_blame *b = &s->blamed;
	uint64_t from_ns = b->by         ? b->by->mono_ns :
			   b->flush      ? b->flush->first_mono_ns :
			   b->ruleset.id ? b->ruleset.mono_ns :
			   b->arrival    ? b->arrival->mono_ns :
					   s->first.mono_ns;
	char place[TEXT_PLACE_BYTES];
	size_t number;

	text_place(t, s->first.netns, place);
	fprintf(t->out, "%s%s%s%s, %s", text_style(t, STYLE_BOLD), verdict_name(b->verdict),
		b->cause ? "/" : "", b->cause ? cause_name(b->cause) : "",
		confidence_name(b->confidence));
	fprintf(t->out, ": %" PRIu64 " %s%s%s%s%s%s\n", s->resets,
		s->resets == 1 ? "reset" : "resets, the first of which", *place ? ", " : "", place,
		s->resets > 1 && *place ? "," : "", s->resets > 1 ? " is told here" : "",
		text_style(t, STYLE_PLAIN));
	number = tell_beginning(t, s, timeline);
	if (b->renewed_ago_ns)
		tell_renewal(t, s, from_ns, number);
	else
		tell_end(t, s, from_ns, number);
	for (size_t i = 0; i < b->inferred_count; i++) {
		fputs("  not seen: ", t->out);
		text_wrapped(t, 12, 12, b->inferred[i]);
	}
	fputc('\n', t->out);
}

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

/* Nobody looked: an older recording, or no permission. */
static void tell_unlooked(struct text *t, const struct timeline *timeline)
{
	char words[DESCRIBE_BYTES];

	if (timeline->live_removed <= timeline->blamed)
		return;
	snprintf(
		words, sizeof(words),
		"%" PRIu64
		" of the removed entries belonged to live, translated TCP flows. Those that "
		"were not reset yet will be reset by their next packet from outside, unless they speak "
		"first. (Their sockets were not looked at.)",
		timeline->live_removed);
	text_wrapped(t, 0, 0, words);
	fputc('\n', t->out);
}

static void tell_groups(struct text *t, const struct timeline *timeline)
{
	uint64_t told = 0;

	for (size_t i = 0; i < timeline->risk_groups_count; i++) {
		const struct risk_group *g = &timeline->risk_groups[i];
		char victim[DESCRIBE_BYTES];

		if (!g->flows)
			continue;
		fprintf(t->out, "  %5" PRIu64 "  ", g->flows);
		describe_victim(g->victim, victim, sizeof(victim));
		text_wrapped(t, GROUP_INDENT, GROUP_INDENT,
			     *victim ? victim : "of a process that is not known");
		told += g->flows;
	}
	if (told < timeline->at_risk)
		fprintf(t->out, "  %5" PRIu64 "  of other processes\n", timeline->at_risk - told);
}

/* What was left out, so that the rings were read in time. */
static void tell_effort(struct text *t, const struct effort *e)
{
	char worst[DURATION_TEXT_BYTES];

	if (e->victims_unlooked)
		fprintf(t->out,
			"Too many resets at once: of %" PRIu64 " of them the socket was not looked "
			"up in time.\n",
			e->victims_unlooked);
	if (e->entries_unasked)
		fprintf(t->out,
			"Too many resets at once: conntrack was not asked about %" PRIu64
			" of them.\n",
			e->entries_unasked);
	if (t->options.is_verbose && e->drain_worst_ns)
		fprintf(t->out, "No event waited for longer than %s until it was read.\n",
			duration_format(e->drain_worst_ns, worst, sizeof(worst)));
}

static void tell_unseen(struct text *t, const struct timeline *timeline)
{
	if (timeline->look.unseen)
		fprintf(t->out,
			"Not all network namespaces could be looked into: there may be more at "
			"risk.\n");
	if (timeline->look.unsure)
		fprintf(t->out,
			"%" PRIu64 " more %s, and whether the path is translated\n"
			"cannot be told: there is no route, or the rules ask for marks, sets or "
			"the like.\n",
			timeline->look.unsure,
			timeline->look.unsure == 1 ? "connection is unknown to conntrack" :
						     "connections are unknown to conntrack");
}

/* Rule 8: flushed and never reset is said, and blamed on nobody. */
static void tell_waiting(struct text *t, const struct timeline *timeline)
{
	const char *verb = timeline->at_risk == 1 ? "flow is" : "flows are";
	char words[DESCRIBE_BYTES];

	if (!timeline_knows_risk(timeline)) {
		tell_unlooked(t, timeline);
		return;
	}
	if (!timeline->at_risk && (!timeline->live_removed || !timeline->sweeps)) {
		tell_unseen(t, timeline);
		return;
	}
	if (timeline->at_risk)
		snprintf(words, sizeof(words),
			 "%" PRIu64 " %s still at risk: open sockets whose conntrack entry is "
			 "gone. Their next packet from outside will be reset, or lost while the "
			 "address is away, unless they speak first:",
			 timeline->at_risk, verb);
	else
		snprintf(words, sizeof(words),
			 "No flow is at risk any more: of the %" PRIu64
			 " live, translated TCP flows that lost their entry, none that was not "
			 "reset has an open socket on this node without an entry.",
			 timeline->live_removed);
	text_wrapped(t, 0, 0, words);
	tell_groups(t, timeline);
	tell_unseen(t, timeline);
	fputc('\n', t->out);
}

/* The first that is proven, else the first. */
static const struct story *surest_story(const struct timeline *timeline)
{
	for (size_t i = 0; i < timeline->stories_count; i++)
		if (timeline->stories[i].blamed.confidence == CONFIDENCE_PROVEN)
			return &timeline->stories[i];
	return &timeline->stories[0];
}

static void headline_audit(const struct timeline *timeline, char *buf, size_t size)
{
	if (timeline->at_risk)
		snprintf(buf, size, "%" PRIu64 " %s at risk.", timeline->at_risk,
			 timeline->at_risk == 1 ? "flow is" : "flows are");
	else if (timeline->look.unsure || timeline_may_miss_risk(timeline))
		snprintf(buf, size, "it cannot be told whether a flow is at risk.");
	else
		snprintf(buf, size, "no flow is at risk.");
}

static void tell_looked(struct text *t, const struct timeline *timeline)
{
	fprintf(t->out,
		"%sCOUNTS%s   %" PRIu64 " client connections in %u namespaces; %" PRIu64
		" TCP entries in conntrack\n",
		text_style(t, STYLE_BOLD), text_style(t, STYLE_PLAIN), timeline->look.sockets,
		timeline->look.namespaces, timeline->look.entries);
}

static void tell_headline(struct text *t, const struct timeline *timeline, enum status status)
{
	static const enum style styles[] = { STYLE_GOOD, STYLE_WARN, STYLE_ALARM, STYLE_WARN };
	char words[DESCRIBE_BYTES], line[DESCRIBE_BYTES + 32];

	if (timeline->stories_count)
		summarize_story(surest_story(timeline), words, sizeof(words));
	else if (status == STATUS_UNKNOWN && !timeline->is_audit)
		snprintf(words, sizeof(words), "no reset was blamed on conntrack, but %s.",
			 timeline->lost_total || timeline->is_blind ?
				 "not all could be observed" :
			 timeline_may_miss_risk(timeline) ?
				 "it cannot be told whether a flow is at risk" :
				 "the recording is not whole");
	else if (timeline->is_audit)
		headline_audit(timeline, words, sizeof(words));
	else if (timeline->at_risk)
		snprintf(words, sizeof(words),
			 "no reset was blamed on conntrack yet, but %" PRIu64 " %s at risk.",
			 timeline->at_risk, timeline->at_risk == 1 ? "flow is" : "flows are");
	else if (timeline->resets_total)
		snprintf(words, sizeof(words), "%s was conntrack's doing.",
			 timeline->resets_total == 1 ? "the one reset sent was not one that" :
						       "none of the resets sent");
	else
		snprintf(words, sizeof(words), "this node sent no reset.");
	fprintf(t->out, "%sVERDICT%s  ", text_style(t, styles[status]), text_style(t, STYLE_PLAIN));
	snprintf(line, sizeof(line), "%s: %s", status_name(status), words);
	text_wrapped(t, VERDICT_INDENT, VERDICT_INDENT, line);
	fputc('\n', t->out);
}

static void tell_verdict(struct text *t, const struct timeline *timeline, enum status status)
{
	tell_headline(t, timeline, status);
	for (size_t i = 0; i < timeline->stories_count; i++)
		tell_story(t, &timeline->stories[i], timeline);
	if (timeline->stories_untold)
		fprintf(t->out, "%" PRIu64 " more blamed resets are in the counts only.\n\n",
			timeline->stories_untold);
	tell_waiting(t, timeline);
}

static void tell_advice(struct text *t, const struct timeline *timeline)
{
	const char *advice[ADVICE_MAX];
	size_t count = timeline_advice(timeline, advice);

	if (!count)
		return;
	fprintf(t->out, "\n%sWHAT TO DO%s\n", text_style(t, STYLE_BOLD),
		text_style(t, STYLE_PLAIN));
	for (size_t i = 0; i < count; i++) {
		fputs("  - ", t->out);
		text_wrapped(t, ADVICE_INDENT, ADVICE_INDENT, advice[i]);
	}
}

/* "7 no-listener, 1 entry-removed", or "none"; returns its length. The room is
 * ample: every name of either enum with 20 digits fits. */
static size_t list_numbers(char *buf, size_t size, const uint64_t *counts, size_t count,
			   const char *(*name)(unsigned int))
{
	size_t used = 0;

	for (unsigned int i = 0; i < count && used < size; i++)
		if (counts[i])
			used += (size_t)snprintf(buf + used, size - used, "%s%" PRIu64 " %s",
						 used ? ", " : "", counts[i], name(i));
	return used ? used : (size_t)snprintf(buf, size, "none");
}

static const char *name_verdict(unsigned int verdict)
{
	return verdict_name(verdict);
}

static const char *name_cause(unsigned int cause)
{
	return cause_name(cause);
}

static void tell_counts(struct text *t, const struct timeline *timeline)
{
	char line[DESCRIBE_BYTES * 2];
	size_t used = (size_t)snprintf(line, sizeof(line),
				       "in %" PRIu64 " s; resets: ", timeline->window_s);

	used += list_numbers(line + used, sizeof(line) - used, timeline->resets, VERDICTS,
			     name_verdict);
	used += (size_t)snprintf(line + used, sizeof(line) - used, "; entries removed: ");
	used += list_numbers(line + used, sizeof(line) - used, timeline->removals, CAUSES,
			     name_cause);
	used += (size_t)snprintf(line + used, sizeof(line) - used, "; flushes: %" PRIu64,
				 timeline->flushes);
	/* Rule 8: nothing masquerades there, or the kernel dropped the work (it lets 16
	 * wait). Either way no entry went, and nobody is to blame for one. */
	if (timeline->addresses_unflushed)
		snprintf(line + used, sizeof(line) - used,
			 "; addresses removed: %" PRIu64 ", %" PRIu64
			 " of them without any flush by the kernel",
			 timeline->addresses_removed, timeline->addresses_unflushed);
	fprintf(t->out, "%sCOUNTS%s   ", text_style(t, STYLE_BOLD), text_style(t, STYLE_PLAIN));
	text_wrapped(t, VERDICT_INDENT, VERDICT_INDENT, line);
}

static void tell_filter(struct text *t, const struct timeline *timeline)
{
	char line[DESCRIBE_BYTES];

	if (!timeline->filter)
		return;
	fprintf(t->out, "%sFILTER%s   ", text_style(t, STYLE_BOLD), text_style(t, STYLE_PLAIN));
	utf8_printable(timeline->filter, line, sizeof(line));
	text_wrapped(t, VERDICT_INDENT, VERDICT_INDENT, line);
}

static void tell_losses(struct text *t, const struct timeline *timeline)
{
	const char *separator = "";
	char probe[32];

	fprintf(t->out, "%sLOST%s     ",
		text_style(t, timeline->lost_total ? STYLE_ALARM : STYLE_BOLD),
		text_style(t, STYLE_PLAIN));
	if (!timeline->lost_total)
		fputs("no events", t->out);
	for (size_t i = 0; i < timeline->losses_count; i++)
		if (timeline->losses[i].count) {
			fprintf(t->out, "%s%" PRIu64 " of %s", separator, timeline->losses[i].count,
				utf8_printable(timeline->losses[i].probe, probe, sizeof(probe)));
			separator = ", ";
		}
	fputc('\n', t->out);
	for (size_t i = 0; i < t->missing_count; i++)
		fprintf(t->out, "NOT SEEN %s: %s\n", t->missing[i].name, t->missing[i].why);
}

void text_summary(struct text *t, const struct timeline *timeline, enum status status)
{
	text_clear_progress(t);
	if (!t->options.is_quiet)
		fputc('\n', t->out);
	tell_verdict(t, timeline, status);
	tell_filter(t, timeline);
	if (timeline->is_audit) {
		tell_looked(t, timeline);
	} else {
		tell_counts(t, timeline);
		tell_losses(t, timeline);
		tell_effort(t, &timeline->effort);
	}
	tell_advice(t, timeline);
}
