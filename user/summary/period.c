// SPDX-License-Identifier: GPL-2.0-only
#include "summary/period.h"

#include <stdio.h>
#include <string.h>

#include "base/growing.h"
#include "base/nsec.h"
#include "base/number_text.h"
#include "model/words.h"

/* `*before` becomes `now`. A count of the summary never falls. */
static uint64_t grown(uint64_t *before, uint64_t now)
{
	uint64_t by = now - *before;

	*before = now;
	return by;
}

void period_end(struct period_mark *m, const struct summary *t, uint64_t mono_ns,
		struct period *out)
{
	out->span_s = (mono_ns - m->mono_ns + NSEC_PER_SEC / 2) / NSEC_PER_SEC;
	m->mono_ns = mono_ns;
	for (enum verdict v = 0; v < VERDICTS; v++)
		out->resets[v] = grown(&m->resets[v], t->resets[v]);
	for (enum cause c = 0; c < CAUSES; c++)
		out->removals[c] = grown(&m->removals[c], t->removals[c]);
	out->resets_total = grown(&m->resets_total, t->resets_total);
	out->blamed = grown(&m->blamed, t->blamed);
	out->flushes = grown(&m->flushes, t->flushes);
	out->lost = grown(&m->lost, t->lost_total);
	out->at_risk = t->at_risk;
	out->knows_risk = summary_knows_risk(t);
}

/* ---- in words ---- */

static void say_resets(struct growing *g, const struct period *p)
{
	const char *separator = " (";

	if (!p->resets_total) {
		grow(g, "no resets");
		return;
	}
	grow(g, "%s", COUNTED(p->resets_total, "reset", "resets"));
	grow(g, ", %s blamed on conntrack", p->blamed ? NUMBER(p->blamed) : "none");
	for (enum verdict v = 0; v < VERDICTS; v++)
		if (p->resets[v]) {
			grow(g, "%s%s %s", separator, NUMBER(p->resets[v]), verdict_name(v));
			separator = ", ";
		}
	grow(g, ")");
}

static void say_removals(struct growing *g, const struct period *p)
{
	const char *separator = " (";
	uint64_t total = 0;

	for (enum cause c = 0; c < CAUSES; c++)
		total += p->removals[c];
	if (!total) {
		grow(g, "; no entries removed");
		return;
	}
	grow(g, "; %s removed", COUNTED(total, "entry", "entries"));
	for (enum cause c = 0; c < CAUSES; c++)
		if (p->removals[c]) {
			grow(g, "%s%s %s", separator, NUMBER(p->removals[c]), cause_name(c));
			separator = ", ";
		}
	grow(g, ") by %s", COUNTED(p->flushes, "flush", "flushes"));
}

const char *period_text(const struct period *p, char *buf, size_t size)
{
	struct growing g = { buf, size, 0 };

	grow(&g, "in %s: ", SPAN(p->span_s));
	say_resets(&g, p);
	say_removals(&g, p);
	if (!p->knows_risk)
		grow(&g, "; flows at risk unknown");
	else if (p->at_risk)
		grow(&g, "; %s at risk", COUNTED(p->at_risk, "flow", "flows"));
	else
		grow(&g, "; no flows at risk");
	if (p->lost)
		grow(&g, "; %s lost", COUNTED(p->lost, "event", "events"));
	else
		grow(&g, "; no events lost");
	return buf;
}
