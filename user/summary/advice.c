// SPDX-License-Identifier: GPL-2.0-only
#include "summary/advice.h"

#include <stdio.h>
#include <string.h>

#include "summary/advice_private.h"

static const char at_risk[] =
	"Restart or reconnect the clients at risk, or make them send something before the server "
	"does: a client-side keepalive recreates the entry.";

static const char at_risk_own[] =
	"Restart or reconnect the programs at risk: a keepalive cannot help them, since nothing that "
	"they send leaves while their own address is gone. They go on only if it comes back before "
	"TCP gives up.";

static const char own_address[] =
	"The connections' own address, {address}, is gone from this host: nothing of them can "
	"leave or arrive. Keep the address, or have the programs connect again when addresses "
	"change.";

/* ---- which row ---- */

static bool is_of_removals(enum cause cause)
{
	return cause >= CAUSE_ADDRESS_REMOVED && cause <= CAUSE_OTHER;
}

/* Sockets that lost their own address: of an aborted one, or of those at risk (no verdict). */
static bool is_own_address(const struct reset_blame *b)
{
	return b->by && !b->flush && (b->verdict == VERDICT_NONE || b->verdict == VERDICT_ABORTED);
}

/* A refusal by a rule and a reset from the peer lead to what removed the entry, too; so
 * does a keepalive that found no answer because this host's own address had gone. */
static enum cause chain_cause(const struct reset_blame *b)
{
	if (b->flush)
		return b->flush->cause;
	if (is_own_address(b))
		return CAUSE_ADDRESS_REMOVED;
	if (b->verdict != VERDICT_ABORTED && is_of_removals(b->cause))
		return b->cause;
	if (b->verdict == VERDICT_ENTRY_REMOVED)
		return CAUSE_OTHER;
	return CAUSE_NONE;
}

static struct advice_facts gather(const struct summary *t, const struct story *s)
{
	const struct change *change = s->blamed.by ? s->blamed.by : s->blamed.arrival;
	struct advice_facts facts = {
		.story = s,
		.blamed = &s->blamed,
		.change = change ? &change->seen : NULL,
		.is_own = is_own_address(&s->blamed),
		.actor = story_actor(s),
		.back = s->blamed.by ? summary_return(t, s->blamed.by) : NULL,
		.has_hooks_again = s->blamed.ruleset.id &&
				   summary_has_hooks_again(t, &s->blamed.ruleset),
	};

	return facts;
}

static const struct advice_row *find_row(const struct advice_row *rows, size_t count,
					 const struct advice_facts *facts, enum verdict verdict,
					 enum cause cause)
{
	for (size_t i = 0; i < count; i++) {
		const struct advice_row *row = &rows[i];

		if ((!row->verdict || row->verdict == verdict) &&
		    (!row->cause || row->cause == cause) && (!row->applies || row->applies(facts)))
			return row;
	}
	return NULL;
}

static const struct advice_row *choose(const struct advice_facts *facts)
{
	const struct reset_blame *b = facts->blamed;
	enum cause cause = chain_cause(b);
	const struct advice_row *row = NULL;

	if (cause)
		row = find_row(advice_on_removals, advice_on_removals_count, facts, b->verdict,
			       cause);
	return row ? row :
		     find_row(advice_on_verdicts, advice_on_verdicts_count, facts, b->verdict,
			      b->cause);
}

const struct advice_row *advice_find(const struct summary *t, const struct story *s)
{
	struct advice_facts facts = gather(t, s);

	return choose(&facts);
}

/* The last row of its kind: what is special stands before. */
static const struct advice_row *last_row(const struct advice_row *rows, size_t count,
					 enum verdict verdict, enum cause cause)
{
	const struct advice_row *found = NULL;

	for (size_t i = 0; i < count; i++)
		if (rows[i].verdict == verdict && rows[i].cause == cause)
			found = &rows[i];
	return found;
}

const struct advice_row *advice_on(enum verdict verdict, enum cause cause)
{
	const struct advice_row *row =
		last_row(advice_on_removals, advice_on_removals_count, verdict, cause);

	if (!row)
		row = last_row(advice_on_verdicts, advice_on_verdicts_count, verdict, cause);
	for (enum verdict v = VERDICT_NONE; !row && !verdict && v < VERDICTS; v++)
		row = last_row(advice_on_verdicts, advice_on_verdicts_count, v, cause);
	return row;
}

/* ---- the list ---- */

/* With several nodes each sentence says for which it is. */
static void add(struct advice_list *out, const struct summary *t, uint32_t node, const char *text,
		bool is_disproof)
{
	const char *host = summary_host(t, node);
	struct advice *item = &out->items[out->count];

	if (out->count == ADVICE_MAX)
		return;
	if (*host && is_disproof) /* it begins as all of them do */
		snprintf(item->text, sizeof(item->text), "%s [%s]", text, host);
	else
		snprintf(item->text, sizeof(item->text), "%s%s%s", host, *host ? ": " : "", text);
	item->node = node;
	item->is_disproof = is_disproof;
	for (size_t i = 0; i < out->count; i++)
		if (!strcmp(out->items[i].text, item->text))
			return;
	out->count++;
}

static void add_story(struct advice_list *out, const struct summary *t, const struct story *s)
{
	struct advice_facts facts = gather(t, s);
	const struct advice_row *row = choose(&facts);
	uint32_t node = s->first.netns.node;
	char text[ADVICE_BYTES];

	if (facts.is_own) {
		advice_expand(&facts, own_address, text);
		add(out, t, node, text, false);
	}
	for (size_t i = 0; row && i < ADVICE_LINES_MAX && row->lines[i]; i++) {
		/* What was reset by itself, or is among those at risk. */
		if (facts.is_own && !strcmp(row->lines[i], ADVICE_RECONNECT))
			continue;
		advice_expand(&facts, row->lines[i], text);
		add(out, t, node, text, false);
	}
	if (!row || !row->disproof)
		return;
	advice_expand(&facts, row->disproof, text);
	add(out, t, node, text, true);
}

/* No reset leads to it: the sockets wait in silence. */
static void add_own_risk(struct advice_list *out, const struct summary *t)
{
	struct story story = { .blamed = { .by = t->own_gone },
			       .first = { .netns = t->own_gone->netns } };

	add_story(out, t, &story);
	add(out, t, story.first.netns.node, at_risk_own, false);
}

/* Of what was blamed: innocents need no foretelling. */
static void add_exposure(struct advice_list *out, const struct summary *t, const struct story *s)
{
	struct advice_facts facts = gather(t, s);
	char text[ADVICE_BYTES];

	if (advice_exposure(&facts, chain_cause(facts.blamed), text))
		add(out, t, UINT32_MAX, text, false);
}

void summary_advice(const struct summary *t, struct advice_list *out)
{
	out->count = 0;
	for (size_t i = 0; i < t->stories_count; i++)
		add_story(out, t, &t->stories[i]);
	/* Not blamed on conntrack, and yet behind it is what took an address or an entry. */
	for (size_t i = 0; i < t->others_count; i++)
		if (!t->blamed || t->others[i].blamed.by || t->others[i].blamed.flush)
			add_story(out, t, &t->others[i]);
	if (t->at_risk_own)
		add_own_risk(out, t);
	if (t->at_risk > t->at_risk_own || t->unfollowed)
		add(out, t, UINT32_MAX, at_risk, false);
	for (size_t i = 0; i < t->stories_count; i++)
		add_exposure(out, t, &t->stories[i]);
}
