// SPDX-License-Identifier: GPL-2.0-only
/* The whole in one sentence. */
#include <stdio.h>
#include <string.h>

#include "base/number_text.h"
#include "summary/sentences.h"
#include "summary/stories.h"
#include "summary/verdict_text.h"

/* "60 connections were"; "at least …" where they were too many to tell apart. */
static const char *count_connections(uint64_t count, bool is_at_least, char *buf, size_t size)
{
	snprintf(buf, size, "%s%s", is_at_least ? "at least " : "",
		 COUNTED(count, "connection was", "connections were"));
	return buf;
}

/* Resets are made, and some never leave the host: a rule drops them, say. */
static void say_reset(const struct story *s, char *buf, size_t size)
{
	const struct reset_blame *b = &s->blamed;
	bool is_gone = b->verdict == VERDICT_ENTRY_REMOVED;
	char connections[COUNT_TEXT_BYTES * 2];

	count_connections(s->connections, s->is_at_least, connections, sizeof(connections));
	if (!s->connections && s->undelivered)
		snprintf(buf, size, "%s made, and none left this host: no connection was reset",
			 COUNTED(s->resets, "reset was", "resets were"));
	else if (is_gone && (b->by || b->flush))
		snprintf(buf, size, "%s reset because %s gone", connections,
			 s->connections == 1 ? "its entry was" : "their entries were");
	else if (b->verdict == VERDICT_REMOTE && b->flush)
		snprintf(buf, size, "%s translated again and reset by the peer", connections);
	else
		snprintf(buf, size, "%s reset", connections);
}

/* What set it going; "" where that is not known. More of the same are counted. */
static void say_origin(const struct story *s, char *buf, size_t size)
{
	const struct reset_blame *b = &s->blamed;
	char text[DESCRIBE_BYTES / 2], entries[DESCRIBE_BYTES / 2 - 80];
	bool has_more = s->acts_count > 1 || s->has_more_acts;

	buf[0] = '\0';
	if (b->by && b->flush) {
		describe_deed(b->by, text, sizeof(text));
		if (has_more)
			snprintf(entries, sizeof(entries), "%s, in %s%s flushes",
				 COUNTED(story_entries(s), "conntrack entry", "conntrack entries"),
				 s->has_more_acts ? "at least " : "", NUMBER(s->acts_count));
		else
			describe_entries(b->flush, entries, sizeof(entries));
		snprintf(buf, size, "%s%s. In response the kernel silently removed %s. ", text,
			 has_more ? ", and did the like again" : "", entries);
	} else if (b->ruleset.id) {
		snprintf(buf, size, "%s. The conntrack entries stayed, unused. ",
			 describe_ruleset(&b->ruleset.seen, text, sizeof(text)));
	} else if (b->arrival) {
		snprintf(buf, size, "%s. The conntrack entries were not carried over. ",
			 describe_deed(b->arrival, text, sizeof(text)));
	} else if (b->flush) {
		struct flush all = *b->flush;

		all.entries = has_more ? story_entries(s) : all.entries;
		snprintf(buf, size, "%s. ", describe_flush(&all, text, sizeof(text)));
	}
}

/* The whole of a story in one sentence. */
static void summarize_story(const struct story *s, char *buf, size_t size)
{
	char origin[DESCRIBE_BYTES], reset[DESCRIBE_BYTES / 2];

	say_origin(s, origin, sizeof(origin));
	say_reset(s, reset, sizeof(reset));
	if (*origin)
		snprintf(buf, size, "%s%s.", origin, reset);
	else
		snprintf(buf, size, "%s: %s.", reset, describe_judged(&s->blamed));
}

/* A rule rejects what has no entry: what removed the entries is what to tell. */
static void summarize_refused(const struct summary *t, char *buf, size_t size)
{
	char origin[DESCRIBE_BYTES];

	say_origin(summary_refused(t), origin, sizeof(origin));
	snprintf(buf, size, "%s%s refused by a rule because no entry was there any more.", origin,
		 COUNTED(t->refused, "packet was", "packets were"));
}

/* The total of what was blamed, then the worst story; of one story that is the total. */
static void summarize_stories(const struct summary *t, char *buf, size_t size)
{
	const struct story *worst = summary_worst(t);
	const char *host = summary_host(t, worst->first.netns.node);
	char words[ACCOUNT_BYTES - 250], connections[COUNT_TEXT_BYTES * 2];

	summarize_story(worst, words, sizeof(words));
	count_connections(t->connections_reset, t->is_at_least, connections, sizeof(connections));
	if (t->stories_count > 1)
		snprintf(buf, size, "%s reset, for %s reasons. The worst%s%s: %.700s", connections,
			 NUMBER(t->stories_count), *host ? ", on " : "", host, words);
	else
		snprintf(buf, size, "%s%s%s", host, *host ? ": " : "", words);
}

static void summarize_audit(const struct summary *t, char *buf, size_t size)
{
	if (t->at_risk)
		snprintf(buf, size, "%s at risk.", COUNTED(t->at_risk, "flow is", "flows are"));
	else if (t->look.unsure || summary_may_miss_risk(t))
		snprintf(buf, size, "could not determine whether any flow is at risk.");
	else
		snprintf(buf, size, "no flow is at risk.");
}

/* "kernel.ftrace_enabled was 0 for a part of the window" */
static void say_switch(enum sense off, char *buf, size_t size)
{
	if (sense_switch(off))
		snprintf(buf, size, "%s was 0 for a part of the window", sense_switch(off));
	else
		snprintf(buf, size, "a probed function was taken over, by a livepatch or a like");
}

/* What the kernel counted and nobody saw weighs most: a probe is blind, whatever the reason. */
static const struct doubt *find_doubt(const struct summary *t, enum witness_of *of)
{
	for (*of = WITNESS_NONE + 1; *of < WITNESSES; ++*of)
		if (t->doubts[*of].counted)
			return &t->doubts[*of];
	return NULL;
}

/* Nothing was found, which says little: why, and what to do about it. */
static void summarize_doubt(const struct summary *t, char *buf, size_t size)
{
	uint64_t unreadable = summary_lost(t, SENSE_RECORDING);
	uint64_t unended = summary_lost(t, SENSE_RECORDING_END);
	uint64_t unwritten =
		summary_lost(t, SENSE_REPORT_GAP) + summary_lost(t, SENSE_RECORDING_GAP);
	uint64_t lost = t->lost_total - unreadable - unended - unwritten -
			summary_lost(t, SENSE_FTRACE) - summary_lost(t, SENSE_KPROBES) -
			summary_lost(t, SENSE_REPLACED);
	enum sense off = summary_switch_off(t);
	enum witness_of of;
	const struct doubt *doubt = find_doubt(t, &of);
	char words[DESCRIBE_BYTES];

	if (off != SENSE_OTHER) {
		say_switch(off, words, 120);
		snprintf(buf, size,
			 "%.120s, %sso \"nothing found\" proves nothing. Run again with%s%s", words,
			 sense_switch(off) ? "which silences probes, " : "",
			 sense_switch(off) ? " it on: " : "out it: rstblame --check names it.",
			 sense_switch(off) ? sense_switch_cure(off) : "");
	} else if (doubt) {
		snprintf(buf, size,
			 "%s, so \"nothing found\" proves nothing. A probe does not see: run "
			 "rstblame --check.",
			 describe_doubt(of, doubt->counted, doubt->seen, words, sizeof(words)));
	} else if (lost) {
		snprintf(buf, size,
			 "%s lost, so \"nothing found\" proves nothing. Run again%s without -v and "
			 "--stack, so that storms are only counted.",
			 COUNTED(lost, "event was", "events were"),
			 t->filter ? " without a FILTER," : "");
	} else if (unended) {
		snprintf(
			buf, size,
			"%s without a summary: cut short, or still being written. \"Nothing found\" "
			"proves nothing. Use a whole recording.",
			unended == 1 ? "the recording ends" :
				       COUNTED(unended, "recording ends", "recordings end"));
	} else if (unwritten) {
		snprintf(buf, size,
			 "%s not written, so what was written is not whole. Write to a file with "
			 "room, or read faster.",
			 COUNTED(unwritten, "line was", "lines were"));
	} else if (unreadable) {
		snprintf(
			buf, size,
			"%s unreadable, so \"nothing found\" proves nothing. Use a whole recording.",
			COUNTED(unreadable, "line of the recording is",
				"lines of the recording are"));
	} else if (t->is_blind) {
		snprintf(buf, size,
			 "a required probe was missing%s%s%s%s%s, so \"nothing found\" proves "
			 "nothing. Run rstblame --check to see why.",
			 t->blind ? " (" : "", sense_word(t->blind), t->blind ? ": " : "",
			 sense_consequence(t->blind), t->blind ? ")" : "");
	} else if (summary_may_miss_risk(t)) {
		snprintf(buf, size,
			 "no reset was caused by conntrack, but could not determine whether any "
			 "flow is at risk. %s",
			 t->look.unseen ? "Run again as root in the host's namespaces." :
					  "Not every translation on this node could be followed.");
	} else {
		snprintf(buf, size,
			 "the recording is incomplete, so \"nothing found\" proves nothing.");
	}
}

/* "7 resets sent, 3 made but not sent, 2 received"; received ones are verdict `remote`. */
static void count_directions(const struct summary *t, char *buf, size_t size)
{
	uint64_t received = t->resets[VERDICT_REMOTE], unsent = t->undelivered;
	const struct {
		uint64_t count;
		const char *what;
	} directions[] = {
		{ t->resets_total - received - unsent, "sent" },
		{ unsent, "made but not sent" },
		{ received, "received" },
	};
	size_t len = 0;

	for (size_t i = 0; i < sizeof(directions) / sizeof(directions[0]); i++)
		if (directions[i].count)
			len += (size_t)snprintf(
				buf + len, size - len, "%s%s %s", len ? ", " : "",
				len ? NUMBER(directions[i].count) :
				      COUNTED(directions[i].count, "reset", "resets"),
				directions[i].what);
}

static void summarize_innocent(const struct summary *t, char *buf, size_t size)
{
	char counts[COUNT_TEXT_BYTES * 4];

	if (t->resets_total) {
		count_directions(t, counts, sizeof(counts));
		snprintf(buf, size, "%s, %s caused by conntrack.", counts,
			 t->resets_total == 1 ? "not" : "none");
	} else {
		snprintf(buf, size, "%s%s%s.",
			 t->filter ? "no reset matched the filter" : "no reset sent",
			 t->window_s ? " in " : "", t->window_s ? SPAN(t->window_s) : "");
	}
}

/* No entry went, and none is in the way: the sockets lost their own address. */
static void summarize_own_risk(const struct summary *t, char *buf, size_t size)
{
	char deed[DESCRIBE_BYTES];

	snprintf(buf, size, "%s%s. %s cut off.", describe_deed(t->own_gone, deed, sizeof(deed)),
		 t->has_more_gone ? ", and there were more changes like it" : "",
		 COUNTED(t->at_risk, "open connection of this host is",
			 "open connections of this host are"));
}

static void summarize_risk(const struct summary *t, char *buf, size_t size)
{
	const char *start = "no reset was caused by conntrack yet, but";

	if (t->at_risk && t->unfollowed)
		snprintf(buf, size, "%s %s at risk, and %s more may be.", start,
			 COUNTED(t->at_risk, "flow is", "flows are"), NUMBER(t->unfollowed));
	else if (t->at_risk)
		snprintf(buf, size, "%s %s at risk.", start,
			 COUNTED(t->at_risk, "flow is", "flows are"));
	else
		snprintf(buf, size, "%s %s may be at risk.", start,
			 COUNTED(t->unfollowed, "flow", "flows"));
}

/* Live flows lost their entries, and this node cannot see their sockets. */
const char *verdict_text_expected(const struct summary *t, char *buf, size_t size)
{
	if (t->look.unseen) {
		snprintf(
			buf, size,
			"%s and some network namespaces of this node could not be searched for "
			"their sockets: expect resets. Run again as root in the host's namespaces.",
			COUNTED(t->expected, "live, translated TCP flow lost its entry,",
				"live, translated TCP flows lost their entries,"));
		return buf;
	}
	snprintf(buf, size,
		 "%s and no socket of %s was %s on this node: expect resets. What becomes of flows "
		 "that this node only forwards cannot be seen here.",
		 COUNTED(t->expected, "live, translated TCP flow lost its entry,",
			 "live, translated TCP flows lost their entries,"),
		 t->expected == 1 ? "it" : "them", t->sweeps ? "found" : "looked for");
	return buf;
}

const char *verdict_text_headline(const struct summary *t, enum status status, char *buf,
				  size_t size)
{
	char words[ACCOUNT_BYTES - 32], silence[120];
	bool is_doubt = false;

	if (t->stories_count)
		summarize_stories(t, words, sizeof(words));
	else if ((is_doubt = status == STATUS_UNKNOWN && !t->is_audit))
		summarize_doubt(t, words, sizeof(words));
	else if (t->is_audit)
		summarize_audit(t, words, sizeof(words));
	else if (summary_refused(t))
		summarize_refused(t, words, sizeof(words));
	else if (t->at_risk_own && t->at_risk_own == t->at_risk && !t->unfollowed)
		summarize_own_risk(t, words, sizeof(words));
	else if (t->at_risk || t->unfollowed)
		summarize_risk(t, words, sizeof(words));
	else if (summary_expects_resets(t))
		verdict_text_expected(t, words, sizeof(words));
	else
		summarize_innocent(t, words, sizeof(words));
	snprintf(buf, size, "%s: %s", status_name(status), words);
	if (!is_doubt && summary_switch_off(t) != SENSE_OTHER) {
		say_switch(summary_switch_off(t), silence, sizeof(silence));
		snprintf(buf + strlen(buf), size - strlen(buf), " %s: there may be more.", silence);
	}
	return buf;
}
