// SPDX-License-Identifier: GPL-2.0-only
#include "cast/removals.h"

#include <sys/socket.h>

const struct netns_id here = { .node = 0, .inum = NODE_NETNS };

struct ledger_removal removal(uint64_t id, const struct flow *flow)
{
	return (struct ledger_removal){ .flow = *flow,
					.netns.inum = NODE_NETNS,
					.id = id,
					.mono_ns = id * 10,
					.flush = LEDGER_NO_FLUSH,
					.is_translated = true };
}

uint64_t nth(struct ledger *l, struct netns_id netns, const struct tuple *t, size_t n,
	     enum ledger_side *side)
{
	struct ledger_walk walk;
	bool is_there;

	ledger_find(l, &walk, netns, AF_INET, t);
	do
		is_there = ledger_next(l, &walk);
	while (is_there && n-- > 0);
	*side = walk.side;
	return is_there ? walk.removal.id : 0;
}

void assert_removal_equal(const struct ledger_removal *got, const struct ledger_removal *expected)
{
	assert_flow_equal(&got->flow, &expected->flow);
	assert_int_equal(got->netns.inum, expected->netns.inum);
	assert_int_equal(got->netns.node, expected->netns.node);
	assert_int_equal(got->mono_ns, expected->mono_ns);
	assert_int_equal(got->flush, expected->flush);
	assert_int_equal(got->id, expected->flush == LEDGER_NO_FLUSH ? expected->id : 0);
	assert_int_equal(got->zone[LEDGER_ORIG], expected->zone[LEDGER_ORIG]);
	assert_int_equal(got->zone[LEDGER_REPLY], expected->zone[LEDGER_REPLY]);
	assert_int_equal(got->cause, expected->cause);
	assert_int_equal(got->expiry, expected->expiry);
	assert_int_equal(got->tcp_state, expected->tcp_state);
	assert_int_equal(got->is_translated, expected->is_translated);
	assert_int_equal(got->has_seen_reply, expected->has_seen_reply);
}

void find_first(struct ledger *l, struct ledger_walk *walk, const struct ledger_removal *like,
		enum ledger_side side)
{
	ledger_find(l, walk, like->netns, like->flow.family,
		    side == LEDGER_ORIG ? &like->flow.orig : &like->flow.reply);
	assert_true(ledger_next(l, walk));
	assert_int_equal(walk->side, side);
}
