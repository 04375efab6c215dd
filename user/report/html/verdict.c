// SPDX-License-Identifier: GPL-2.0-only
/* Writing: the stories as chains and step by step, what is at risk, and the advice. */
#include <inttypes.h>
#include <string.h>

#include "base/number_text.h"
#include "model/words.h"
#include "report/html/private.h"
#include "summary/advice.h"
#include "summary/sentences.h"
#include "summary/verdict_text.h"

/* ---- the chain, from the reset back to the process ---- */

/* One box; it leads to its line of the list, when that is there. */
static void write_box(const struct html *h, FILE *out, const char *kind, uint64_t id,
		      const char *words)
{
	const struct html_row *row = html_find_row(h, id);

	fprintf(out, "<li class=\"%s\">", kind);
	html_element(out, "span", "kind", kind);
	fputc(' ', out);
	if (row)
		fprintf(out, "<a href=\"#n%" PRIu64 "\">", row->seq);
	html_escape(out, words);
	fputs(row ? "</a></li>\n" : "</li>\n", out);
}

static void write_reset_box(const struct html *h, FILE *out, const struct story *s)
{
	char words[DESCRIBE_BYTES], peer[ENDPOINT_TEXT_BYTES];

	snprintf(words, sizeof(words), "%s %s %s", NUMBER(s->resets),
		 s->blamed.verdict == VERDICT_REMOTE ? "received from" : "sent to",
		 endpoint_format(&s->packet.src, s->family, s->packet.sport, peer, sizeof(peer)));
	if (s->resets > 1)
		strncat(words, " and others", sizeof(words) - strlen(words) - 1);
	write_box(h, out, "reset", s->first.id, words);
}

/* Who did it has a box of his own. */
static void write_flush_box(const struct html *h, FILE *out, const struct flush *flush)
{
	struct flush deed = *flush;
	char words[DESCRIBE_BYTES];

	deed.actor.pid = 0;
	write_box(h, out, "flush", flush->id, describe_flush(&deed, words, sizeof(words)));
}

static void write_change_box(const struct html *h, FILE *out, const struct change *c)
{
	struct change deed = *c;
	char words[DESCRIBE_BYTES];

	deed.seen.actor.pid = 0;
	deed.seen.by_kernel = false;
	write_box(h, out, c->seen.family ? "address" : "link", c->id,
		  describe_change(&deed, words, sizeof(words)));
}

static void write_process_box(const struct html *h, FILE *out, const struct reset_blame *b)
{
	const struct change *c = b->by ? b->by : b->arrival;
	const struct actor *actor = b->flush ? flush_actor(b->flush) : c ? &c->seen.actor : NULL;
	bool is_kernel = c && c->seen.by_kernel;
	char words[DESCRIBE_BYTES];

	if (is_kernel && !(actor && actor->pid))
		snprintf(words, sizeof(words), "the kernel itself");
	else
		describe_actor(actor, words, sizeof(words));
	write_box(h, out, "process", 0, words);
}

static void write_chain(const struct html *h, FILE *out, const struct story *s)
{
	const struct reset_blame *b = &s->blamed;
	char words[DESCRIBE_BYTES];

	fprintf(out, "<ol class=\"chain %s\">\n", confidence_name(b->confidence));
	write_reset_box(h, out, s);
	if (b->renewed_ago_ns)
		write_box(h, out, "translation", 0,
			  describe_retranslation(b, words, sizeof(words)));
	if (b->ruleset.id)
		write_box(h, out, "ruleset", b->ruleset.id,
			  describe_ruleset(&b->ruleset.seen, words, sizeof(words)));
	if (b->flush)
		write_flush_box(h, out, b->flush);
	if (b->by)
		write_change_box(h, out, b->by);
	if (b->arrival)
		write_change_box(h, out, b->arrival);
	if (b->flush || b->by || b->arrival)
		write_process_box(h, out, b);
	else if (!b->ruleset.id) /* that sentence names who did it */
		write_box(h, out, "cause", 0, describe_judged(b));
	fputs("</ol>\n", out);
}

/* ---- the story ---- */

static const char *step_name(enum step_kind kind)
{
	static const char *const names[] = {
		[STEP_RULESET] = "ruleset", [STEP_ADDRESS] = "address",
		[STEP_LINK] = "link",       [STEP_FLUSH] = "flush",
		[STEP_RETURN] = "address",  [STEP_RENEWAL] = "translation",
		[STEP_PACKET] = "packet",   [STEP_RESET] = "reset",
	};

	return names[kind];
}

static void write_steps(const struct html *h, FILE *out, const struct step *steps, size_t count)
{
	fputs("<ol class=\"steps\">\n", out);
	for (size_t i = 0; i < count; i++) {
		const struct html_row *row = html_find_row(h, steps[i].id);

		fprintf(out, "<li class=\"%s\">", step_name(steps[i].kind));
		html_element(out, "span", "when", steps[i].when);
		fputc(' ', out);
		if (row)
			fprintf(out, "<a href=\"#n%" PRIu64 "\">", row->seq);
		html_element(out, "span", "kind", step_name(steps[i].kind));
		fputs(row ? "</a> " : " ", out);
		html_element(out, "span", "words", steps[i].words);
		fputs("</li>\n", out);
	}
	fputs("</ol>\n", out);
}

static void write_story(struct html *h, FILE *out, const struct story *s, const struct summary *t)
{
	char words[DESCRIBE_BYTES];
	struct step steps[STEPS_MAX];
	size_t count = verdict_text_steps(s, t, h->options.is_utc, steps);

	fprintf(out, "<article class=\"story %s\" data-resets=\"%" PRIu64 "\">\n<h3>",
		confidence_name(s->blamed.confidence), s->resets);
	html_element(out, "code", NULL, verdict_text_name(s, words, sizeof(words)));
	fputs(", ", out);
	html_confidence(out, s->blamed.confidence);
	fputs(": ", out);
	html_escape(out,
		    verdict_text_resets(s, t, &h->names, h->options.is_utc, words, sizeof(words)));
	fputs("</h3>\n", out);
	write_chain(h, out, s);
	write_steps(h, out, steps, count);
	if (*describe_victim(&s->victim, words, sizeof(words))) {
		fputs("<p class=\"victim\">victim: ", out);
		html_element(out, "b", NULL, words);
		fputs("</p>\n", out);
	}
	for (size_t i = 0; i < s->blamed.inferred_count; i++) {
		fputs("<p class=\"inferred\"><b>unconfirmed:</b> ", out);
		html_escape(out, describe_inferred(&s->blamed, i, words, sizeof(words)));
		fputs("</p>\n", out);
	}
	fputs("</article>\n", out);
}

void html_write_stories(struct html *h, FILE *out, const struct summary *t)
{
	char words[DESCRIBE_BYTES];
	uint64_t untold = t->stories_untold;

	for (size_t i = 0; i < t->stories_count; i++)
		if (i < STORIES_TOLD_MAX)
			write_story(h, out, &t->stories[i], t);
		else
			untold += t->stories[i].resets;
	if (untold)
		fprintf(out, "<p class=\"rest\" data-resets=\"%" PRIu64 "\">%s</p>\n", untold,
			verdict_text_untold(t, words, sizeof(words)));
	if (!t->stories_count)
		fputs(t->is_audit ?
			      "<p>An audit looks at the present state: it sees no resets.</p>\n" :
			      "<p>No reset was blamed on conntrack.</p>\n",
		      out);
}

/* ---- what waits for its reset ---- */

static void write_groups(FILE *out, const struct summary *t)
{
	char words[DESCRIBE_BYTES];
	uint64_t told = 0;

	fputs("<ul class=\"groups\">\n", out);
	for (size_t i = 0; i < t->risk_groups_count; i++) {
		const struct risk_group *g = &t->risk_groups[i];

		if (!g->flows)
			continue;
		fprintf(out, "<li><b>%s</b> ", NUMBER(g->flows));
		html_element(out, "span", NULL, verdict_text_group(g, words, sizeof(words)));
		if (g->victim && g->victim->cmdline[0])
			html_element(out, "code", NULL, g->victim->cmdline);
		fputs("</li>\n", out);
		told += g->flows;
	}
	if (told < t->at_risk)
		fprintf(out, "<li><b>%s</b> <span>other processes</span></li>\n",
			NUMBER(t->at_risk - told));
	fputs("</ul>\n", out);
}

static void write_risk(const struct html *h, FILE *out, const struct html_risk *r)
{
	char words[DESCRIBE_BYTES];
	const struct html_row *row = html_find_row(h, r->flush);

	fputs("<tr>", out);
	html_cell(out, "Flow", "flow",
		  tuple_format(&r->flow.orig, r->flow.family, words, TUPLE_TEXT_BYTES));
	html_cell(out, "Process", NULL, describe_victim(r->victim, words, sizeof(words)));
	html_begin_cell(out, "Found", "when");
	html_time(h, out, r->wall_ns);
	fputs("</td>", out);
	html_begin_cell(out, "Cause", NULL);
	if (row)
		fprintf(out, "<a href=\"#n%" PRIu64 "\">", row->seq);
	if (r->cause)
		fputs(cause_name(r->cause), out);
	fputs(row ? "</a></td></tr>\n" : "</td></tr>\n", out);
}

static void write_risks(const struct html *h, FILE *out, const struct summary *t)
{
	static const char *const columns[] = { "Flow", "Process", "Found", "Cause", NULL };
	uint64_t told = 0;

	html_begin_table(out, "risks", "Flows at risk", columns);
	for (size_t i = 0; i < h->risks_count; i++)
		if (h->risks[i].end == RISK_GOES_ON) {
			write_risk(h, out, &h->risks[i]);
			told++;
		}
	fputs("</tbody>\n</table>\n", out);
	html_paper_ends(out, told, PAPER_SHORT);
	if (told < t->at_risk)
		fprintf(out, "<p class=\"rest\">%s at risk, only counted.</p>\n",
			COUNTED(t->at_risk - told, "more flow is", "more flows are"));
}

void html_write_waiting(struct html *h, FILE *out, const struct summary *t)
{
	char words[DESCRIBE_BYTES];
	bool has_groups;

	verdict_text_waiting(t, &has_groups, words, sizeof(words));
	if (!*words)
		return;
	fputs("<h3 id=\"risk\">At risk</h3>\n", out);
	html_element(out, "p", NULL, words);
	fputs("\n", out);
	if (!has_groups)
		return;
	write_groups(out, t);
	write_risks(h, out, t);
}

/* ---- advice ---- */

/* Words with `commands` in them. They are ours; names in them have no backquotes. */
static void write_prose(FILE *out, const char *words)
{
	char part[ADVICE_BYTES];

	for (bool is_code = false; *words; is_code = !is_code) {
		size_t len = strcspn(words, "`");

		snprintf(part, sizeof(part), "%.*s", (int)len, words);
		if (is_code)
			html_element(out, "code", NULL, part);
		else
			html_escape(out, part);
		words += words[len] ? len + 1 : len;
	}
}

void html_write_advice(FILE *out, const struct summary *t)
{
	struct advice_list list;

	summary_advice(t, &list);
	html_begin_section(out, "todo", "What to do");
	if (!list.count)
		fputs("<p>No advice applies to what was observed.</p>\n", out);
	else
		fputs("<ul class=\"advice\">\n", out);
	for (size_t i = 0; i < list.count; i++) {
		bool is_disproof = list.items[i].is_disproof; /* of the one before it */

		if (i && !is_disproof)
			fputs("</li>\n", out);
		fputs(is_disproof ? "<p class=\"disproof\">" : "<li>", out);
		write_prose(out, list.items[i].text);
		if (is_disproof)
			fputs("</p>", out);
	}
	if (list.count)
		fputs("</li>\n", out);
	fputs(list.count ? "</ul>\n</section>\n" : "</section>\n", out);
}
