// SPDX-License-Identifier: GPL-2.0-only
#include "text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "describe.h"
#include "names.h"
#include "text_private.h"
#include "utf8.h"

/* Innocent resets of one verdict that are shown before they are only counted. */
enum { SHOWN_MAX = 10 };

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

static void begin_line(struct text *t, uint64_t wall_ns, const char *kind, enum style kind_style)
{
	char time[TIME_TEXT_BYTES];

	text_clear_progress(t);
	fprintf(t->out, "%s%s%s  %s%-9s%s  ", text_style(t, STYLE_DIM),
		time_format_clock(wall_ns, t->options.is_utc, time, sizeof(time)),
		text_style(t, STYLE_PLAIN), text_style(t, kind_style), kind,
		text_style(t, STYLE_PLAIN));
}

const char *text_place(const struct text *t, struct netns_id netns, char buf[TEXT_PLACE_BYTES])
{
	char name[NETNS_TEXT_BYTES];

	netns_names_format(&t->names, netns, name);
	snprintf(buf, TEXT_PLACE_BYTES, "%s%s", *name ? "in " : "", name);
	return buf;
}

/* "in node2: ", to begin a line with. */
static const char *place_prefix(const struct text *t, const struct finding *f,
				char buf[TEXT_PLACE_BYTES])
{
	if (*text_place(t, f->netns, buf))
		strncat(buf, ": ", TEXT_PLACE_BYTES - strlen(buf) - 1);
	return buf;
}

static void begin_line_in(struct text *t, const struct finding *f, const char *kind,
			  enum style kind_style)
{
	char place[TEXT_PLACE_BYTES];

	begin_line(t, f->wall_ns, kind, kind_style);
	fputs(place_prefix(t, f, place), t->out);
}

/* Prints `words` from column `column` on, broken at blanks, later lines indented;
 * ends the line. */
void text_wrapped(struct text *t, size_t column, size_t indent, const char *words)
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
	text_wrapped(t, TIMELINE_INDENT + utf8_columns(mark), TIMELINE_INDENT + utf8_columns(mark),
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
		fprintf(t->out, "%s  not observed: %s (%s)%s\n", text_style(t, STYLE_WARN), name,
			t->missing[i].why, text_style(t, STYLE_PLAIN));
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
	if (s->is_audit)
		snprintf(line, sizeof(line), "rstblame %s on %s, Linux %s %s: audit of now",
			 s->version, s->host, s->kernel, s->arch);
	if (!t->options.is_quiet)
		text_wrapped(t, 0, 0, line);
	for (size_t i = 0; i < s->probes_count; i++)
		if (!strcmp(s->probes[i].how, "none"))
			note_missing(t, &s->probes[i]);
	if (!t->options.is_quiet)
		fputc('\n', t->out);
}

static void show_change(struct text *t, const struct finding *f)
{
	char text[DESCRIBE_BYTES], node[32];

	begin_line_in(t, f, f->type == FINDING_ADDRESS ? "address" : "link", STYLE_BOLD);
	fprintf(t->out, "%s%s\n", describe_change(f->change, text, sizeof(text)),
		node_name(f, node, sizeof(node)));
}

static void show_ruleset(struct text *t, const struct finding *f)
{
	char text[DESCRIBE_BYTES], node[32];

	begin_line_in(t, f, "ruleset", STYLE_BOLD);
	fprintf(t->out, "%s%s\n", describe_ruleset(&f->seen->ruleset, text, sizeof(text)),
		node_name(f, node, sizeof(node)));
}

static void show_flush(struct text *t, const struct finding *f)
{
	const struct flush *flush = f->flush;
	char text[DESCRIBE_BYTES], place[TEXT_PLACE_BYTES];
	char words[DESCRIBE_BYTES + TEXT_PLACE_BYTES];

	if (!flush->entries && !flush->by)
		return;
	begin_line(t, f->wall_ns, "flush", STYLE_WARN);
	snprintf(words, sizeof(words), "%s%s", place_prefix(t, f, place),
		 flush->entries ? describe_flush(flush, text, sizeof(text)) :
				  "nothing: no conntrack entry was masqueraded to it");
	text_wrapped(t, TIMELINE_INDENT, TIMELINE_INDENT, words);
	if (flush->stack)
		print_below(t, "", flush->stack);
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
	begin_line_in(t, f, "removal", STYLE_PLAIN);
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
	if (b->renewed_ago_ns)
		print_cause(t, describe_renewal(b, text, sizeof(text)), b->renewed_ago_ns);
	if (b->ruleset.id)
		print_cause(t, describe_ruleset(&b->ruleset.seen, text, sizeof(text)),
			    f->mono_ns - b->ruleset.mono_ns);
	if (b->flush)
		print_cause(t, describe_flush(b->flush, text, sizeof(text)), b->removed_ago_ns);
	if (b->by)
		print_cause(t, describe_change(b->by, text, sizeof(text)),
			    f->mono_ns - b->by->mono_ns);
	if (b->arrival)
		print_cause(t, describe_change(b->arrival, text, sizeof(text)),
			    f->mono_ns - b->arrival->mono_ns);
	for (size_t i = 0; i < b->inferred_count; i++)
		print_below(t, "not seen: ", b->inferred[i]);
}

/* "sent to 10.9.0.2:6379", and by whom where that is known. */
static void print_what(struct text *t, const struct finding *f)
{
	const struct reset_observation *r = &f->seen->reset;
	const struct actor *actor = &f->reset->actor;
	char peer[ENDPOINT_TEXT_BYTES], node[32], who[DESCRIBE_BYTES];

	fprintf(t->out, "%s %s", r->kind == RESET_RECEIVED ? "received from" : "sent to",
		endpoint_format(&r->packet.src, r->family, r->packet.sport, peer, sizeof(peer)));
	if (r->kind == RESET_REJECTED)
		fputs(" by a REJECT rule", t->out);
	else if (r->kind == RESET_ABORT && actor->pid)
		fprintf(t->out, " by %s", describe_actor(actor, who, sizeof(who)));
	fprintf(t->out, "%s\n", node_name(f, node, sizeof(node)));
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
	char packet[TUPLE_TEXT_BYTES + 64], victim[DESCRIBE_BYTES];

	if (!is_blamed && !t->options.is_verbose && t->shown[b->verdict]++ >= SHOWN_MAX)
		return;
	begin_line_in(t, f, is_blamed ? "RESET" : "reset", is_blamed ? STYLE_ALARM : STYLE_PLAIN);
	print_what(t, f);
	fprintf(t->out, "%*s%s%s%s%s%s, %s\n", TIMELINE_INDENT, "", text_style(t, STYLE_BOLD),
		verdict_name(b->verdict), b->cause ? "/" : "", b->cause ? cause_name(b->cause) : "",
		text_style(t, STYLE_PLAIN), confidence_name(b->confidence));
	if (r->kind == RESET_ANSWER || r->kind == RESET_REJECTED)
		print_below(t, "in answer to ", packet_format(r, packet, sizeof(packet)));
	if (b->sent_as)
		print_below(t, "", "the same RST as one above: its sender is on this node, too");
	if (is_blamed || b->flush)
		show_chain(t, f);
	else if (b->is_one_sided)
		print_below(t, "flow ",
			    tuple_format(&b->flow.orig, r->family, packet, sizeof(packet)));
	if (*describe_victim(&r->victim, victim, sizeof(victim)))
		print_below(t, "meant for ", victim);
	if (r->stack[0])
		print_below(t, "", r->stack);
	if (!is_blamed && !t->options.is_verbose && t->shown[b->verdict] == SHOWN_MAX)
		print_below(t, "",
			    "more resets of this kind are counted, not shown (-v shows all)");
}

static void show_risk(struct text *t, const struct finding *f)
{
	char orig[TUPLE_TEXT_BYTES], victim[DESCRIBE_BYTES];

	if (f->risk->flush != t->risk_flush)
		t->risks_shown = 0;
	t->risk_flush = f->risk->flush;
	if (t->risks_shown++ >= RISKS_SHOWN_MAX && !t->options.is_verbose)
		return;
	begin_line_in(t, f, "at risk", STYLE_WARN);
	fprintf(t->out, "%s\n",
		tuple_format(&f->risk->flow.orig, f->risk->flow.family, orig, sizeof(orig)));
	if (*describe_victim(f->risk->victim, victim, sizeof(victim)))
		print_below(t, "", victim);
	if (t->risks_shown == RISKS_SHOWN_MAX && !t->options.is_verbose)
		print_below(t, "",
			    "more flows of this flush are counted, not shown (-v shows all)");
}

/* A reset has its own line. */
static void show_risk_over(struct text *t, const struct finding *f)
{
	static const char *const words[RISK_ENDS] = {
		[RISK_RECOVERED] = "it spoke first: its entry is there again",
		[RISK_RETRANSLATED] = "it spoke first, and was translated to another port: its "
				      "peer will not know it",
		[RISK_CLOSED] = "its socket was closed",
	};
	char orig[TUPLE_TEXT_BYTES];

	if (!words[f->risk->end] || t->risks_shown > RISKS_SHOWN_MAX)
		return;
	begin_line_in(t, f, f->risk->end == RISK_CLOSED ? "closed" : "recovered", STYLE_PLAIN);
	fprintf(t->out, "%s\n",
		tuple_format(&f->risk->flow.orig, f->risk->flow.family, orig, sizeof(orig)));
	print_below(t, "", words[f->risk->end]);
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
	char name[32], module[64], symbol[64], why[96];
	bool is_attached = strcmp(p->how, "none") != 0;

	if (is_attached)
		forget_missing(t, p->name);
	else
		note_missing(t, &report);
	if (t->options.is_quiet)
		return;
	utf8_printable(p->name, name, sizeof(name));
	utf8_printable(p->module, module, sizeof(module));
	utf8_printable(p->symbol, symbol, sizeof(symbol));
	begin_line(t, f->wall_ns, "probe", STYLE_DIM);
	if (is_attached)
		fprintf(t->out, "%s came: %s attached to %s\n", module, name, symbol);
	else
		fprintf(t->out, "%s is not observed: %s\n", name,
			utf8_printable(p->why, why, sizeof(why)));
}

static void show_lost(struct text *t, const struct finding *f)
{
	char probe[32];

	begin_line(t, f->wall_ns, "LOST", STYLE_ALARM);
	fprintf(t->out, "%" PRIu64 " events of %s: what follows may miss a cause\n",
		f->seen->lost.count, utf8_printable(f->seen->lost.probe, probe, sizeof(probe)));
}

static void show_log(struct text *t, const struct finding *f)
{
	const struct log_observation *l = &f->seen->log;
	char words[DESCRIBE_BYTES];

	begin_line(t, f->wall_ns, "log", STYLE_DIM);
	if (l->dropped)
		snprintf(words, sizeof(words), "%" PRIu64 " more lines of %s are not shown",
			 l->dropped, l->source);
	else
		snprintf(words, sizeof(words), "%s", l->line);
	text_wrapped(t, TIMELINE_INDENT, TIMELINE_INDENT, words);
	if (l->dropped && l->line[0])
		print_below(t, "", l->line);
	if (l->is_read_time)
		print_below(t, "", "(it has no time of its own: this is when it was read)");
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
	case FINDING_ADDRESS:
	case FINDING_LINK:
		show_change(t, f);
		break;
	case FINDING_RULESET:
		show_ruleset(t, f);
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
	case FINDING_AT_RISK:
		show_risk(t, f);
		break;
	case FINDING_RISK_OVER:
		show_risk_over(t, f);
		break;
	case FINDING_LOST:
		show_lost(t, f);
		break;
	case FINDING_LOG:
		show_log(t, f);
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
		text_style(t, STYLE_DIM), left, timeline->resets_total, timeline->blamed,
		timeline->flushes, text_style(t, STYLE_PLAIN));
	fflush(t->out);
	t->has_progress = true;
}
