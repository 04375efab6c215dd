// SPDX-License-Identifier: GPL-2.0-only
#include "report/text.h"

#include <stdio.h>
#include <string.h>

#include "base/number_text.h"
#include "base/time_text.h"
#include "base/utf8.h"
#include "base/wrapped.h"
#include "report/text_private.h"
#include "summary/finding_text.h"
#include "summary/phrases.h"

/* Innocent resets of one verdict that are shown before they are only counted. */
enum { SHOWN_MAX = 10 };

/* Namespaces that are shown of those whose resets were counted in the same second. */
enum { COUNTED_SHOWN_MAX = 4 };

/* Flows at risk that are shown of one flush; the verdict has them all, by process. */
enum { RISKS_SHOWN_MAX = 3 };

/* Where the text of a timeline line begins: after time, kind and blanks. */
enum { TIMELINE_INDENT = 25 };

const char *text_style(const struct text *t, enum style style)
{
	static const char *const codes[] = {
		[STYLE_PLAIN] = "\033[0m",   [STYLE_DIM] = "\033[2m",
		[STYLE_BOLD] = "\033[1m",    [STYLE_ALARM] = "\033[1;31m",
		[STYLE_WARN] = "\033[1;33m", [STYLE_GOOD] = "\033[1;32m",
	};

	return t->options.is_colored ? codes[style] : "";
}

void text_init(struct text *t, FILE *out, const struct text_options *options)
{
	memset(t, 0, sizeof(*t));
	t->out = out;
	t->options = *options;
}

void text_clear_progress(struct text *t)
{
	if (t->has_progress)
		fputs("\r\033[K", t->out);
	t->has_progress = false;
}

/* See base/wrapped.h. */
void text_wrapped(struct text *t, size_t column, size_t indent, const char *words)
{
	wrapped_print(t->out, t->options.columns, column, indent, words);
}

/* A line under a timeline line. */
static void print_below(struct text *t, const char *mark, const char *words)
{
	fprintf(t->out, "%*s%s", TIMELINE_INDENT, "", mark);
	text_wrapped(t, TIMELINE_INDENT + utf8_columns(mark), TIMELINE_INDENT + utf8_columns(mark),
		     words);
}

/* How many those were is known when something else comes, or nothing for a second. */
void text_show_hidden(struct text *t)
{
	char words[COUNT_TEXT_BYTES + 64];

	if (!t->risks_hidden)
		return;
	/* An audit knows of no flush. */
	if (t->risk_flush)
		snprintf(words, sizeof(words), "+ %s in this flush (-v lists them)",
			 COUNTED(t->risks_hidden, "more flow lost its entry",
				 "more flows lost their entry"));
	else
		snprintf(words, sizeof(words), "+ %s at risk (-v lists them)",
			 COUNTED(t->risks_hidden, "more flow", "more flows"));
	t->risks_hidden = 0;
	text_clear_progress(t);
	print_below(t, "", words);
}

static void begin_line(struct text *t, uint64_t wall_ns, const char *kind, enum style kind_style)
{
	char time[TIME_TEXT_BYTES];

	text_show_hidden(t);
	text_clear_progress(t);
	fprintf(t->out, "%s%s%s  %s%-9s%s  ", text_style(t, STYLE_DIM),
		time_format_clock(wall_ns, t->options.is_utc, time, sizeof(time)),
		text_style(t, STYLE_PLAIN), text_style(t, kind_style), kind,
		text_style(t, STYLE_PLAIN));
}

static bool is_only_unproven(const struct probe_report *probe)
{
	return sense_is_attached(probe->how) && !probe->is_blind && probe->state &&
	       !strcmp(probe->state, "attached, not proven");
}

static bool is_of_reason(const struct probe_report *probe, const char *why)
{
	return is_only_unproven(probe) && probe->why && !strcmp(probe->why, why);
}

static bool is_told(const struct start_observation *s, size_t probe)
{
	for (size_t i = 0; i < probe; i++)
		if (is_of_reason(&s->probes[i], s->probes[probe].why))
			return true;
	return false;
}

/* Those of one reason on one line: where the canary cannot be played that is all. */
static void show_unproven(struct text *t, const struct start_observation *s, size_t first)
{
	char line[DESCRIBE_BYTES * 2], name[64], why[DESCRIBE_BYTES / 2];
	size_t len = 0;

	if (t->options.is_quiet || is_told(s, first))
		return;
	for (size_t i = first; i < s->probes_count && len < sizeof(line) / 2; i++)
		if (is_of_reason(&s->probes[i], s->probes[first].why))
			len += (size_t)snprintf(
				line + len, sizeof(line) - len, "%s%s", len ? ", " : "not proven: ",
				utf8_printable(s->probes[i].name, name, sizeof(name)));
	snprintf(line + len, sizeof(line) - len, " (%s)",
		 utf8_printable(s->probes[first].why, why, sizeof(why)));
	fputs("  ", t->out);
	text_wrapped(t, 2, 4, line);
}

/* Remembered for the end too; several recordings may lack the same. */
static void note_missing(struct text *t, const struct probe_report *probe)
{
	size_t i = t->missing_count;
	char name[sizeof(t->missing[0].name)];

	utf8_printable(probe->name, name, sizeof(name));
	for (size_t k = 0; k < t->missing_count; k++)
		if (!strcmp(t->missing[k].name, name))
			return;
	if (i == PROBE_REPORTS_MAX)
		return;
	memcpy(t->missing[i].name, name, sizeof(name));
	utf8_printable(probe->why, t->missing[i].why, sizeof(t->missing[i].why));
	t->missing[i].so = finding_text_gap(probe);
	t->missing_count++;
	if (!t->options.is_quiet)
		fprintf(t->out, "%s  not observed: %s (%s)%s%s%s\n", text_style(t, STYLE_WARN),
			name, t->missing[i].why, *t->missing[i].so ? ", so " : "", t->missing[i].so,
			text_style(t, STYLE_PLAIN));
}

static void show_start(struct text *t, const struct finding *f)
{
	const struct start_observation *s = &f->seen->start;
	char line[DESCRIBE_BYTES];

	if (!t->options.is_quiet)
		text_wrapped(t, 0, 0, finding_text_start(s, line, sizeof(line)));
	for (size_t i = 0; i < s->probes_count; i++) {
		const struct probe_report *probe = &s->probes[i];

		if (sense_is_attached(probe->how) && !(probe->why && probe->why[0]))
			continue;
		if (is_only_unproven(probe))
			show_unproven(t, s, i);
		else
			note_missing(t, probe);
	}
	if (!t->options.is_quiet)
		fputc('\n', t->out);
}

/* Words that may be long are wrapped; what one looks for with grep stays on its line. */
static bool is_wrapped(enum finding_type type)
{
	switch (type) {
	case FINDING_FLUSH:
	case FINDING_LOG:
	case FINDING_RESETS:
	case FINDING_PROBE:
	case FINDING_LOST:
	case FINDING_WITNESS:
	case FINDING_LISTENER:
	case FINDING_RULES:
		return true;
	default:
		return false;
	}
}

static void show_note(struct text *t, const struct finding *f)
{
	static const enum style styles[] = {
		[TONE_PLAIN] = STYLE_PLAIN, [TONE_DIM] = STYLE_DIM,     [TONE_STRONG] = STYLE_BOLD,
		[TONE_WARN] = STYLE_WARN,   [TONE_ALARM] = STYLE_ALARM,
	};
	struct note note;

	finding_text(&note, f, &t->names);
	if (!note.kind)
		return;
	begin_line(t, f->wall_ns, note.kind, styles[note.tone]);
	if (is_wrapped(f->type))
		text_wrapped(t, TIMELINE_INDENT, TIMELINE_INDENT, note.words);
	else
		fprintf(t->out, "%s\n", note.words);
	if (note.verdict)
		fprintf(t->out, "%*s%s%s%s, %s\n", TIMELINE_INDENT, "", text_style(t, STYLE_BOLD),
			note.verdict, text_style(t, STYLE_PLAIN), note.confidence);
	for (size_t i = 0; i < note.below_count; i++)
		print_below(t, note.below[i].mark, note.below[i].words);
}

static void show_reset(struct text *t, const struct finding *f)
{
	uint64_t *shown = &t->shown[f->reset->verdict];
	bool is_limited = !reset_is_blamed(f->reset) && !t->options.is_verbose;

	if (is_limited && (*shown)++ >= SHOWN_MAX)
		return;
	show_note(t, f);
	if (is_limited && *shown == SHOWN_MAX)
		print_below(t, "", "more resets of this kind are only counted (-v lists them)");
}

/* Those of one look at the counts have one time; a namespace each. */
static void show_resets(struct text *t, const struct finding *f)
{
	if (f->mono_ns != t->counted_ns)
		t->counted_shown = 0;
	t->counted_ns = f->mono_ns;
	if (t->counted_shown++ < COUNTED_SHOWN_MAX)
		show_note(t, f);
	if (t->counted_shown == COUNTED_SHOWN_MAX + 1)
		print_below(t, "", "resets in more namespaces are only counted");
}

static void show_risk(struct text *t, const struct finding *f)
{
	if (f->risk->flush != t->risk_flush) {
		text_show_hidden(t);
		t->risks_shown = 0;
	}
	t->risk_flush = f->risk->flush;
	if (t->risks_shown++ < RISKS_SHOWN_MAX || t->options.is_verbose)
		show_note(t, f);
	else
		t->risks_hidden++;
}

/* A probe that waited for its module is missing no longer. */
static void forget_missing(struct text *t, const char *name)
{
	for (size_t i = 0; i < t->missing_count; i++)
		if (!strcmp(t->missing[i].name, name)) {
			t->missing_count--;
			memmove(&t->missing[i], &t->missing[i + 1],
				(t->missing_count - i) * sizeof(t->missing[0]));
			return;
		}
}

static void show_probe(struct text *t, const struct finding *f)
{
	const struct probe_observation *p = &f->seen->probe;
	struct probe_report report = { .name = p->name, .how = p->how, .why = p->why };

	if (sense_is_attached(p->how) && !p->why[0])
		forget_missing(t, p->name);
	else
		note_missing(t, &report);
	if (!t->options.is_quiet)
		show_note(t, f);
}

void text_finding(struct text *t, const struct finding *f)
{
	if (f->type == FINDING_NAMESPACE) {
		netns_names_tell(&t->names, f->netns, f->seen->space.name, f->mono_ns);
		return;
	}
	if (f->type == FINDING_START) {
		netns_names_set_own(&t->names, f->netns);
		show_start(t, f);
		return;
	}
	if (f->type == FINDING_PROBE) {
		show_probe(t, f);
		return;
	}
	if (t->options.is_quiet)
		return;
	switch (f->type) {
	case FINDING_REMOVAL:
	case FINDING_LISTENER:
	case FINDING_RULES:
		if (t->options.is_verbose)
			show_note(t, f);
		break;
	case FINDING_RESET:
		show_reset(t, f);
		break;
	case FINDING_RESETS:
		show_resets(t, f);
		break;
	case FINDING_AT_RISK:
		show_risk(t, f);
		break;
	case FINDING_RISK_OVER:
		if (t->risks_shown <= RISKS_SHOWN_MAX)
			show_note(t, f);
		break;
	default:
		show_note(t, f);
		break;
	}
}

void text_period(struct text *t, const struct period *p, const struct finding *now)
{
	char words[DESCRIBE_BYTES];

	begin_line(t, now->wall_ns, "period", STYLE_PLAIN);
	text_wrapped(t, TIMELINE_INDENT, TIMELINE_INDENT, period_text(p, words, sizeof(words)));
}

void text_progress(struct text *t, const struct summary *summary, const char *how)
{
	if (!t->options.is_live)
		return;
	text_show_hidden(t);
	fprintf(t->out, "\r\033[K%s%s · resets %s · blamed %s · flushes %s%s",
		text_style(t, STYLE_DIM), how, NUMBER(summary->resets_total),
		NUMBER(summary->blamed), NUMBER(summary->flushes), text_style(t, STYLE_PLAIN));
	t->has_progress = true;
}
