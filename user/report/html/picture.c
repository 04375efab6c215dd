// SPDX-License-Identifier: GPL-2.0-only
/* Writing: the picture of the window, and the list of what happened in it. */
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "base/number_text.h"
#include "model/words.h"
#include "report/html/private.h"

/* A lane's height, and where in it the marks are; the axis is below the last. Lengths
 * along the axis are percentages, so that the picture fits any width. */
enum { LANE_PX = 28, MIDDLE_PX = 14, AXIS_PX = 30, TICKS_WANTED = 6 };

static const struct {
	const char *name, *class;
} lanes[HTML_LANES] = {
	[HTML_LANE_LOG] = { "log", "log" },
	[HTML_LANE_LINK] = { "link", "link" },
	[HTML_LANE_ADDRESS] = { "address", "address" },
	[HTML_LANE_RULESET] = { "ruleset", "ruleset" },
	[HTML_LANE_FLUSH] = { "flush", "flush" },
	[HTML_LANE_RISK] = { "at risk", "risk" },
	[HTML_LANE_BLAMED] = { "blamed RST", "blamed" },
	[HTML_LANE_RESET] = { "other RST", "other" },
	[HTML_LANE_GAP] = { "lost, probes", "gap" },
};

/* What is drawn: the lanes that hold something, and where. */
struct picture {
	const struct html *html;
	FILE *out;
	uint64_t from_ns, span_ns;
	int top[HTML_LANES]; /* px; negative: not drawn */
	int height;
};

static double place(const struct picture *p, uint64_t key_ns)
{
	uint64_t after_ns = key_ns > p->from_ns ? key_ns - p->from_ns : 0;

	if (after_ns > p->span_ns)
		after_ns = p->span_ns;
	return 1.5 + 97.0 * (double)after_ns / (double)p->span_ns;
}

static void lay_out(struct picture *p)
{
	for (size_t lane = 0; lane < HTML_LANES; lane++) {
		p->top[lane] = -1;
		if (!p->html->lanes[lane].width_ns)
			continue;
		p->top[lane] = p->height;
		p->height += LANE_PX;
	}
}

/* ---- the axis ---- */

/* The smallest round time that gives no more ticks than wanted. */
static uint64_t choose_step_ns(uint64_t span_ns)
{
	static const uint64_t seconds[] = { 1,     2,     5,     10,    15,     30,    60,
					    120,   300,   600,   900,   1800,   3600,  7200,
					    10800, 21600, 43200, 86400, 172800, 604800 };
	uint64_t ms = 1;

	for (; ms < 1000; ms *= 10)
		for (uint64_t digit = 1; digit <= 5; digit += digit == 1 ? 1 : 3)
			if (span_ns / (ms * digit * NSEC_PER_MSEC) <= TICKS_WANTED)
				return ms * digit * NSEC_PER_MSEC;
	for (size_t i = 0; i < sizeof(seconds) / sizeof(seconds[0]); i++)
		if (span_ns / (seconds[i] * NSEC_PER_SEC) <= TICKS_WANTED)
			return seconds[i] * NSEC_PER_SEC;
	return (span_ns / (TICKS_WANTED * 86400 * NSEC_PER_SEC) + 1) * 86400 * NSEC_PER_SEC;
}

static void write_tick_label(const struct picture *p, uint64_t key_ns, uint64_t step_ns)
{
	char clock[TIME_TEXT_BYTES], day[TIME_TEXT_BYTES];
	bool is_utc = p->html->options.is_utc;

	time_format_clock(key_ns, is_utc, clock, sizeof(clock));
	if (step_ns >= NSEC_PER_SEC)
		clock[strcspn(clock, ".")] = '\0';
	if (step_ns >= 60 * NSEC_PER_SEC)
		clock[strlen("hh:mm")] = '\0';
	time_format_day(key_ns, is_utc, day, sizeof(day));
	if (step_ns >= 86400 * NSEC_PER_SEC)
		fprintf(p->out, "%.5s ", day + strlen("yyyy-"));
	fputs(clock, p->out);
}

static void write_axis(const struct picture *p)
{
	uint64_t step_ns = choose_step_ns(p->span_ns);
	uint64_t at_ns = (p->from_ns + step_ns - 1) / step_ns * step_ns;

	for (size_t tick = 0; at_ns <= p->from_ns + p->span_ns && tick <= 2 * TICKS_WANTED;
	     at_ns += step_ns, tick++) {
		double x = place(p, at_ns);

		fprintf(p->out,
			"<line class=\"tick\" x1=\"%.3f%%\" x2=\"%.3f%%\" y1=\"0\" y2=\"%d\"/>"
			"<text class=\"time%s\" x=\"%.3f%%\" y=\"%d\">",
			x, x, p->height + 6, tick % 2 ? " odd" : "", x, p->height + 21);
		write_tick_label(p, at_ns, step_ns);
		fputs("</text>\n", p->out);
	}
}

/* ---- the links of the chains, from a cause to its effect ---- */

static void write_link(const struct picture *p, enum html_lane from, uint64_t from_key_ns,
		       enum html_lane to, uint64_t to_key_ns, enum confidence confidence)
{
	if (p->top[from] < 0 || p->top[to] < 0)
		return;
	fprintf(p->out,
		"<line class=\"cause %s\" x1=\"%.3f%%\" y1=\"%d\" x2=\"%.3f%%\" y2=\"%d\"/>\n",
		confidence_name(confidence), place(p, from_key_ns), p->top[from] + MIDDLE_PX,
		place(p, to_key_ns), p->top[to] + MIDDLE_PX);
}

static uint64_t key_of(const struct picture *p, struct netns_id netns, uint64_t mono_ns,
		       uint64_t wall_ns)
{
	struct finding f = { .netns = netns, .mono_ns = mono_ns, .wall_ns = wall_ns };

	return html_key(p->html, &f);
}

static void write_links(const struct picture *p, const struct story *s)
{
	const struct reset_blame *b = &s->blamed;
	const struct change *change = b->by ? b->by : b->arrival;
	enum html_lane change_lane = change && change->seen.family ? HTML_LANE_ADDRESS :
								     HTML_LANE_LINK;
	uint64_t reset_ns = html_key(p->html, &s->first), change_ns = 0, flush_ns = 0;

	if (change)
		change_ns = key_of(p, change->netns, change->mono_ns, change->wall_ns);
	if (b->flush)
		flush_ns = key_of(p, b->flush->netns, b->flush->first_mono_ns,
				  b->flush->first_wall_ns);
	if (b->flush && change)
		write_link(p, change_lane, change_ns, HTML_LANE_FLUSH, flush_ns, b->confidence);
	if (b->flush)
		write_link(p, HTML_LANE_FLUSH, flush_ns, HTML_LANE_BLAMED, reset_ns, b->confidence);
	else if (change)
		write_link(p, change_lane, change_ns, HTML_LANE_BLAMED, reset_ns, b->confidence);
	if (b->ruleset.id)
		write_link(p, HTML_LANE_RULESET,
			   key_of(p, b->ruleset.netns, b->ruleset.mono_ns, b->ruleset.wall_ns),
			   HTML_LANE_BLAMED, reset_ns, b->confidence);
}

/* ---- marks ---- */

static const struct html_row *find_seq(const struct html *h, uint64_t seq)
{
	for (size_t i = 0; seq && i < h->rows_count; i++)
		if (h->rows[i].seq == seq)
			return &h->rows[i];
	return NULL;
}

/* Bins of one lane that follow each other: one mark. */
struct stretch {
	uint64_t count;
	uint64_t from_ns, to_ns; /* of its first and its last bin's first */
	uint64_t first;          /* the first event's line */
};

/* Bins without anything between two that are one mark all the same: less than a mark's
 * own width. */
enum { HOLES_MAX = 2 };

/* From bin `*at` on; moves it past the stretch. A count of 0 at the end. */
static void find_stretch(const struct histogram *b, size_t *at, struct stretch *out)
{
	size_t holes = 0;

	*out = (struct stretch){ 0 };
	for (; *at < BINS_COUNT && (!out->count || holes <= HOLES_MAX); ++*at) {
		const struct bin *bin = &b->bin[*at];

		if (!bin->count) {
			holes++;
			continue;
		}
		if (!out->count) {
			out->from_ns = bin->first_ns;
			out->first = bin->first;
		}
		out->to_ns = bin->first_ns > out->from_ns ? bin->first_ns : out->from_ns;
		out->count += bin->count;
		holes = 0;
	}
}

/* Half a mark's height. */
static double radius(uint64_t count)
{
	double radius = 4.5;

	for (; count > 1 && radius < 9; count /= 4)
		radius += 0.75;
	return radius;
}

static void write_mark_title(const struct picture *p, size_t lane, const struct stretch *s,
			     const struct html_row *row)
{
	char clock[TIME_TEXT_BYTES];

	fprintf(p->out, "<title>%s %s",
		time_format_clock(s->from_ns, p->html->options.is_utc, clock, sizeof(clock)),
		lanes[lane].name);
	if (row) {
		fputs(": ", p->out);
		html_escape(p->out, row->words);
	}
	if (s->count > 1)
		fprintf(p->out, ", and %s more until %s", NUMBER(s->count - 1),
			time_format_clock(s->to_ns, p->html->options.is_utc, clock, sizeof(clock)));
	fputs("</title>", p->out);
}

/* A line with round ends, which is a dot where it has no length. */
static void write_mark(const struct picture *p, size_t lane, const struct stretch *s)
{
	const struct html_row *row = find_seq(p->html, s->first);
	double from = place(p, s->from_ns), to = place(p, s->to_ns);
	int y = p->top[lane] + MIDDLE_PX;

	if (row)
		fprintf(p->out, "<a href=\"#n%" PRIu64 "\">", row->seq);
	fprintf(p->out,
		"<line class=\"mark %s\" x1=\"%.3f%%\" x2=\"%.3f%%\" y1=\"%d\" y2=\"%d\" "
		"stroke-width=\"%.1f\">",
		lanes[lane].class, from, to, y, y, 2 * radius(s->count));
	write_mark_title(p, lane, s, row);
	fputs(row ? "</line></a>" : "</line>", p->out);
}

/* A number is not wider than this, as a rule, in percent of a phone's width. */
#define NUMBER_WIDTH 7.0

/* In its mark, else beside it. */
static void write_mark_count(const struct picture *p, size_t lane, const struct stretch *s)
{
	double from = place(p, s->from_ns), to = place(p, s->to_ns);
	double aside = radius(s->count) + 3;

	if (to - from > NUMBER_WIDTH)
		fprintf(p->out, "<text class=\"count inside\" x=\"%.3f%%\"", (from + to) / 2);
	else if (to > 90)
		fprintf(p->out, "<text class=\"count left\" x=\"%.3f%%\" dx=\"-%.1f\"", from,
			aside);
	else
		fprintf(p->out, "<text class=\"count\" x=\"%.3f%%\" dx=\"%.1f\"", to, aside);
	fprintf(p->out, " y=\"%d\">%s</text>", p->top[lane] + MIDDLE_PX + 4, NUMBER(s->count));
}

/* Numbers that would be written over each other, or over the next mark, are left to the
 * title. */
static bool has_room(const struct picture *p, const struct stretch *before, const struct stretch *s,
		     const struct stretch *next)
{
	double from = place(p, s->from_ns), to = place(p, s->to_ns);

	if (to - from > NUMBER_WIDTH)
		return true;
	if (to > 90)
		return !before->count || from - place(p, before->to_ns) > NUMBER_WIDTH;
	return !next->count || place(p, next->from_ns) - to > NUMBER_WIDTH;
}

static void write_lane(const struct picture *p, size_t lane)
{
	const struct histogram *b = &p->html->lanes[lane];
	struct stretch before = { 0 }, s, next;
	size_t at = 0;

	fprintf(p->out, "<line class=\"lane\" x1=\"0\" x2=\"100%%\" y1=\"%d\" y2=\"%d\"/>\n",
		p->top[lane] + MIDDLE_PX, p->top[lane] + MIDDLE_PX);
	for (find_stretch(b, &at, &s); s.count; before = s, s = next) {
		find_stretch(b, &at, &next);
		write_mark(p, lane, &s);
		if (s.count > 1 && has_room(p, &before, &s, &next))
			write_mark_count(p, lane, &s);
		fputc('\n', p->out);
	}
}

static void write_lane_names(const struct picture *p)
{
	fputs("<div class=\"lanes\">", p->out);
	for (size_t lane = 0; lane < HTML_LANES; lane++)
		if (p->top[lane] >= 0)
			html_element(p->out, "div", lanes[lane].class, lanes[lane].name);
	fputs("</div>\n", p->out);
}

void html_write_timeline(struct html *h, FILE *out, const struct summary *t)
{
	struct picture p = {
		.html = h, .out = out, .from_ns = h->from_ns, .span_ns = h->to_ns - h->from_ns
	};

	if (!p.span_ns)
		p.span_ns = NSEC_PER_SEC;
	lay_out(&p);
	fputs("<div class=\"picture\">\n", out);
	write_lane_names(&p);
	fprintf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"100%%\" height=\"%d\" "
		"role=\"group\" aria-label=\"What happened in the window, by kind and time; the "
		"list below shows the same\">\n",
		p.height + AXIS_PX);
	write_axis(&p);
	for (size_t i = 0; i < t->stories_count; i++)
		write_links(&p, &t->stories[i]);
	for (size_t lane = 0; lane < HTML_LANES; lane++)
		if (p.top[lane] >= 0)
			write_lane(&p, lane);
	fputs("</svg>\n</div>\n<p class=\"legend\">Each mark links to its line below; a number "
	      "counts events at one place. A line joins a cause and its effect: solid if the "
	      "story is proven, dashed if a link was inferred.</p>\n",
	      out);
}

/* ---- the list ---- */

static const char *class_name(enum html_class class)
{
	static const char *const names[] = {
		[HTML_CHANGES] = "address and link changes",
		[HTML_RULESETS] = "ruleset changes",
		[HTML_FLUSHES] = "flushes",
		[HTML_REMOVALS] = "removals",
		[HTML_BLAMED] = "blamed resets",
		[HTML_RESETS] = "other resets",
		[HTML_COUNTED] = "counts of RSTs per second",
		[HTML_AT_RISK] = "flows at risk",
		[HTML_RISKS_OVER] = "flows no longer at risk",
		[HTML_PROBES] = "probe changes",
		[HTML_LOST] = "losses",
		[HTML_LOGS] = "log lines",
	};

	return names[class];
}

static void write_left_out_innocents(const struct html *h, FILE *out)
{
	const char *separator = " (";

	for (enum verdict v = 0; v < VERDICTS; v++)
		if (h->left_out_innocent[v]) {
			fprintf(out, "%s%s %s", separator, NUMBER(h->left_out_innocent[v]),
				verdict_name(v));
			separator = ", ";
		}
	fputc(')', out);
}

/* Never silently: the rest is in the counts, and said here. */
static void write_left_out(const struct html *h, FILE *out)
{
	const char *separator = "<p class=\"rest\">Not in this list, only counted: ";
	bool has_any = false;

	for (enum html_class c = 0; c < HTML_CLASSES; c++) {
		if (!h->left_out[c])
			continue;
		fprintf(out, "%s<span data-left-out=\"%" PRIu64 "\">%s more %s</span>", separator,
			h->left_out[c], NUMBER(h->left_out[c]), class_name(c));
		if (c == HTML_RESETS)
			write_left_out_innocents(h, out);
		separator = ", ";
		has_any = true;
	}
	if (has_any)
		fputs(h->options.is_verbose ? ".</p>\n" : ". -v lists more.</p>\n", out);
	if (h->is_short_of_memory)
		fputs("<p class=\"rest\">Lines are missing: out of memory.</p>\n", out);
}

void html_write_list(struct html *h, FILE *out)
{
	if (h->rows_count)
		fputs("<ol class=\"events\">\n", out);
	for (size_t i = 0; i < h->rows_count; i++)
		fputs(h->rows[i].markup, out);
	fputs(h->rows_count ? "</ol>\n" : "<p>Nothing happened.</p>\n", out);
	html_paper_ends(out, h->rows_count, PAPER_LINES);
	write_left_out(h, out);
}
