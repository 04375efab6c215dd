// SPDX-License-Identifier: GPL-2.0-only
/* Collecting: what the page needs of each finding, in bounded memory. */
#include "report/html/html.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/html/private.h"

struct html *html_new(const struct html_options *options)
{
	struct html *h = calloc(1, sizeof(*h));

	if (h)
		h->options = *options;
	return h;
}

void html_free(struct html *h)
{
	if (!h)
		return;
	html_free_rows(h);
	free(h);
}

/* ---- clocks ---- */

/* Less than this, and a drift of a thousandth, is no step: two clocks are never read at
 * one moment. */
#define STEP_NS ((int64_t)NSEC_PER_SEC)

static void note_step(struct html *h, const struct finding *f, int64_t by_ns)
{
	if (h->steps_count == HTML_STEPS_MAX)
		h->steps_untold++;
	else
		h->steps[h->steps_count++] = (struct html_step){ f->netns.node, f->wall_ns, by_ns };
}

/* A log line says itself when it was written, and is no witness for the clock. */
static void watch_clock(struct html *h, const struct finding *f)
{
	struct html_node *node = &h->nodes[f->netns.node % HTML_NODES_MAX];
	uint64_t offset_ns = f->wall_ns - f->mono_ns;
	int64_t by_ns = (int64_t)(offset_ns - node->last_offset_ns);
	int64_t spent_ns = (int64_t)(f->mono_ns - node->last_mono_ns);
	int64_t size_ns = by_ns < 0 ? -by_ns : by_ns;

	if (f->type == FINDING_LOG || !f->wall_ns)
		return;
	if (!node->is_known)
		node->offset_ns = offset_ns;
	else if (size_ns > STEP_NS && size_ns > (spent_ns < 0 ? -spent_ns : spent_ns) / 1000)
		note_step(h, f, by_ns);
	node->is_known = true;
	node->last_offset_ns = offset_ns;
	node->last_mono_ns = f->mono_ns;
}

uint64_t html_key(const struct html *h, const struct finding *f)
{
	const struct html_node *node = &h->nodes[f->netns.node % HTML_NODES_MAX];

	return node->is_known ? f->mono_ns + node->offset_ns : f->wall_ns;
}

/* The axis reaches from the first finding to the last. */
static void stretch(struct html *h, const struct finding *f)
{
	uint64_t key_ns = html_key(h, f);

	if (!h->has_begun) {
		h->has_begun = true;
		h->from_ns = h->to_ns = key_ns;
		h->from_wall_ns = h->to_wall_ns = f->wall_ns;
	}
	if (key_ns > h->to_ns) {
		h->to_ns = key_ns;
		h->to_wall_ns = f->wall_ns;
	}
}

/* ---- the start, and the probes since ---- */

static void copy(char *out, size_t size, const char *text)
{
	snprintf(out, size, "%s", text ? text : "");
}

static void take_probe_report(struct html_probe *out, const struct probe_report *p)
{
	copy(out->name, sizeof(out->name), p->name);
	copy(out->how, sizeof(out->how), p->how);
	copy(out->symbol, sizeof(out->symbol), p->symbol);
	copy(out->why, sizeof(out->why), p->why);
	out->is_blind = p->is_blind;
	out->so = finding_text_gap(p);
}

static void take_start(struct html *h, const struct finding *f)
{
	const struct start_observation *s = &f->seen->start;
	struct html_start *start;

	if (h->starts_count == HTML_STARTS_MAX) {
		h->starts_untold++;
		return;
	}
	start = &h->starts[h->starts_count++];
	start->node = f->netns.node;
	start->wall_ns = f->wall_ns;
	start->window_s = s->window_s;
	copy(start->version, sizeof(start->version), s->version);
	copy(start->host, sizeof(start->host), s->host);
	copy(start->kernel, sizeof(start->kernel), s->kernel);
	copy(start->arch, sizeof(start->arch), s->arch);
	finding_text_start(s, start->line, sizeof(start->line));
	start->probes_count = s->probes_count;
	for (size_t i = 0; i < s->probes_count; i++)
		take_probe_report(&start->probes[i], &s->probes[i]);
}

/* One that waited for its module, or went with it. */
static void take_probe(struct html *h, const struct finding *f)
{
	const struct probe_observation *p = &f->seen->probe;
	struct probe_report report = {
		.name = p->name, .how = p->how, .symbol = p->symbol, .why = p->why
	};

	for (size_t i = 0; i < h->starts_count; i++)
		for (size_t k = 0; k < h->starts[i].probes_count; k++)
			if (h->starts[i].node == f->netns.node &&
			    !strcmp(h->starts[i].probes[k].name, p->name))
				take_probe_report(&h->starts[i].probes[k], &report);
}

/* The first of each blamed group is in the list: the stories and the table lead there. */
static void take_reset(struct html *h, const struct finding *f)
{
	struct html_group *begun = html_take_reset(h, f);
	uint64_t row = html_take_row(h, f, begun && begun->is_blamed);

	if (begun)
		begun->row = row;
}

void html_finding(struct html *h, const struct finding *f)
{
	watch_clock(h, f);
	stretch(h, f);
	switch (f->type) {
	case FINDING_NAMESPACE:
		netns_names_tell(&h->names, f->netns, f->seen->space.name, f->mono_ns);
		return;
	case FINDING_LISTENER: /* with -v, in the text */
	case FINDING_RULES:
		return;
	case FINDING_START:
		netns_names_set_own(&h->names, f->netns);
		take_start(h, f);
		return;
	case FINDING_PROBE:
		take_probe(h, f);
		break;
	case FINDING_RESET:
		take_reset(h, f);
		return;
	case FINDING_RESETS:
		if (f->reset->verdict == VERDICT_NO_LISTENER)
			html_take_ports(h, f);
		break;
	case FINDING_AT_RISK:
	case FINDING_RISK_OVER:
		html_take_risk(h, f);
		break;
	case FINDING_ACT:
	case FINDING_ENTRY:
	case FINDING_SOCKETS:
	case FINDING_UNFOLLOWED:
	case FINDING_END:
		return;
	default:
		break;
	}
	html_take_row(h, f, false);
}
