// SPDX-License-Identifier: GPL-2.0-only
#include "blame/private.h"

static struct risk *add_risk(struct blame *b, const struct risk *risk, const struct victim *victim)
{
	return strangers_has(&b->strangers, risk->netns) ?
		       risk_table_add_foreign(b->risks.table, risk, victim) :
		       risk_table_add(b->risks.table, risk, victim);
}

/* One that was reset stays known, so that its socket is not found again. */
static void end_risk(struct blame *b, const struct observation *seen, struct risk *risk,
		     enum risk_end how)
{
	bool is_told = risk->end == RISK_GOES_ON;
	struct finding f = { .type = FINDING_RISK_OVER, .risk = risk };

	b->risks.own -= risk->by && is_told;
	risk->end = how;
	if (is_told)
		blame_deliver(b, seen, &f);
	if (how != RISK_RESET)
		risk_table_remove(b->risks.table, risk);
}

void blame_end_risk_by_entry(struct blame *b, const struct observation *seen)
{
	const struct entry_observation *e = &seen->entry;
	struct risk *risk =
		risk_table_find(b->risks.table, seen->netns, e->flow.family, &e->flow.orig);

	if (!risk || risk->zone != e->zone)
		return;
	end_risk(b, seen, risk,
		 e->by_syn || tuple_equal(&risk->flow.reply, &e->flow.reply) ? RISK_RECOVERED :
									       RISK_RETRANSLATED);
}

/* No room is left: told once, though each who lists all sockets meets it again. */
static void leave_unfollowed(struct blame *b, const struct observation *seen, struct risk *risk,
			     struct ledger_walk *walk)
{
	struct finding f = { .type = FINDING_UNFOLLOWED, .risk = risk };

	if (walk->removal.is_unfollowed)
		return;
	removals_set_unfollowed(b->removals, walk);
	risk->limit = risk_table_limit(b->risks.table);
	blame_deliver(b, seen, &f);
}

static void begin_risk(struct blame *b, const struct observation *seen, struct ledger_walk *walk)
{
	const struct ledger_removal *r = &walk->removal;
	struct flush *flush = flushes_at(b->flushes, r->flush);
	struct risk risk = { .netns = r->netns,
			     .flow = r->flow,
			     .inner = seen->risk.inner,
			     .zone = r->zone[LEDGER_ORIG],
			     .cause = r->cause,
			     .looked_mono_ns = seen->risk.looked_ns,
			     .inode = seen->risk.inode };
	struct finding f = { .type = FINDING_AT_RISK };

	if (!flush)
		flush = blame_make_single(b, seen, walk);
	blame_deliver_ongoing(b, flush);
	if (flush)
		risk.cause = flush->cause; /* it may have learned since */
	risk.flush = flush ? flush->id : 0;
	risk.id = f.id = ++b->last_id;
	f.risk = add_risk(b, &risk, &seen->risk.victim);
	if (f.risk)
		blame_deliver(b, seen, &f);
	else
		leave_unfollowed(b, seen, &risk, walk);
}

/* Its own address is gone: what it sends cannot leave, and nothing reaches it. No entry is
 * needed for that. */
static void begin_own_risk(struct blame *b, const struct observation *seen)
{
	const struct risk_observation *o = &seen->risk;
	struct risk risk = { .netns = seen->netns,
			     .is_one_sided = true,
			     .cause = CAUSE_ADDRESS_REMOVED,
			     .looked_mono_ns = o->looked_ns,
			     .inode = o->inode };
	struct finding f = { .type = FINDING_AT_RISK };

	risk.by = changes_departure(b->changes, seen->netns, o->flow.family, &o->flow.orig.src);
	if (!risk.by)
		return; /* it is back */
	risk.flow = (struct flow){ .family = o->flow.family,
				   .orig = o->flow.orig,
				   .reply = tuple_inverse(&o->flow.orig) };
	risk.id = f.id = b->last_id + 1;
	f.risk = add_risk(b, &risk, &o->victim);
	if (!f.risk)
		return;
	b->last_id++;
	b->risks.own++;
	changes_keep(b->changes, risk.by);
	blame_deliver(b, seen, &f);
}

void blame_end_risks_by_address(struct blame *b, const struct observation *seen)
{
	size_t cursor = 0;
	const struct risk *risk;

	if (seen->change.op != ADDRESS_ADD || !b->risks.own)
		return;
	while ((risk = blame_risk(b, &cursor)))
		if (risk->by && netns_equal(risk->netns, seen->netns) &&
		    risk->flow.family == seen->change.family &&
		    address_equal(&risk->flow.orig.src, &seen->change.local))
			end_risk(b, seen, (struct risk *)risk, RISK_RECOVERED);
}

int blame_observe_risk(struct blame *b, const struct observation *seen)
{
	const struct risk_observation *o = &seen->risk;
	struct risk *risk =
		risk_table_find(b->risks.table, seen->netns, o->flow.family, &o->flow.orig);
	struct ledger_walk walk;

	if (o->end == RISK_CLOSED && risk && risk->end == RISK_GOES_ON)
		end_risk(b, seen, risk, RISK_CLOSED);
	if (o->end != RISK_GOES_ON || risk)
		return 0;
	if (o->is_own_address) {
		begin_own_risk(b, seen);
		return 0;
	}
	if (risks_forgotten(b->removals, &walk, seen->netns, o->flow.family, &o->flow.orig,
			    o->looked_ns))
		begin_risk(b, seen, &walk);
	return 0;
}

/* The flow of one removal. One that is not known to be at risk is remembered, so that its
 * socket is not found later. */
static void end_risk_of(struct blame *b, const struct observation *seen,
			const struct ledger_removal *r, bool is_blamed)
{
	struct risk reset = {
		.netns = r->netns, .end = RISK_RESET, .flow = r->flow, .zone = r->zone[LEDGER_ORIG]
	};
	struct risk *risk =
		risk_table_find(b->risks.table, r->netns, r->flow.family, &r->flow.orig);

	if (risk)
		end_risk(b, seen, risk, RISK_RESET);
	else if (is_blamed)
		add_risk(b, &reset, NULL);
}

/* Whichever side the reset was for: of a removed flow whose tuple, in either direction, is
 * `tuple`. */
static void end_risks_of(struct blame *b, const struct observation *seen, struct netns_id netns,
			 const struct tuple *tuple, bool is_blamed)
{
	struct ledger_walk walk;

	removals_find(b->removals, &walk, netns, seen->reset.family, tuple);
	while (removals_next(b->removals, &walk))
		if (walk.removal.mono_ns <= seen->mono_ns && removal_is_risky(&walk.removal)) {
			end_risk_of(b, seen, &walk.removal, is_blamed);
			return;
		}
}

void blame_end_risks_by_reset(struct blame *b, const struct observation *seen,
			      const struct reset_blame *blamed, const struct ledger_removal *r)
{
	const struct reset_observation *reset = &seen->reset;
	struct tuple sends = tuple_inverse(&reset->packet);
	bool has_chain = blamed->renewed_ago_ns; /* it leads to that very removal */

	if (b->risks.own && (reset->kind == RESET_RECEIVED || reset->kind == RESET_ABORT)) {
		struct risk *own =
			risk_table_find(b->risks.table, seen->netns, reset->family, &sends);

		if (own && own->by)
			return end_risk(b, seen, own, RISK_RESET);
	}
	if (reset->delivered == DELIVERED_NO)
		return;
	if (r && blamed->verdict == VERDICT_ENTRY_REMOVED &&
	    tuple_equal(&reset->packet, &r->flow.reply))
		return end_risk_of(b, seen, r, true);
	for (size_t i = 0; i < b->risks.places_count; i++) {
		struct netns_id netns = b->risks.places[i].netns;

		if (netns.node != seen->netns.node)
			continue;
		/* What a socket of this node received or aborted, it sends the inverse of. */
		if (reset->kind == RESET_RECEIVED || reset->kind == RESET_ABORT)
			end_risks_of(b, seen, netns, &sends, has_chain);
		else
			end_risks_of(b, seen, netns, &reset->packet, has_chain);
	}
}

uint64_t blame_risky_ns(const struct blame *b, uint32_t node)
{
	return risks_last_ns(&b->risks, node);
}

bool blame_forgot(struct blame *b, struct netns_id netns, uint8_t family, const struct tuple *tuple,
		  uint64_t looked_ns, struct flow *flow, struct netns_id *entry_netns)
{
	struct ledger_walk walk;

	if (!risks_forgotten_anywhere(&b->risks, b->removals, &walk, netns.node, family, tuple,
				      looked_ns) ||
	    risk_table_find(b->risks.table, walk.removal.netns, family, tuple))
		return false;
	*flow = walk.removal.flow;
	*entry_netns = walk.removal.netns;
	return true;
}

const struct risk *blame_risk(const struct blame *b, size_t *cursor)
{
	const struct risk *risk;

	while ((risk = risk_table_next(b->risks.table, cursor)) && risk->end != RISK_GOES_ON)
		;
	return risk;
}
