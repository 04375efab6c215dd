// SPDX-License-Identifier: GPL-2.0-only
#include "text.h"

#include <inttypes.h>
#include <string.h>

#include "clock.h"
#include "describe.h"
#include "names.h"

/* Innocent resets of one verdict that are shown before they are only counted. */
enum { SHOWN_MAX = 10 };

/* Under the text of a timeline line: time, two blanks, kind, two blanks. */
#define INDENT "                         "

enum style { STYLE_PLAIN, STYLE_DIM, STYLE_BOLD, STYLE_ALARM, STYLE_WARN, STYLE_GOOD };

static const char *style(const struct text *t, enum style style)
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

static void clear_progress(struct text *t)
{
	if (t->has_progress)
		fputs("\r\033[K", t->out);
	t->has_progress = false;
}

static void begin_line(struct text *t, uint64_t wall_ns, const char *kind, enum style kind_style)
{
	char time[TIME_TEXT_BYTES];

	clear_progress(t);
	fprintf(t->out, "%s%s%s  %s%-9s%s  ", style(t, STYLE_DIM),
		time_format_clock(wall_ns, t->options.is_utc, time, sizeof(time)),
		style(t, STYLE_PLAIN), style(t, kind_style), kind, style(t, STYLE_PLAIN));
}

static const char *node_name(const struct finding *f, char *buf, size_t size)
{
	buf[0] = '\0';
	if (f->netns.node)
		snprintf(buf, size, " [recording %u]", f->netns.node + 1);
	return buf;
}

static void show_start(struct text *t, const struct finding *f)
{
	const struct start_observation *s = &f->seen->start;
	size_t attached = 0;
	char until[48] = "until Ctrl-C";

	if (s->window_s)
		snprintf(until, sizeof(until), "for %" PRIu64 " s", s->window_s);
	for (size_t i = 0; i < s->probes_count; i++) {
		if (strcmp(s->probes[i].how, "none") != 0)
			attached++;
		else if (t->missing_count < PROBE_REPORTS_MAX)
			t->missing[t->missing_count++] = s->probes[i];
	}
	if (t->options.is_quiet)
		return;
	fprintf(t->out, "rstblame %s on %s, Linux %s %s: watching %s, %zu of %zu probes attached\n",
		s->version, s->host, s->kernel, s->arch, until, attached, s->probes_count);
	for (size_t i = 0; i < t->missing_count; i++)
		fprintf(t->out, "%s  not observed: %s (%s)%s\n", style(t, STYLE_WARN),
			t->missing[i].name, t->missing[i].why, style(t, STYLE_PLAIN));
	fputc('\n', t->out);
}

static void show_change(struct text *t, const struct finding *f)
{
	char text[DESCRIBE_BYTES], node[32];

	begin_line(t, f->wall_ns, f->type == FINDING_ADDRESS ? "address" : "link", STYLE_BOLD);
	fprintf(t->out, "%s%s\n", describe_change(f->change, text, sizeof(text)),
		node_name(f, node, sizeof(node)));
}

static void show_flush(struct text *t, const struct finding *f)
{
	const struct flush *flush = f->flush;
	char text[DESCRIBE_BYTES], after[DURATION_TEXT_BYTES], node[32];

	if (!flush->entries && !flush->by)
		return;
	begin_line(t, f->wall_ns, "flush", STYLE_WARN);
	if (flush->entries)
		fprintf(t->out, "%s%s\n", describe_flush(flush, text, sizeof(text)),
			node_name(f, node, sizeof(node)));
	else
		fputs("nothing: no conntrack entry was masqueraded to it\n", t->out);
	if (flush->by)
		fprintf(t->out, INDENT "⟵ %s, %s before\n",
			describe_change(flush->by, text, sizeof(text)),
			duration_format(flush->first_mono_ns - flush->by->mono_ns, after,
					sizeof(after)));
}

static void show_removal(struct text *t, const struct finding *f)
{
	const struct removal_observation *r = &f->seen->removal;
	char orig[TUPLE_TEXT_BYTES];

	if (!t->options.is_verbose)
		return;
	begin_line(t, f->wall_ns, "removal", STYLE_PLAIN);
	fprintf(t->out, "%s %s, %s\n",
		tuple_format(&r->flow.orig, r->flow.family, orig, sizeof(orig)),
		tracker_state_name(r->tcp_state),
		cause_name(f->flush ? f->flush->cause : r->cause));
	if (r->stack)
		fprintf(t->out, INDENT "%s\n", r->stack);
}

static void show_chain(struct text *t, const struct finding *f)
{
	const struct reset_blame *b = f->reset;
	char text[DESCRIBE_BYTES], ago[DURATION_TEXT_BYTES], orig[TUPLE_TEXT_BYTES];

	if (b->flow.family)
		fprintf(t->out, INDENT "flow %s\n",
			tuple_format(&b->flow.orig, b->flow.family, orig, sizeof(orig)));
	if (b->flush)
		fprintf(t->out, INDENT "⟵ %s, %s before\n",
			describe_flush(b->flush, text, sizeof(text)),
			duration_format(b->removed_ago_ns, ago, sizeof(ago)));
	if (b->by)
		fprintf(t->out, INDENT "⟵ %s, %s before\n",
			describe_change(b->by, text, sizeof(text)),
			duration_format(f->mono_ns - b->by->mono_ns, ago, sizeof(ago)));
	for (size_t i = 0; i < b->inferred_count; i++)
		fprintf(t->out, INDENT "not seen: %s\n", b->inferred[i]);
}

static void show_reset(struct text *t, const struct finding *f)
{
	const struct reset_observation *r = &f->seen->reset;
	const struct reset_blame *b = f->reset;
	bool is_blamed = reset_is_blamed(b);
	char packet[TUPLE_TEXT_BYTES], flags[64], node[32];

	if (!is_blamed && !t->options.is_verbose && t->shown[b->verdict]++ >= SHOWN_MAX)
		return;
	begin_line(t, f->wall_ns, is_blamed ? "RESET" : "reset",
		   is_blamed ? STYLE_ALARM : STYLE_PLAIN);
	fprintf(t->out, "%s (%s) answered with RST: %s%s%s%s%s, %s%s\n",
		tuple_format(&r->packet, r->family, packet, sizeof(packet)),
		packet_flags_format(r->flags, flags, sizeof(flags)), style(t, STYLE_BOLD),
		verdict_name(b->verdict), b->cause ? "/" : "", b->cause ? cause_name(b->cause) : "",
		style(t, STYLE_PLAIN), confidence_name(b->confidence),
		node_name(f, node, sizeof(node)));
	if (is_blamed)
		show_chain(t, f);
	if (r->stack[0])
		fprintf(t->out, INDENT "%s\n", r->stack);
	if (!is_blamed && !t->options.is_verbose && t->shown[b->verdict] == SHOWN_MAX)
		fprintf(t->out,
			INDENT "more resets of this kind are counted, not shown (-v shows all)\n");
}

static void show_lost(struct text *t, const struct finding *f)
{
	begin_line(t, f->wall_ns, "LOST", STYLE_ALARM);
	fprintf(t->out, "%" PRIu64 " events of %s: what follows may miss a cause\n",
		f->seen->lost.count, f->seen->lost.probe);
}

void text_finding(struct text *t, const struct finding *f)
{
	if (f->type == FINDING_START) {
		show_start(t, f);
		return;
	}
	if (t->options.is_quiet)
		return;
	switch (f->type) {
	case FINDING_ADDRESS:
	case FINDING_LINK:
		show_change(t, f);
		break;
	case FINDING_FLUSH:
		show_flush(t, f);
		break;
	case FINDING_REMOVAL:
		show_removal(t, f);
		break;
	case FINDING_RESET:
		show_reset(t, f);
		break;
	case FINDING_LOST:
		show_lost(t, f);
		break;
	default:
		break;
	}
}

void text_progress(struct text *t, const struct timeline *timeline, uint64_t left_s)
{
	char left[48] = "watching, Ctrl-C ends";

	if (!t->options.is_live)
		return;
	if (left_s)
		snprintf(left, sizeof(left), "%" PRIu64 " s left", left_s);
	fprintf(t->out,
		"\r\033[K%s%s · %" PRIu64 " resets, %" PRIu64 " blamed · %" PRIu64 " flushes%s",
		style(t, STYLE_DIM), left, timeline->resets_total, timeline->blamed,
		timeline->flushes, style(t, STYLE_PLAIN));
	fflush(t->out);
	t->has_progress = true;
}

/* ---- the verdict ---- */

static void tell_offset(struct text *t, size_t number, uint64_t from_ns, uint64_t to_ns)
{
	char after[DURATION_TEXT_BYTES], offset[DURATION_TEXT_BYTES + 4];

	snprintf(offset, sizeof(offset), "+%s",
		 duration_format(to_ns > from_ns ? to_ns - from_ns : 0, after, sizeof(after)));
	/* µ takes two bytes and one column. */
	fprintf(t->out, "  %zu. %-*s  ", number, strstr(offset, "µ") ? 13 : 12, offset);
}

static void tell_change(struct text *t, const struct story *s, const struct timeline *timeline,
			size_t *number)
{
	const struct change *by = s->blamed.by;
	const struct flush *flush = s->blamed.flush;
	const struct arrival *back = by->seen.family ? timeline_return(timeline, by) : NULL;
	char text[DESCRIBE_BYTES], time[TIME_TEXT_BYTES];

	fprintf(t->out, "  %zu. %-12s  %s.\n", (*number)++,
		time_format_clock(by->wall_ns, t->options.is_utc, time, sizeof(time)),
		describe_change(by, text, sizeof(text)));
	tell_offset(t, (*number)++, by->mono_ns, flush->first_mono_ns);
	fprintf(t->out, "The kernel told nobody: %s.\n", describe_flush(flush, text, sizeof(text)));
	if (!back || back->mono_ns > s->first.mono_ns)
		return;
	tell_offset(t, (*number)++, by->mono_ns, back->mono_ns);
	fprintf(t->out, "%s was there again, but the entries were not.\n",
		address_format(&by->seen.local, by->seen.family, text, ADDRESS_TEXT_BYTES));
}

static void tell_removal(struct text *t, const struct story *s, size_t *number)
{
	const struct flush *flush = s->blamed.flush;
	char text[DESCRIBE_BYTES], time[TIME_TEXT_BYTES];

	if (!flush)
		return;
	fprintf(t->out, "  %zu. %-12s  %s.\n", (*number)++,
		time_format_clock(flush->first_wall_ns, t->options.is_utc, time, sizeof(time)),
		describe_flush(flush, text, sizeof(text)));
}

static void tell_packet(struct text *t, const struct story *s, uint64_t from_ns, size_t *number)
{
	char packet[TUPLE_TEXT_BYTES], inner[ENDPOINT_TEXT_BYTES], flags[64];
	const struct reset_blame *b = &s->blamed;

	tell_offset(t, (*number)++, from_ns, s->first.mono_ns);
	fprintf(t->out, "%s (%s) arrived%s: not translated back, it reached this host itself.\n",
		tuple_format(&s->packet, s->family, packet, sizeof(packet)),
		packet_flags_format(s->packet_flags, flags, sizeof(flags)),
		b->verdict == VERDICT_ENTRY_REMOVED ? " and found no entry" : "");
	tell_offset(t, (*number)++, from_ns, s->first.mono_ns);
	fprintf(t->out, "This host has no such connection and answered with a RST.");
	if (b->flow.family)
		fprintf(t->out, " %s was told nothing and still believes in its connection.",
			endpoint_format(&b->flow.orig.src, b->flow.family, b->flow.orig.sport,
					inner, sizeof(inner)));
	fputc('\n', t->out);
}

static void tell_story(struct text *t, const struct story *s, const struct timeline *timeline)
{
	const struct reset_blame *b = &s->blamed;
	uint64_t from_ns = b->by    ? b->by->mono_ns :
			   b->flush ? b->flush->first_mono_ns :
				      s->first.mono_ns;
	size_t number = 1;

	fprintf(t->out, "%s%" PRIu64 " %s%s: %s%s%s (%s%s%s)%s\n", style(t, STYLE_BOLD), s->resets,
		s->resets == 1 ? "reset was sent" : "resets were sent",
		s->resets == 1 ? "" : ", the first of which is told here",
		describe_verdict(b->verdict), b->cause ? ", cause " : "",
		b->cause ? cause_name(b->cause) : "", verdict_name(b->verdict), ", ",
		confidence_name(b->confidence), style(t, STYLE_PLAIN));
	if (b->by)
		tell_change(t, s, timeline, &number);
	else
		tell_removal(t, s, &number);
	tell_packet(t, s, from_ns, &number);
	for (size_t i = 0; i < b->inferred_count; i++)
		fprintf(t->out, "     not seen: %s\n", b->inferred[i]);
	fputc('\n', t->out);
}

static void tell_verdict(struct text *t, const struct timeline *timeline, enum status status)
{
	static const enum style styles[] = { STYLE_GOOD, STYLE_WARN, STYLE_ALARM, STYLE_WARN };

	fprintf(t->out, "%sVERDICT  %s%s: ", style(t, styles[status]), status_name(status),
		style(t, STYLE_PLAIN));
	if (timeline->blamed)
		fprintf(t->out, "%" PRIu64 " of %" PRIu64 " resets %s blamed on conntrack.\n\n",
			timeline->blamed, timeline->resets_total,
			timeline->blamed == 1 ? "is" : "are");
	else if (status == STATUS_UNKNOWN)
		fputs("no reset was blamed on conntrack, but not all could be observed.\n\n",
		      t->out);
	else if (timeline->resets_total)
		fprintf(t->out, "none of the %" PRIu64 " resets sent was conntrack's doing.\n\n",
			timeline->resets_total);
	else
		fputs("this node sent no reset.\n\n", t->out);
	for (size_t i = 0; i < timeline->stories_count; i++)
		tell_story(t, &timeline->stories[i], timeline);
	if (timeline->stories_untold)
		fprintf(t->out, "%" PRIu64 " more blamed resets are in the counts only.\n\n",
			timeline->stories_untold);
}

static void tell_advice(struct text *t, const struct timeline *timeline)
{
	const char *advice[ADVICE_MAX];
	size_t count = timeline_advice(timeline, advice);

	if (!count)
		return;
	fprintf(t->out, "%sWHAT TO DO%s\n", style(t, STYLE_BOLD), style(t, STYLE_PLAIN));
	for (size_t i = 0; i < count; i++)
		fprintf(t->out, "  • %s\n", advice[i]);
	fputc('\n', t->out);
}

static void tell_counts(struct text *t, const struct timeline *timeline)
{
	const char *separator = "";

	fprintf(t->out, "%sCOUNTS%s   window %" PRIu64 " s; resets sent: ", style(t, STYLE_BOLD),
		style(t, STYLE_PLAIN), timeline->window_s);
	for (enum verdict v = 0; v < VERDICTS; v++)
		if (timeline->resets[v]) {
			fprintf(t->out, "%s%" PRIu64 " %s", separator, timeline->resets[v],
				verdict_name(v));
			separator = ", ";
		}
	fputs(*separator ? "; " : "none; ", t->out);
	separator = "";
	fputs("entries removed: ", t->out);
	for (enum cause c = 0; c < CAUSES; c++)
		if (timeline->removals[c]) {
			fprintf(t->out, "%s%" PRIu64 " %s", separator, timeline->removals[c],
				cause_name(c));
			separator = ", ";
		}
	fprintf(t->out, "%sflushes: %" PRIu64 "\n", *separator ? "; " : "none; ",
		timeline->flushes);
}

static void tell_losses(struct text *t, const struct timeline *timeline)
{
	fprintf(t->out, "%sLOST%s     ", style(t, timeline->lost_total ? STYLE_ALARM : STYLE_BOLD),
		style(t, STYLE_PLAIN));
	if (!timeline->lost_total)
		fputs("no events", t->out);
	for (size_t i = 0; i < timeline->losses_count; i++)
		if (timeline->losses[i].count)
			fprintf(t->out, "%" PRIu64 " of %s  ", timeline->losses[i].count,
				timeline->losses[i].probe);
	fputc('\n', t->out);
	for (size_t i = 0; i < t->missing_count; i++)
		fprintf(t->out, "NOT SEEN %s: %s\n", t->missing[i].name, t->missing[i].why);
}

void text_summary(struct text *t, const struct timeline *timeline, enum status status)
{
	clear_progress(t);
	if (!t->options.is_quiet)
		fputc('\n', t->out);
	tell_verdict(t, timeline, status);
	tell_advice(t, timeline);
	tell_counts(t, timeline);
	tell_losses(t, timeline);
}
