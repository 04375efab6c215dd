// SPDX-License-Identifier: GPL-2.0-only
/* Masquerade binds a flow to the interface that it left by: where the route leads out of another,
 * the kernel removes the entry (nf_nat_oif_changed(), net/netfilter/nf_nat_core.c). That needs
 * two uplinks, and something that chooses between them. */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/number_text.h"
#include "exposure/finding.h"

struct pair {
	const struct look_uplink *a, *b;
};

static bool is_on(const struct look *look, const struct look_flow *f, const struct look_uplink *up)
{
	const struct look_address *to = look_address_find(look, f->flow.family, &f->flow.reply.dst);

	return to && f->flow.family == up->family &&
	       (up->ifindex ? to->ifindex == up->ifindex : !strcmp(to->ifname, up->ifname));
}

static enum nat_answer would_go(const void *ctx, const struct look *look, const struct look_flow *f)
{
	const struct pair *pair = ctx;

	if (!look_flow_is_translated(f) || (!is_on(look, f, pair->a) && !is_on(look, f, pair->b)))
		return NAT_NO;
	return (enum nat_answer)f->masqueraded;
}

static void uplink_format(const struct look_uplink *up, char *buf, size_t size)
{
	snprintf(buf, size, "default%s%s dev %s%s", up->gateway[0] ? " via " : "", up->gateway,
		 up->ifname, up->is_multipath ? " (one of several ways)" : "");
	if (up->metric)
		snprintf(buf + strlen(buf), size - strlen(buf), " metric %u", up->metric);
	if (up->table != 254) /* main */
		snprintf(buf + strlen(buf), size - strlen(buf), " table %u", up->table);
}

static void show_uplinks(const struct look *look, uint8_t family, struct exposed *e)
{
	char text[160];

	for (size_t i = 0; i < look->uplinks_count; i++) {
		if (look->uplinks[i].family != family)
			continue;
		uplink_format(&look->uplinks[i], text, sizeof(text));
		exposed_line(&e->evidence, "%s", text);
	}
}

static void show_cures(const struct pair *pair, struct exposed *e)
{
	bool is_shared = pair->a->is_multipath && pair->b->is_multipath;

	if (is_shared)
		exposed_line(
			&e->cures,
			"Where one uplink is enough, use the other in reserve: give each a route of "
			"its own with a metric of its own, in the file of whatever sets them "
			"(Metric= of systemd-networkd, route-metric of NetworkManager and "
			"netplan). Add the new routes before the old one is removed: flows of the "
			"uplink that is left end.");
	else if (pair->a->metric == pair->b->metric && pair->a->table == pair->b->table)
		exposed_line(
			&e->cures,
			"Give %s and %s different metrics: RouteMetric= of systemd-networkd, "
			"route-metric of NetworkManager and netplan. The one that is in use now "
			"keeps the lower.",
			pair->a->ifname, pair->b->ifname);
	exposed_line(
		&e->cures,
		"Where the uplinks take turns, keep a connection on the one that it began on: "
		"save a mark in conntrack (ct mark), restore it, and add an ip rule by fwmark for "
		"each uplink's table.");
	exposed_line(&e->cures,
		     "A change of uplinks ends connections in any case: let the clients have a "
		     "keepalive, or TCP_USER_TIMEOUT, so that they notice.");
}

/* By weight of what chooses: ways of one route, then policies, then metrics. */
static bool find_pair(const struct look *look, struct pair *out)
{
	unsigned int best = 0;

	for (size_t i = 0; i < look->uplinks_count; i++)
		for (size_t k = i + 1; k < look->uplinks_count; k++) {
			const struct look_uplink *a = &look->uplinks[i], *b = &look->uplinks[k];
			unsigned int weight;

			if (a->family != b->family || !strcmp(a->ifname, b->ifname))
				continue;
			/* Tables that nothing leads to choose nothing. */
			if (a->table != b->table && !look->policies)
				continue;
			weight = a->is_multipath && b->is_multipath             ? 3 :
				 a->table == b->table && a->metric == b->metric ? 2 :
										  1;
			if (weight <= best)
				continue;
			best = weight;
			*out = (struct pair){ a, b };
		}
	return best != 0;
}

void judge_route_may_change(const struct look *look, struct exposures *out)
{
	struct pair pair;
	struct stake stake;
	struct exposed *e;
	bool is_shared;

	if (!find_pair(look, &pair))
		return;
	stake_find(look, would_go, &pair, &stake);
	if (!stake.flows && !stake.unsure)
		return;
	e = exposures_add(out, finding_by_id("route-may-change"));
	if (!e)
		return;
	e->stake = stake;
	is_shared = pair.a->is_multipath && pair.b->is_multipath;
	snprintf(e->subject, sizeof(e->subject), "%s and %s", pair.a->ifname, pair.b->ifname);
	snprintf(
		e->sentence, sizeof(e->sentence),
		is_shared ?
			"One route leads out of %s and %s by turns: when a way goes or comes, flows "
			"move to the other." :
			"Flows are masqueraded on %s or %s, and the other may take them over.",
		pair.a->ifname, pair.b->ifname);
	e->severity =
		is_shared || (pair.a->metric == pair.b->metric && pair.a->table == pair.b->table) ?
			SEVERITY_MEDIUM :
			SEVERITY_LOW;
	show_uplinks(look, pair.a->family, e);
	if (look->policies)
		exposed_line(&e->evidence, "ip rule has %s of its own",
			     COUNTED(look->policies, "policy", "policies"));
	show_cures(&pair, e);
}
