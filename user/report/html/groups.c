// SPDX-License-Identifier: GPL-2.0-only
/* Collecting: resets that are alike, whose they were, and flows at risk. */
#include <string.h>

#include "report/html/private.h"

/* Peers of one story that have a group each; of innocents of one verdict fewer: a scan
 * from everywhere costs no story its rows. */
enum { PEERS_MAX = 20, INNOCENT_PEERS_MAX = 8 };

static uint64_t because_of(const struct reset_blame *b)
{
	return b->flush      ? b->flush->id :
	       b->ruleset.id ? b->ruleset.id :
	       b->arrival    ? b->arrival->id :
			       0;
}

/* Which process a reset was meant for; of an abort, who did it. */
static uint32_t pid_of(const struct finding *f)
{
	const struct victim *victim = &f->seen->reset.victim;

	return victim->process.pid ? victim->process.pid : f->reset->actor.pid;
}

static bool is_same_story(const struct html_group *g, const struct finding *f)
{
	const struct reset_blame *b = f->reset;

	return g->verdict == b->verdict && g->cause == b->cause && g->confidence == b->confidence &&
	       g->kind == f->seen->reset.kind && g->because == because_of(b) &&
	       g->node == f->netns.node;
}

/* Of blamed resets the peer with its port; of others the host alone, since a scan comes
 * from many ports. */
static bool is_same_peer(const struct html_group *g, const struct reset_observation *r)
{
	return g->family == r->family && address_equal(&g->packet.src, &r->packet.src) &&
	       (!g->is_blamed || g->packet.sport == r->packet.sport);
}

/* The group that takes it: its peer's, or that of the rest. Counts the peers of its story. */
static struct html_group *find_group(struct html *h, const struct finding *f, size_t *peers)
{
	struct html_group *rest = NULL;

	*peers = 0;
	for (size_t i = 0; i < h->groups_count; i++) {
		struct html_group *g = &h->groups[i];

		if (!is_same_story(g, f))
			continue;
		if (g->is_rest)
			rest = g;
		else if (is_same_peer(g, &f->seen->reset))
			return g;
		*peers += !g->is_rest;
	}
	return rest;
}

static struct html_group *begin_group(struct html *h, const struct finding *f, bool is_rest)
{
	const struct reset_observation *r = &f->seen->reset;
	const struct reset_blame *b = f->reset;
	struct html_group *g = &h->groups[h->groups_count++];

	*g = (struct html_group){
		.is_rest = is_rest,
		.verdict = b->verdict,
		.cause = b->cause,
		.confidence = b->confidence,
		.kind = r->kind,
		.because = because_of(b),
		.node = f->netns.node,
		.pid = pid_of(f),
		.family = r->family,
		.is_blamed = reset_is_blamed(b),
		.packet = r->packet,
		.flow = b->flow,
		.first_wall_ns = f->wall_ns,
	};
	if (b->actor.pid)
		describe_actor(&b->actor, g->actor, sizeof(g->actor));
	if (!*describe_victim(&r->victim, g->victim, sizeof(g->victim)))
		describe_listener(r, g->victim, sizeof(g->victim));
	return g;
}

/* Returns the group when it begins with this reset. */
static struct html_group *count_group(struct html *h, const struct finding *f)
{
	size_t peers, peers_max = reset_is_blamed(f->reset) ? PEERS_MAX : INNOCENT_PEERS_MAX;
	struct html_group *g = find_group(h, f, &peers), *begun = NULL;

	if (!g && peers < peers_max && h->groups_count < HTML_GROUPS_MAX / 2)
		g = begun = begin_group(h, f, false);
	else if (!g && h->groups_count < HTML_GROUPS_MAX)
		g = begun = begin_group(h, f, true);
	if (!g) {
		h->ungrouped[f->reset->verdict]++;
		return NULL;
	}
	g->has_others |= g->pid != pid_of(f);
	g->resets++;
	g->last_wall_ns = f->wall_ns;
	return begun;
}

static bool is_same_victim(const struct victim *a, const struct victim *b)
{
	return a->process.pid == b->process.pid && a->process.netns == b->process.netns &&
	       a->process.start_boottime_ns == b->process.start_boottime_ns &&
	       !strcmp(a->process.comm, b->process.comm) &&
	       !strcmp(a->process.container, b->process.container);
}

static void count_victim(struct html *h, const struct finding *f)
{
	const struct victim *victim = &f->seen->reset.victim;
	struct html_victim *v = NULL;

	if (!victim->process.pid) {
		h->victims_unknown++;
		if (victim->unnamed < UNNAMEDS)
			h->victims_unnamed[victim->unnamed]++;
		return;
	}
	for (size_t i = 0; i < h->victims_count && !v; i++)
		if (is_same_victim(&h->victims[i].victim, victim))
			v = &h->victims[i];
	if (!v && h->victims_count == HTML_VICTIMS_MAX) {
		h->victims_untold++;
		return;
	}
	if (!v) {
		v = &h->victims[h->victims_count++];
		v->victim = *victim;
		v->first_wall_ns = f->wall_ns;
	}
	v->resets++;
	v->last_wall_ns = f->wall_ns;
}

struct html_group *html_take_reset(struct html *h, const struct finding *f)
{
	if (reset_is_blamed(f->reset))
		count_victim(h, f);
	return count_group(h, f);
}

/* ---- resets that were counted ---- */

static struct html_port *find_port(struct html *h, const struct finding *f, uint16_t port)
{
	uint8_t family = f->seen->counted.family;
	struct html_port *p = h->ports;

	for (; p < h->ports + h->ports_count; p++)
		if (p->port == port && p->family == family && netns_equal(p->netns, f->netns))
			return p;
	if (h->ports_count == HTML_PORTS_MAX)
		return &h->other_ports;
	*p = (struct html_port){ .netns = f->netns, .family = family, .port = port };
	h->ports_count++;
	return p;
}

static void count_port(struct html_port *p, const struct resets_observation *r, uint64_t count)
{
	if (!p->resets || r->first_wall_ns < p->first_wall_ns)
		p->first_wall_ns = r->first_wall_ns;
	if (r->last_wall_ns > p->last_wall_ns)
		p->last_wall_ns = r->last_wall_ns;
	p->resets += count;
}

void html_take_ports(struct html *h, const struct finding *f)
{
	const struct resets_observation *r = &f->seen->counted;
	uint64_t left = r->count;

	for (size_t i = 0; i < r->ports_count; i++) {
		count_port(find_port(h, f, r->ports[i].port), r, r->ports[i].count);
		left -= r->ports[i].count;
	}
	if (left)
		count_port(&h->other_ports, r, left);
}

/* ---- flows at risk ---- */

static struct html_risk *find_risk(struct html *h, uint64_t id)
{
	for (size_t i = 0; i < h->risks_count; i++)
		if (h->risks[i].id == id)
			return &h->risks[i];
	return NULL;
}

/* A new place, else that of one which is over. */
static struct html_risk *find_place(struct html *h)
{
	if (h->risks_count < HTML_RISKS_MAX)
		return &h->risks[h->risks_count++];
	for (size_t i = 0; i < h->risks_count; i++)
		if (h->risks[i].end != RISK_GOES_ON)
			return &h->risks[i];
	return NULL;
}

/* Those that find no place are in timeline.at_risk, and told as a number. */
void html_take_risk(struct html *h, const struct finding *f)
{
	struct html_risk *r;

	if (f->type == FINDING_RISK_OVER) {
		r = find_risk(h, f->risk->id);
		if (r)
			r->end = f->risk->end;
		return;
	}
	r = find_place(h);
	if (r)
		*r = (struct html_risk){ .id = f->risk->id,
					 .flow = f->risk->flow,
					 .end = RISK_GOES_ON,
					 .cause = f->risk->cause,
					 .flush = f->risk->flush,
					 .wall_ns = f->wall_ns,
					 .victim = f->risk->victim };
}
