// SPDX-License-Identifier: GPL-2.0-only
/* The end of the report: verdict, stories, counts, losses, advice. */
#include <stdio.h>
#include <string.h>

#include "base/number_text.h"
#include "base/utf8.h"
#include "model/words.h"
#include "report/text_private.h"
#include "summary/advice.h"
#include "summary/phrases.h"
#include "summary/sentences.h"
#include "summary/verdict_text.h"

enum { STEP_INDENT = 19, ADVICE_INDENT = 4, VERDICT_INDENT = 9, GROUP_INDENT = 9 };

static void tell_story(struct text *t, const struct story *s, const struct summary *summary)
{
	char words[DESCRIBE_BYTES], resets[DESCRIBE_BYTES];
	struct step steps[STEPS_MAX];
	size_t count = verdict_text_steps(s, summary, t->options.is_utc, steps);

	fprintf(t->out, "%s%s, %s: %s%s\n", text_style(t, STYLE_BOLD),
		verdict_text_name(s, words, sizeof(words)), confidence_name(s->blamed.confidence),
		verdict_text_resets(s, summary, &t->names, t->options.is_utc, resets,
				    sizeof(resets)),
		text_style(t, STYLE_PLAIN));
	for (size_t i = 0; i < count; i++) {
		fprintf(t->out, "  %zu. %s%*s", i + 1, steps[i].when,
			(int)(14 - utf8_columns(steps[i].when)), "");
		text_wrapped(t, STEP_INDENT, STEP_INDENT, steps[i].words);
	}
	if (!s->blamed.renewed_ago_ns && *describe_victim(&s->victim, words, sizeof(words))) {
		fputs("  victim: ", t->out);
		text_wrapped(t, 10, 10, words);
	}
	for (size_t i = 0; i < s->blamed.inferred_count; i++) {
		fputs("  unconfirmed: ", t->out);
		text_wrapped(t, 15, 15, describe_inferred(&s->blamed, i, words, sizeof(words)));
	}
	fputc('\n', t->out);
}

static void tell_groups(struct text *t, const struct summary *summary)
{
	char words[DESCRIBE_BYTES];
	uint64_t told = 0;

	for (size_t i = 0; i < summary->risk_groups_count; i++) {
		const struct risk_group *g = &summary->risk_groups[i];

		if (!g->flows)
			continue;
		fprintf(t->out, "  %5s  ", NUMBER(g->flows));
		text_wrapped(t, GROUP_INDENT, GROUP_INDENT,
			     verdict_text_group(g, words, sizeof(words)));
		told += g->flows;
	}
	if (told < summary->at_risk)
		fprintf(t->out, "  %5s  other processes\n", NUMBER(summary->at_risk - told));
}

static void tell_lines(struct text *t, char lines[GAPS_MAX][DESCRIBE_BYTES], size_t count)
{
	for (size_t i = 0; i < count; i++)
		text_wrapped(t, 0, 0, lines[i]);
}

static size_t tell_unseen(struct text *t, const struct summary *summary)
{
	char lines[GAPS_MAX][DESCRIBE_BYTES];
	size_t count = verdict_text_unseen(summary, lines);

	tell_lines(t, lines, count);
	return count;
}

static void tell_waiting(struct text *t, const struct summary *summary)
{
	char words[DESCRIBE_BYTES];
	size_t unseen = 0;
	bool has_groups;

	if (*verdict_text_waiting(summary, &has_groups, words, sizeof(words)))
		text_wrapped(t, 0, 0, words);
	if (has_groups)
		tell_groups(t, summary);
	if (summary_knows_risk(summary))
		unseen = tell_unseen(t, summary);
	if (*words || unseen)
		fputc('\n', t->out);
}

static void tell_headline(struct text *t, const struct summary *summary, enum status status)
{
	static const enum style styles[] = { STYLE_GOOD, STYLE_WARN, STYLE_ALARM, STYLE_WARN };
	char line[ACCOUNT_BYTES];

	fprintf(t->out, "%sVERDICT%s  ", text_style(t, styles[status]), text_style(t, STYLE_PLAIN));
	text_wrapped(t, VERDICT_INDENT, VERDICT_INDENT,
		     verdict_text_headline(summary, status, line, sizeof(line)));
	fputc('\n', t->out);
}

static void tell_verdict(struct text *t, const struct summary *summary, enum status status)
{
	char words[DESCRIBE_BYTES];

	tell_headline(t, summary, status);
	for (size_t i = 0; i < summary->stories_count && i < STORIES_TOLD_MAX; i++)
		tell_story(t, &summary->stories[i], summary);
	if (*verdict_text_untold(summary, words, sizeof(words)))
		fprintf(t->out, "%s\n\n", words);
	tell_waiting(t, summary);
}

static void tell_advice(struct text *t, const struct summary *summary)
{
	struct advice_list list;

	summary_advice(summary, &list);
	if (!list.count)
		return;
	fprintf(t->out, "\n%sWHAT TO DO%s\n", text_style(t, STYLE_BOLD),
		text_style(t, STYLE_PLAIN));
	for (size_t i = 0; i < list.count; i++) {
		fputs("  - ", t->out);
		text_wrapped(t, ADVICE_INDENT, ADVICE_INDENT, list.items[i].text);
	}
}

static void tell_counts(struct text *t, const struct summary *summary)
{
	char line[ACCOUNT_BYTES];

	verdict_text_counts(summary, line, sizeof(line));
	fprintf(t->out, "%sCOUNTS%s   ", text_style(t, STYLE_BOLD), text_style(t, STYLE_PLAIN));
	if (summary->is_audit)
		fprintf(t->out, "%s\n", line);
	else
		text_wrapped(t, VERDICT_INDENT, VERDICT_INDENT, line);
}

static void tell_filter(struct text *t, const struct summary *summary)
{
	char line[DESCRIBE_BYTES];

	if (!summary->filter)
		return;
	fprintf(t->out, "%sFILTER%s   ", text_style(t, STYLE_BOLD), text_style(t, STYLE_PLAIN));
	utf8_printable(summary->filter, line, sizeof(line));
	text_wrapped(t, VERDICT_INDENT, VERDICT_INDENT, line);
	if (!*verdict_text_unfiltered(summary, line, sizeof(line)))
		return;
	fprintf(t->out, "%*s", VERDICT_INDENT, "");
	text_wrapped(t, VERDICT_INDENT, VERDICT_INDENT, line);
}

static void tell_losses(struct text *t, const struct summary *summary)
{
	char losses[ACCOUNT_BYTES * 2];

	fprintf(t->out, "%sLOST%s     %s\n",
		text_style(t, summary->lost_total ? STYLE_ALARM : STYLE_BOLD),
		text_style(t, STYLE_PLAIN), verdict_text_losses(summary, losses, sizeof(losses)));
	for (size_t i = 0; i < summary->gaps_count; i++) {
		fputs("NOT SEEN ", t->out);
		text_wrapped(t, VERDICT_INDENT, VERDICT_INDENT, summary->gaps[i]);
	}
	for (size_t i = 0; i < t->missing_count; i++)
		fprintf(t->out, "NOT SEEN %s: %s%s%s\n", t->missing[i].name, t->missing[i].why,
			*t->missing[i].so ? "; so " : "", t->missing[i].so);
}

static void tell_effort(struct text *t, const struct summary *summary)
{
	char lines[GAPS_MAX][DESCRIBE_BYTES];

	tell_lines(t, lines, verdict_text_unlooked(summary, t->options.is_verbose, lines));
}

void text_summary(struct text *t, const struct summary *summary, enum status status)
{
	text_show_hidden(t);
	text_clear_progress(t);
	if (!t->options.is_quiet)
		fputc('\n', t->out);
	tell_verdict(t, summary, status);
	tell_filter(t, summary);
	tell_counts(t, summary);
	if (!summary->is_audit) {
		tell_losses(t, summary);
		tell_effort(t, summary);
	}
	tell_advice(t, summary);
}
