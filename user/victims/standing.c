// SPDX-License-Identifier: GPL-2.0-only
/* Asking the namespaces: see standing.h. Most sockets have no rival and are of the initial user
 * namespace; for those one question is enough. */
#include "victims/standing.h"

#include <stdlib.h>

#include "base/clock.h"
#include "node/netns_links.h"
#include "node/routes.h"
#include "victims/inspector_private.h"

/* A container in a container, and one more; and how many namespaces a search may pass. */
enum { STEPS_MAX = 4, PASSED_MAX = 32 };

/* From a namespace outwards to the one where the packet came. */
struct climb {
	struct inspector *ins;
	uint32_t to;
	uint64_t until_ns;
	uint32_t passed[PASSED_MAX];
	size_t count, next; /* those before `next` were looked at */
};

static const struct netns_link *link_to(struct climb *c, const struct netns_links *links,
					uint32_t inum)
{
	const struct namespace *ns = namespaces_find(&c->ins->namespaces, inum);
	int32_t nsid;

	if (!ns || netns_links_number(ns, &nsid))
		return NULL;
	for (size_t k = 0; k < links->count; k++)
		if (links->items[k].nsid == nsid)
			return &links->items[k];
	return NULL;
}

static void pass(struct climb *c, uint32_t inum)
{
	for (size_t k = 0; k < c->count; k++)
		if (c->passed[k] == inum)
			return;
	if (c->count < PASSED_MAX)
		c->passed[c->count++] = inum;
}

/* One namespace: whether a link of it leads there, and by which interface there. Else those
 * that it leads to are looked at next. */
static bool look_outwards(struct climb *c, uint32_t inum, uint32_t *ifindex)
{
	const struct namespaces *all = &c->ins->namespaces;
	const struct netns_link *link;
	struct netns_links links;

	if (inspector_enter(c->ins, inum) || netns_links_list(&links) || !links.count)
		return false;
	link = link_to(c, &links, c->to);
	if (link) {
		*ifindex = link->peer;
		return true;
	}
	for (size_t k = 0; k < all->count && clock_mono_ns() < c->until_ns; k++)
		if (link_to(c, &links, all->items[k].inum))
			pass(c, all->items[k].inum);
	return false;
}

/* Nearest first. `ifindex` is set where it took one step only. */
static bool leads_there(struct inspector *ins, uint32_t from, uint32_t to, uint64_t until_ns,
			uint32_t *ifindex)
{
	struct climb c = {
		.ins = ins, .to = to, .until_ns = until_ns, .passed = { from }, .count = 1
	};
	size_t step_end = 1;

	for (int steps = 0; steps < STEPS_MAX && c.next < c.count; steps++) {
		for (; c.next < step_end; c.next++) {
			if (clock_mono_ns() >= until_ns)
				return false;
			if (look_outwards(&c, c.passed[c.next], ifindex)) {
				*ifindex = steps ? 0 : *ifindex;
				return true;
			}
		}
		step_end = c.count;
	}
	return false;
}

/* Whether packets to the socket's address leave `place` by that interface, or the bridge that
 * it is a port of. */
static bool is_routed(struct inspector *ins, uint32_t place, const struct socket_row *row,
		      uint32_t ifindex)
{
	struct routes *routes;
	struct route route;
	bool is_there;

	if (!ifindex || inspector_enter(ins, place))
		return false;
	routes = routes_open();
	is_there = routes && !routes_ask(routes, row->family, &row->tuple.src, NULL, 0, &route) &&
		   route.oif && (route.oif == ifindex || route.oif == netns_links_master(ifindex));
	routes_close(routes);
	return is_there;
}

/* Where nobody may ask, nothing is held against it. */
static uint8_t find_owner(struct inspector *ins, uint32_t inum)
{
	const struct namespace *ns = namespaces_find(&ins->namespaces, inum);
	bool is_foreign = false;

	return ns && !netns_is_foreign(ns, &is_foreign) && is_foreign ? 0 : STANDING_OWNED;
}

static uint8_t find_link(struct inspector *ins, const struct socket_row *row, uint32_t place,
			 uint64_t until_ns)
{
	uint32_t ifindex = 0;

	if (!place)
		return 0;
	if (row->netns == place)
		return STANDING_LINKED | STANDING_ROUTED;
	if (!leads_there(ins, row->netns, place, until_ns, &ifindex))
		return 0;
	return is_routed(ins, place, row, ifindex) ? STANDING_LINKED | STANDING_ROUTED :
						     STANDING_LINKED;
}

static bool has_rival(const struct sockets *s, size_t k)
{
	return (k && s->rows[k - 1].tag == s->rows[k].tag) ||
	       (k + 1 < s->count && s->rows[k + 1].tag == s->rows[k].tag);
}

static int compare_tags(const void *a, const void *b)
{
	uint32_t x = ((const struct socket_row *)a)->tag, y = ((const struct socket_row *)b)->tag;

	return x < y ? -1 : x > y;
}

void standing_find(struct inspector *ins, struct sockets *s, const uint32_t *places,
		   uint64_t until_ns)
{
	size_t kept = 0;

	for (size_t k = 0; k < s->count; k++)
		if (socket_is_open(&s->rows[k]))
			s->rows[kept++] = s->rows[k];
	s->count = kept;
	if (s->count)
		qsort(s->rows, s->count, sizeof(*s->rows), compare_tags);
	for (size_t k = 0; k < s->count; k++) {
		struct socket_row *row = &s->rows[k];

		row->standing = find_owner(ins, row->netns);
		if (!row->standing || has_rival(s, k))
			row->standing |= find_link(ins, row, row->via ? row->via : places[row->tag],
						   until_ns);
	}
}
