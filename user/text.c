// SPDX-License-Identifier: GPL-2.0-only
#include "text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "describe.h"
#include "names.h"
#include "utf8.h"

/* Innocent resets of one verdict that are shown before they are only counted. */
enum { SHOWN_MAX = 10 };

/* Where the text of a timeline line begins: after time, kind and blanks. */
enum { TIMELINE_INDENT = 25 };

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

/* Prints `words` from column `column` on, broken at blanks, later lines indented;
 * ends the line. */
static void print_wrapped(struct text *t, size_t column, size_t indent, const char *words)
{
	char raw[DESCRIBE_BYTES], word[DESCRIBE_BYTES];

	while (*words) {
		size_t len = strcspn(words, " ");
		size_t columns;

		snprintf(raw, sizeof(raw), "%.*s", (int)len, words);
		utf8_printable(raw, word, sizeof(word));
		columns = utf8_columns(word);
		if (column > indent && column + 1 + columns > t->options.columns) {
			fprintf(t->out, "\n%*s", (int)indent, "");
			column = indent;
		} else if (column > indent) {
			fputc(' ', t->out);
			column++;
		}
		fputs(word, t->out);
		column += columns;
		words += len;
		words += strspn(words, " ");
	}
	fputc('\n', t->out);
}

/* A line under a timeline line. */
static void print_below(struct text *t, const char *mark, const char *words)
{
	fprintf(t->out, "%*s%s", TIMELINE_INDENT, "", mark);
	print_wrapped(t, TIMELINE_INDENT + utf8_columns(mark), TIMELINE_INDENT + utf8_columns(mark),
		      words);
}

/* "⟵ what, so long before": from an effect to its cause. */
static void print_cause(struct text *t, const char *what, uint64_t before_ns)
{
	char words[DESCRIBE_BYTES + 64], before[DURATION_TEXT_BYTES];

	snprintf(words, sizeof(words), "%s, %s before", what,
		 duration_format((int64_t)before_ns > 0 ? before_ns : 0, before, sizeof(before)));
	print_below(t, "⟵ ", words);
}

static const char *node_name(const struct finding *f, char *buf, size_t size)
{
	buf[0] = '\0';
	if (f->netns.node)
		snprintf(buf, size, " [recording %u]", f->netns.node + 1);
	return buf;
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
	t->missing_count++;
	if (!t->options.is_quiet)
		fprintf(t->out, "%s  not observed: %s (%s)%s\n", style(t, STYLE_WARN), name,
			t->missing[i].why, style(t, STYLE_PLAIN));
}

static void show_start(struct text *t, const struct finding *f)
{
	const struct start_observation *s = &f->seen->start;
	char line[DESCRIBE_BYTES], until[48] = "until Ctrl-C";
	size_t attached = 0;

	if (s->window_s)
		snprintf(until, sizeof(until), "for %" PRIu64 " s", s->window_s);
	for (size_t i = 0; i < s->probes_count; i++)
		attached += strcmp(s->probes[i].how, "none") != 0;
	snprintf(line, sizeof(line),
		 "rstblame %s on %s, Linux %s %s: %s, %zu of %zu probes attached", s->version,
		 s->host, s->kernel, s->arch, until, attached, s->probes_count);
	if (!t->options.is_quiet)
		print_wrapped(t, 0, 0, line);
	for (size_t i = 0; i < s->probes_count; i++)
		if (!strcmp(s->probes[i].how, "none"))
			note_missing(t, &s->probes[i]);
	if (!t->options.is_quiet)
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
	char text[DESCRIBE_BYTES];

	if (!flush->entries && !flush->by)
		return;
	begin_line(t, f->wall_ns, "flush", STYLE_WARN);
	if (flush->entries)
		print_wrapped(t, TIMELINE_INDENT, TIMELINE_INDENT,
			      describe_flush(flush, text, sizeof(text)));
	else
		fputs("nothing: no conntrack entry was masqueraded to it\n", t->out);
	if (flush->by)
		print_cause(t, describe_change(flush->by, text, sizeof(text)),
			    flush->first_mono_ns - flush->by->mono_ns);
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
		print_below(t, "", r->stack);
}

static void show_chain(struct text *t, const struct finding *f)
{
	const struct reset_blame *b = f->reset;
	char text[DESCRIBE_BYTES], orig[TUPLE_TEXT_BYTES];

	if (b->flow.family) {
		snprintf(text, sizeof(text), "flow %s",
			 tuple_format(&b->flow.orig, b->flow.family, orig, sizeof(orig)));
		print_below(t, "", text);
	}
	if (b->flush)
		print_cause(t, describe_flush(b->flush, text, sizeof(text)), b->removed_ago_ns);
	if (b->by)
		print_cause(t, describe_change(b->by, text, sizeof(text)),
			    f->mono_ns - b->by->mono_ns);
	for (size_t i = 0; i < b->inferred_count; i++)
		print_below(t, "not seen: ", b->inferred[i]);
}

static const char *packet_format(const struct reset_observation *r, char *buf, size_t size)
{
	char packet[TUPLE_TEXT_BYTES], flags[64];

	snprintf(buf, size, "%s (%s)", tuple_format(&r->packet, r->family, packet, sizeof(packet)),
		 packet_flags_format(r->flags, flags, sizeof(flags)));
	return buf;
}

static void show_reset(struct text *t, const struct finding *f)
{
	const struct reset_observation *r = &f->seen->reset;
	const struct reset_blame *b = f->reset;
	bool is_blamed = reset_is_blamed(b);
	char packet[TUPLE_TEXT_BYTES + 64], peer[ENDPOINT_TEXT_BYTES], node[32];

	if (!is_blamed && !t->options.is_verbose && t->shown[b->verdict]++ >= SHOWN_MAX)
		return;
	begin_line(t, f->wall_ns, is_blamed ? "RESET" : "reset",
		   is_blamed ? STYLE_ALARM : STYLE_PLAIN);
	fprintf(t->out, "sent to %s%s\n",
		endpoint_format(&r->packet.src, r->family, r->packet.sport, peer, sizeof(peer)),
		node_name(f, node, sizeof(node)));
	fprintf(t->out, "%*s%s%s%s%s%s, %s\n", TIMELINE_INDENT, "", style(t, STYLE_BOLD),
		verdict_name(b->verdict), b->cause ? "/" : "", b->cause ? cause_name(b->cause) : "",
		style(t, STYLE_PLAIN), confidence_name(b->confidence));
	print_below(t, "in answer to ", packet_format(r, packet, sizeof(packet)));
	if (is_blamed)
		show_chain(t, f);
	if (r->stack[0])
		print_below(t, "", r->stack);
	if (!is_blamed && !t->options.is_verbose && t->shown[b->verdict] == SHOWN_MAX)
		print_below(t, "",
			    "more resets of this kind are counted, not shown (-v shows all)");
}

static void show_lost(struct text *t, const struct finding *f)
{
	char probe[32];

	begin_line(t, f->wall_ns, "LOST", STYLE_ALARM);
	fprintf(t->out, "%" PRIu64 " events of %s: what follows may miss a cause\n",
		f->seen->lost.count, utf8_printable(f->seen->lost.probe, probe, sizeof(probe)));
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
		"\r\033[K%s%s · resets %" PRIu64 " · blamed %" PRIu64 " · flushes %" PRIu64 "%s",
		style(t, STYLE_DIM), left, timeline->resets_total, timeline->blamed,
		timeline->flushes, style(t, STYLE_PLAIN));
	fflush(t->out);
	t->has_progress = true;
}

/* ---- the verdict ---- */

enum { STEP_INDENT = 19, ADVICE_INDENT = 4, VERDICT_INDENT = 9 };

/* One numbered step of a story; the first has a time, the others how long after. */
static void tell_step(struct text *t, size_t number, const char *when, const char *words)
{
	fprintf(t->out, "  %zu. %s%*s", number, when, (int)(14 - utf8_columns(when)), "");
	print_wrapped(t, STEP_INDENT, STEP_INDENT, words);
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

/* The trigger packet and the answer. */
static void tell_end(struct text *t, const struct story *s, uint64_t from_ns, size_t number)
{
	const struct reset_blame *b = &s->blamed;
	char words[DESCRIBE_BYTES * 2], inner[ENDPOINT_TEXT_BYTES], packet[TUPLE_TEXT_BYTES];
	char flags[64], when[TIME_TEXT_BYTES] = "then";

	if (from_ns != s->first.mono_ns)
		offset_format(from_ns, s->first.mono_ns, when, sizeof(when));
	else
		time_format_clock(s->first.wall_ns, t->options.is_utc, when, sizeof(when));
	snprintf(words, sizeof(words), "%s (%s) arrived. %s reached this host itself.",
		 tuple_format(&s->packet, s->family, packet, sizeof(packet)),
		 packet_flags_format(s->packet_flags, flags, sizeof(flags)),
		 b->flush ? "There was no entry, so it was not translated back and" :
			    "Conntrack translated it to nothing, so it");
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
}

static void tell_story(struct text *t, const struct story *s, const struct timeline *timeline)
{
	const struct reset_blame *b = &s->blamed;
	uint64_t from_ns = b->by    ? b->by->mono_ns :
			   b->flush ? b->flush->first_mono_ns :
				      s->first.mono_ns;

	fprintf(t->out, "%s%s%s%s, %s", style(t, STYLE_BOLD), verdict_name(b->verdict),
		b->cause ? "/" : "", b->cause ? cause_name(b->cause) : "",
		confidence_name(b->confidence));
	fprintf(t->out, ": %" PRIu64 " %s%s\n", s->resets,
		s->resets == 1 ? "reset" : "resets, the first of which is told here",
		style(t, STYLE_PLAIN));
	tell_end(t, s, from_ns, tell_beginning(t, s, timeline));
	for (size_t i = 0; i < b->inferred_count; i++) {
		fputs("  not seen: ", t->out);
		print_wrapped(t, 12, 12, b->inferred[i]);
	}
	fputc('\n', t->out);
}

/* The whole of a story in one sentence. */
static void summarize_story(const struct story *s, char *buf, size_t size)
{
	const struct reset_blame *b = &s->blamed;
	char first[DESCRIBE_BYTES / 2], second[DESCRIBE_BYTES / 2];
	const char *connections = s->resets == 1 ? "connection was" : "connections were";

	if (b->verdict == VERDICT_ENTRY_REMOVED && b->by)
		snprintf(buf, size,
			 "%s. The kernel reacted: %s. %" PRIu64 " %s reset for want of its entry.",
			 describe_deed(b->by, first, sizeof(first)),
			 describe_flush(b->flush, second, sizeof(second)), s->resets, connections);
	else if (b->verdict == VERDICT_ENTRY_REMOVED && b->flush)
		snprintf(buf, size, "%s. %" PRIu64 " %s reset for want of its entry.",
			 describe_flush(b->flush, first, sizeof(first)), s->resets, connections);
	else
		snprintf(buf, size, "%" PRIu64 " %s reset: %s.", s->resets, connections,
			 describe_verdict(b->verdict));
}

/* Rule 8: flushed and never reset is said, and blamed on nobody. */
static void tell_waiting(struct text *t, const struct timeline *timeline)
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
	print_wrapped(t, 0, 0, words);
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

static void tell_headline(struct text *t, const struct timeline *timeline, enum status status)
{
	static const enum style styles[] = { STYLE_GOOD, STYLE_WARN, STYLE_ALARM, STYLE_WARN };
	char words[DESCRIBE_BYTES], line[DESCRIBE_BYTES + 32];

	if (timeline->stories_count)
		summarize_story(surest_story(timeline), words, sizeof(words));
	else if (status == STATUS_UNKNOWN)
		snprintf(words, sizeof(words), "no reset was blamed on conntrack, but %s.",
			 timeline->lost_total || timeline->is_blind ? "not all could be observed" :
								      "the recording is not whole");
	else if (timeline->resets_total)
		snprintf(words, sizeof(words), "%s was conntrack's doing.",
			 timeline->resets_total == 1 ? "the one reset sent was not one that" :
						       "none of the resets sent");
	else
		snprintf(words, sizeof(words), "this node sent no reset.");
	fprintf(t->out, "%sVERDICT%s  ", style(t, styles[status]), style(t, STYLE_PLAIN));
	snprintf(line, sizeof(line), "%s: %s", status_name(status), words);
	print_wrapped(t, VERDICT_INDENT, VERDICT_INDENT, line);
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
	fprintf(t->out, "\n%sWHAT TO DO%s\n", style(t, STYLE_BOLD), style(t, STYLE_PLAIN));
	for (size_t i = 0; i < count; i++) {
		fputs("  - ", t->out);
		print_wrapped(t, ADVICE_INDENT, ADVICE_INDENT, advice[i]);
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
				       "in %" PRIu64 " s; resets sent: ", timeline->window_s);

	used += list_numbers(line + used, sizeof(line) - used, timeline->resets, VERDICTS,
			     name_verdict);
	used += (size_t)snprintf(line + used, sizeof(line) - used, "; entries removed: ");
	used += list_numbers(line + used, sizeof(line) - used, timeline->removals, CAUSES,
			     name_cause);
	snprintf(line + used, sizeof(line) - used, "; flushes: %" PRIu64, timeline->flushes);
	fprintf(t->out, "%sCOUNTS%s   ", style(t, STYLE_BOLD), style(t, STYLE_PLAIN));
	print_wrapped(t, VERDICT_INDENT, VERDICT_INDENT, line);
}

static void tell_losses(struct text *t, const struct timeline *timeline)
{
	const char *separator = "";
	char probe[32];

	fprintf(t->out, "%sLOST%s     ", style(t, timeline->lost_total ? STYLE_ALARM : STYLE_BOLD),
		style(t, STYLE_PLAIN));
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
	clear_progress(t);
	if (!t->options.is_quiet)
		fputc('\n', t->out);
	tell_verdict(t, timeline, status);
	tell_counts(t, timeline);
	tell_losses(t, timeline);
	tell_advice(t, timeline);
}
