// SPDX-License-Identifier: GPL-2.0-only
/* The way out of a socket through the namespaces that translate it: inspect_inward.c goes the
 * other way, from the outer tuple to the socket. */
#include <net/if.h>

#include "base/clock.h"
#include "node/conntrack_here.h"
#include "victims/audit_private.h"

enum { STEPS_MAX = 4 };

/* One namespace on the way. */
enum passage {
	PASSAGE_ONWARD, /* `tuple` is what leaves it */
	PASSAGE_CUT,    /* nobody knows */
};

/* Its conntrack knows nothing of it: as it is, if its rules translate nothing of the kind. */
static enum passage pass_untracked(struct routes *routes, uint8_t family, const struct tuple *tuple)
{
	struct nat_question q = { .family = family, .tuple = *tuple };
	struct nat_rules *rules = nat_rules_read();
	enum nat_answer answer = NAT_MAYBE;
	struct route out;

	if (rules && !routes_ask(routes, family, &tuple->dst, NULL, 0, &out)) {
		q.oif = out.oif;
		if (if_indextoname(q.oif, q.oifname))
			answer = nat_rules_ask(rules, &q);
	}
	nat_rules_free(rules);
	return answer == NAT_NO ? PASSAGE_ONWARD : PASSAGE_CUT;
}

static enum lookup ask(const struct auditor *a, uint32_t inum, uint8_t family,
		       const struct tuple *tuple, struct flow *entry)
{
	struct conntrack_here *conntrack = conntrack_here_open(inum, a->until_ns);
	enum lookup answer = conntrack ? conntrack_here_ask(conntrack, family, tuple, entry) :
					 LOOKUP_NONE;

	conntrack_here_close(conntrack);
	return answer;
}

/* Within the namespace. */
static enum passage pass(const struct auditor *a, struct routes *routes, uint32_t inum,
			 uint8_t family, struct tuple *tuple)
{
	struct flow entry;

	switch (ask(a, inum, family, tuple, &entry)) {
	case LOOKUP_ALIVE:
		*tuple = tuple_equal(&entry.orig, tuple) ? tuple_inverse(&entry.reply) :
							   tuple_inverse(&entry.orig);
		return PASSAGE_ONWARD;
	case LOOKUP_ABSENT:
		return pass_untracked(routes, family, tuple);
	default:
		return PASSAGE_CUT;
	}
}

/* Through the namespace, and where to from there. */
static enum passage step(const struct auditor *a, uint32_t inum, uint8_t family,
			 struct tuple *tuple, enum nat_answer *leads_out, struct route *route)
{
	struct routes *routes = audit_enter(a, inum) ? NULL : routes_open();
	enum passage passage = PASSAGE_CUT;

	if (!routes)
		return PASSAGE_CUT;
	passage = pass(a, routes, inum, family, tuple);
	if (passage == PASSAGE_ONWARD)
		*leads_out = audit_leads_to_outer(a, routes, family, tuple, route);
	routes_close(routes);
	return passage;
}

void audit_follow_outward(struct auditor *a, const struct socket_row *socket,
			  const struct route *first)
{
	struct socket_row outer = *socket;
	struct route route = *first;
	enum nat_answer leads_out = NAT_NO;

	for (int steps = 0; leads_out == NAT_NO; steps++) {
		size_t count = 0;
		const struct home *at =
			route.has_gateway ? address_owners_find(&a->owners, route.gateway_family,
								&route.gateway, &count) :
					    NULL;

		if (!count)
			return; /* it leaves the node by another way */
		/* Two with one address: which is meant is not known. */
		if (count > 1 || steps == STEPS_MAX ||
		    step(a, at->inum, outer.family, &outer.tuple, &leads_out, &route) ==
			    PASSAGE_CUT) {
			a->audit->untraced++;
			return;
		}
		outer.netns = at->inum;
	}
	outer.tag = leads_out;
	if (sockets_append(&a->behind, socket) || sockets_append(&a->beyond, &outer))
		a->audit->untraced++;
}
