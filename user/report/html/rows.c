// SPDX-License-Identifier: GPL-2.0-only
/* Collecting: the lines of the list, each class within its budget, and the picture. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "report/html/private.h"

/* Flows at risk that are shown of one flush; the verdict has them all, by process. */
enum { RISKS_SHOWN_MAX = 3 };

/* How many lines of a class; of innocent resets, of each verdict. */
static const struct {
	uint64_t usual, verbose;
} budgets[HTML_CLASSES] = {
	[HTML_CHANGES] = { 200, 400 },    [HTML_RULESETS] = { 100, 200 },
	[HTML_FLUSHES] = { 200, 400 },    [HTML_REMOVALS] = { 0, 400 },
	[HTML_BLAMED] = { 60, 400 },      [HTML_RESETS] = { 10, 100 },
	[HTML_COUNTED] = { 60, 400 },     [HTML_AT_RISK] = { 100, 300 },
	[HTML_RISKS_OVER] = { 100, 300 }, [HTML_PROBES] = { 50, 100 },
	[HTML_LOST] = { 50, 100 },        [HTML_LOGS] = { 300, 600 },
};

static enum html_class class_of(const struct finding *f)
{
	switch (f->type) {
	case FINDING_RULESET:
		return HTML_RULESETS;
	case FINDING_FLUSH:
		return HTML_FLUSHES;
	case FINDING_REMOVAL:
		return HTML_REMOVALS;
	case FINDING_RESET:
		return reset_is_blamed(f->reset) ? HTML_BLAMED : HTML_RESETS;
	case FINDING_RESETS:
		return HTML_COUNTED;
	case FINDING_AT_RISK:
		return HTML_AT_RISK;
	case FINDING_RISK_OVER:
		return HTML_RISKS_OVER;
	case FINDING_PROBE:
		return HTML_PROBES;
	case FINDING_LOST:
	case FINDING_WITNESS:
		return HTML_LOST;
	case FINDING_LOG:
		return HTML_LOGS;
	default:
		return HTML_CHANGES;
	}
}

static enum html_lane lane_of(const struct finding *f)
{
	switch (f->type) {
	case FINDING_ADDRESS:
		return HTML_LANE_ADDRESS;
	case FINDING_LINK:
		return HTML_LANE_LINK;
	case FINDING_RULESET:
		return HTML_LANE_RULESET;
	case FINDING_FLUSH:
		return HTML_LANE_FLUSH;
	case FINDING_RESET:
		return reset_is_blamed(f->reset) ? HTML_LANE_BLAMED : HTML_LANE_RESET;
	case FINDING_RESETS:
		return HTML_LANE_RESET;
	case FINDING_AT_RISK:
		return HTML_LANE_RISK;
	case FINDING_PROBE:
	case FINDING_LOST:
	case FINDING_WITNESS:
		return HTML_LANE_GAP;
	case FINDING_LOG:
		return HTML_LANE_LOG;
	default:
		return HTML_LANE_NONE;
	}
}

/* ---- budgets ---- */

static uint64_t budget_of(const struct html *h, enum html_class class)
{
	return h->options.is_verbose ? budgets[class].verbose : budgets[class].usual;
}

/* As the text does: the first of each flush. */
static bool is_risk_shown(struct html *h, const struct finding *f)
{
	if (f->risk->flush != h->risk_flush)
		h->risks_shown = 0;
	h->risk_flush = f->risk->flush;
	return h->risks_shown++ < RISKS_SHOWN_MAX || h->options.is_verbose;
}

/* Takes one place of the finding's class, if it must beyond the budget; false, and
 * counted, when there is none. */
static bool take_place(struct html *h, const struct finding *f, enum html_class class, bool must_be)
{
	bool is_innocent = class == HTML_RESETS;
	uint64_t *shown = is_innocent ? &h->shown_innocent[f->reset->verdict] : &h->shown[class];

	if ((class != HTML_AT_RISK || is_risk_shown(h, f)) &&
	    (must_be || *shown < budget_of(h, class))) {
		++*shown;
		return true;
	}
	/* Without -v nobody asks for each removal. */
	if (class == HTML_REMOVALS && !h->options.is_verbose)
		return false;
	if (is_innocent)
		h->left_out_innocent[f->reset->verdict]++;
	h->left_out[class]++;
	return false;
}

/* ---- lines ---- */

const struct html_row *html_find_row(const struct html *h, uint64_t id)
{
	for (size_t i = 0; id && i < h->rows_count; i++)
		if (h->rows[i].id == id)
			return &h->rows[i];
	return NULL;
}

static void write_reference(const struct html *h, FILE *out, const struct finding_below *below)
{
	const struct html_row *row = html_find_row(h, below->id);

	if (row)
		fprintf(out, "<a href=\"#n%" PRIu64 "\">", row->seq);
	html_escape(out, below->mark);
	html_escape(out, below->words);
	if (row)
		fputs("</a>", out);
}

static void write_row(const struct html *h, FILE *out, const struct html_row *row,
		      const struct finding *f, const struct note *note)
{
	static const char *const tones[] = { "plain", "dim", "strong", "warn", "alarm" };

	fprintf(out, "<li id=\"n%" PRIu64 "\" class=\"%s\">", row->seq, tones[note->tone]);
	html_time(h, out, row->wall_ns);
	html_element(out, "span", "kind", note->kind);
	fputs("<div>", out);
	html_element(out, "p", NULL, note->words);
	if (note->verdict) {
		fputs("<p>", out);
		html_element(out, "b", NULL, note->verdict);
		fputs(", ", out);
		html_confidence(out, f->reset->confidence);
		fputs("</p>", out);
	}
	for (size_t i = 0; i < note->below_count; i++) {
		fputs("<p class=\"below\">", out);
		write_reference(h, out, &note->below[i]);
		fputs("</p>", out);
	}
	fputs("</div></li>\n", out);
}

static char *make_markup(const struct html *h, const struct html_row *row, const struct finding *f,
			 const struct note *note)
{
	char *markup = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&markup, &size);

	if (!out)
		return NULL;
	write_row(h, out, row, f, note);
	if (fclose(out)) {
		free(markup);
		return NULL;
	}
	return markup;
}

static struct html_row *add_row(struct html *h)
{
	if (!array_reserve(&h->rows, &h->rows_room, h->rows_count + 1, sizeof(*h->rows)))
		return NULL;
	h->rows[h->rows_count] = (struct html_row){ .seq = ++h->seq };
	return &h->rows[h->rows_count++];
}

/* False when out of memory. */
static bool fill_row(struct html *h, struct html_row *row, const struct finding *f,
		     const struct note *note)
{
	char *words, *markup;

	row->id = f->id;
	row->key_ns = html_key(h, f);
	row->wall_ns = f->wall_ns;
	row->class = class_of(f);
	words = strdup(note->words);
	markup = make_markup(h, row, f, note);
	if (!words || !markup) {
		free(words);
		free(markup);
		return false;
	}
	free(row->words);
	free(row->markup);
	row->words = words;
	row->markup = markup;
	return true;
}

/* Returns the line's number; 0 when out of memory. */
static uint64_t put_row(struct html *h, const struct finding *f, const struct note *note)
{
	struct html_row *row = add_row(h);

	if (row && fill_row(h, row, f, note))
		return row->seq;
	if (row)
		h->rows_count--;
	h->is_short_of_memory = true;
	return 0;
}

/* ---- what a blamed reset leads to is in the list, whatever its class has room for ---- */

static void ensure(struct html *h, const struct finding *f)
{
	struct note note;

	if (html_find_row(h, f->id))
		return;
	finding_text(&note, f, &h->names);
	if (note.kind)
		put_row(h, f, &note);
}

static void ensure_change(struct html *h, const struct change *c)
{
	struct finding f = { .type = c->seen.family ? FINDING_ADDRESS : FINDING_LINK,
			     .id = c->id,
			     .netns = c->netns,
			     .mono_ns = c->mono_ns,
			     .wall_ns = c->wall_ns,
			     .change = c };

	ensure(h, &f);
}

static void ensure_flush(struct html *h, const struct flush *flush)
{
	struct finding f = { .type = FINDING_FLUSH,
			     .id = flush->id,
			     .netns = flush->netns,
			     .mono_ns = flush->first_mono_ns,
			     .wall_ns = flush->first_wall_ns,
			     .flush = flush };

	if (flush->by)
		ensure_change(h, flush->by);
	ensure(h, &f);
}

static void ensure_ruleset(struct html *h, const struct ruleset *r)
{
	struct observation seen = { .type = OBSERVATION_RULESET, .ruleset = r->seen };
	struct finding f = { .type = FINDING_RULESET,
			     .id = r->id,
			     .netns = r->netns,
			     .mono_ns = r->mono_ns,
			     .wall_ns = r->wall_ns,
			     .seen = &seen };

	ensure(h, &f);
}

static void ensure_causes(struct html *h, const struct reset_blame *b)
{
	if (b->flush)
		ensure_flush(h, b->flush);
	if (b->by)
		ensure_change(h, b->by);
	if (b->arrival)
		ensure_change(h, b->arrival);
	if (b->ruleset.id)
		ensure_ruleset(h, &b->ruleset);
}

/* ---- */

/* A flush that was told while it went on is told again when it is over. */
static struct html_row *find_flush(struct html *h, uint64_t id)
{
	for (size_t i = h->rows_count; i-- > 0;)
		if (h->rows[i].class == HTML_FLUSHES && h->rows[i].id == id)
			return &h->rows[i];
	return NULL;
}

static void draw(struct html *h, const struct finding *f, uint64_t row)
{
	enum html_lane lane = lane_of(f);

	if (lane < HTML_LANES)
		histogram_add(&h->lanes[lane], h->from_ns, html_key(h, f), row,
			      f->type == FINDING_RESETS ? f->seen->counted.count : 1);
}

/* A flush of nothing, a risk that ended in its reset, and a count that agrees have no line. */
static bool has_line(const struct html *h, const struct finding *f, struct note *note)
{
	if (f->type != FINDING_FLUSH && f->type != FINDING_RISK_OVER && f->type != FINDING_WITNESS)
		return true;
	finding_text(note, f, &h->names);
	return note->kind;
}

uint64_t html_take_row(struct html *h, const struct finding *f, bool must_be)
{
	enum html_class class = class_of(f);
	struct html_row *before;
	struct note note;
	uint64_t row = 0;

	if (h->options.is_quiet || !has_line(h, f, &note))
		return 0;
	before = class == HTML_FLUSHES ? find_flush(h, f->id) : NULL;
	if (before) {
		finding_text(&note, f, &h->names);
		h->is_short_of_memory |= !fill_row(h, before, f, &note);
		return before->seq;
	}
	if (take_place(h, f, class, must_be)) {
		if (class == HTML_BLAMED)
			ensure_causes(h, f->reset);
		finding_text(&note, f, &h->names);
		row = put_row(h, f, &note);
	}
	draw(h, f, row);
	return row;
}

static int compare_rows(const void *a, const void *b)
{
	const struct html_row *x = a, *y = b;

	if (x->key_ns != y->key_ns)
		return x->key_ns < y->key_ns ? -1 : 1;
	return x->seq < y->seq ? -1 : x->seq > y->seq;
}

void html_sort_rows(struct html *h)
{
	if (h->rows_count)
		qsort(h->rows, h->rows_count, sizeof(*h->rows), compare_rows);
}

void html_free_rows(struct html *h)
{
	for (size_t i = 0; i < h->rows_count; i++) {
		free(h->rows[i].words);
		free(h->rows[i].markup);
	}
	free(h->rows);
}
