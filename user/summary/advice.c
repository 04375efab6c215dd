// SPDX-License-Identifier: GPL-2.0-only
#include "summary/advice.h"

#include <stdio.h>
#include <string.h>

#include "summary/advice_private.h"

static const char at_risk[] =
	"Restart or reconnect the clients at risk, or make them send something before the server "
	"does: a client-side keepalive recreates the entry.";

/* ---- which row ---- */

static bool is_of_removals(enum cause cause)
{
	return cause >= CAUSE_ADDRESS_REMOVED && cause <= CAUSE_OTHER;
}

/* A refusal by a rule and a reset from the peer lead to what removed the entry, too; so
 * does a keepalive that found no answer because this host's own address had gone. */
static enum cause chain_cause(const struct reset_blame *b)
{
	if (b->flush)
		return b->flush->cause;
	if (is_of_removals(b->cause))
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

/* ---- the list ---- */

/* With several nodes each sentence says for which it is. */
static void add(struct advice_list *out, const struct summary *t, uint32_t node, const char *text,
		bool is_disproof)
{
	const char *host = summary_host(t, node);
	struct advice *item = &out->items[out->count];

	if (out->count == ADVICE_MAX)
		return;
	snprintf(item->text, sizeof(item->text), "%s%s%s", *host && !is_disproof ? host : "",
		 *host && !is_disproof ? ": " : "", text);
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
	char text[ADVICE_BYTES];

	for (size_t i = 0; row && i < ADVICE_LINES_MAX && row->lines[i]; i++) {
		advice_expand(&facts, row->lines[i], text);
		add(out, t, s->first.netns.node, text, false);
	}
	if (!row || !row->disproof)
		return;
	advice_expand(&facts, row->disproof, text);
	add(out, t, s->first.netns.node, text, true);
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
	if (t->at_risk || t->unfollowed)
		add(out, t, UINT32_MAX, at_risk, false);
}
