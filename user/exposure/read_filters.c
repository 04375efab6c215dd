// SPDX-License-Identifier: GPL-2.0-only
/* What the filter rules of now would do with the next packet of each live flow, if conntrack had no
 * entry for it, or called it INVALID. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "exposure/read.h"
#include "node/routes.h"

/* A flow that is not asked about in this time is left as not known. */
#define ASK_NS (400 * NSEC_PER_MSEC)
enum { ACK = 0x10 };

struct reading {
	struct look *look;
	struct nat_rules *rules;
	struct routes *routes;
	uint32_t state; /* of a packet in the middle of a flow that has no entry */
	/* The last that was asked for: many flows have one end in common. */
	struct address from;
	uint8_t family;
	uint32_t iif;
};

static bool is_own(const struct look *look, uint8_t family, const struct address *address)
{
	return address_is_loopback(address, family) ||
	       look_address_find(look, family, address) != NULL;
}

/* By which interface packets from there come in: the one that leads back. */
static void find_iif(struct reading *r, struct nat_question *q)
{
	const struct look_link *link;
	struct route route;

	if (!r->routes || r->family != q->family || !address_equal(&r->from, &q->tuple.src)) {
		r->family = q->family;
		r->from = q->tuple.src;
		r->iif = r->routes && !routes_ask(r->routes, q->family, &q->tuple.src, NULL, 0,
						  &route) ?
				 route.oif :
				 0;
	}
	link = look_link_find(r->look, r->iif);
	q->is_iif_unknown = !link;
	q->iif = r->iif;
	if (link)
		memcpy(q->iifname, link->ifname, sizeof(q->iifname));
}

static unsigned int ask(struct reading *r, uint8_t family, const struct tuple *packet,
			uint32_t state)
{
	bool is_input = is_own(r->look, family, &packet->dst);
	struct nat_question q = { .family = family,
				  .tuple = *packet,
				  .is_oif_unknown = true,
				  .ct_states = state,
				  .tcp_flags = ACK };
	struct filter_answer answer;

	find_iif(r, &q);
	filter_rules_ask(r->rules, is_input ? FILTER_TO_INPUT : FILTER_TO_FORWARD, &q, &answer);
	if (answer.resets[0] && !r->look->resets[0])
		memcpy(r->look->resets, answer.resets, sizeof(r->look->resets));
	return answer.outcomes;
}

/* In its original direction, as translated as it leaves: a destination that DNAT gives it is
 * given to it again. */
static void judge(struct reading *r, struct look_flow *flow)
{
	const struct flow *f = &flow->flow;
	struct tuple there = f->orig;
	bool is_ours = is_own(r->look, f->family, &f->orig.src);
	bool is_to_us = is_own(r->look, f->family, &f->reply.src);
	unsigned int back = 0, out = 0;

	there.dst = f->reply.src;
	there.dport = f->reply.sport;
	if (is_ours && is_to_us)
		return; /* by loopback */
	if (!is_to_us)
		back = ask(r, f->family, &f->reply, r->state);
	if (!is_ours)
		out = ask(r, f->family, &there, r->state);
	flow->without_entry = (uint8_t)(back == FILTER_RESETS || out == FILTER_RESETS ?
						FILTER_RESETS :
						back | out);
	if (look_flow_is_translated(flow) && !is_to_us)
		flow->when_invalid = (uint8_t)ask(r, f->family, &f->reply, NAT_STATE_INVALID);
}

void read_filters(struct look *look, const struct node_files *files)
{
	struct reading r = { .look = look, .state = NAT_STATE_NEW };
	uint64_t is_loose = 1, until_ns = clock_mono_ns() + ASK_NS;

	if (!files->is_live) {
		look_lacks(look, LOOK_FILTERS, "a bundle's filter rules are not evaluated");
		return;
	}
	r.rules = nat_rules_read();
	if (!r.rules) {
		look_lacks(look, LOOK_FILTERS, "cannot read the ruleset: %s%s", strerror(errno),
			   errno == EPERM ? "; run it as root" : "");
		return;
	}
	filter_rules_prepare(r.rules);
	filter_rules_places(r.rules, &look->filter_places);
	look_value(look, "net.netfilter.nf_conntrack_tcp_loose", &is_loose);
	r.state = is_loose ? NAT_STATE_NEW : NAT_STATE_INVALID;
	r.routes = routes_open();
	for (size_t i = 0; i < look->flows_count && clock_mono_ns() < until_ns; i++)
		if (look_flow_is_live(&look->flows[i]))
			judge(&r, &look->flows[i]);
	routes_close(r.routes);
	nat_rules_free(r.rules);
}
