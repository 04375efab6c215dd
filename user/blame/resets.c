// SPDX-License-Identifier: GPL-2.0-only
#include "blame/private.h"

#include <string.h>

#include "base/clock.h"
#include "blame/judge.h"
#include "blame/live_entry.h"
#include "blame/settle.h"

/* How long the first line of those that are only counted (report/strays.h) speaks for others. */
#define COUNTED_NS (60 * NSEC_PER_SEC)

static bool is_clean_end(const struct ledger_removal *r)
{
	return !ledger_is_cut_short(r) &&
	       (r->tcp_state == TRACKER_TIME_WAIT || r->tcp_state == TRACKER_CLOSE);
}

/* Sorts one removal of the trigger's tuple into the evidence. True when it is
 * the one to blame. */
static bool weigh_removal(const struct observation *seen, const struct ledger_removal *r,
			  enum ledger_side side, struct evidence *e)
{
	const struct reset_observation *reset = &seen->reset;

	if (r->mono_ns > seen->mono_ns)
		return false;
	if (reset->has_zone && r->zone[side] != reset->zone)
		return false;
	/* It never stood between the packet and a socket, but between it and a rule. */
	if (!r->is_translated && (reset->kind != RESET_REJECTED || !r->has_seen_reply)) {
		e->was_own |= r->has_seen_reply && !e->was_replaced;
		e->has_clean_end |= is_clean_end(r) && !e->was_replaced;
		return false;
	}
	if (r->retranslated_ns[side] && r->retranslated_ns[side] <= seen->mono_ns) {
		e->was_replaced = true;
		return false;
	}
	e->has_clean_end |= is_clean_end(r); /* truth rule 4: both sides had closed it */
	e->is_zone_known = reset->has_zone || !r->zone[side];
	return true;
}

/* Only whose server was behind another address leaves its packets, untranslated, to the
 * client's own namespace; a masqueraded flow's go to who has the address. */
static bool comes_to_client(const struct flow *flow, const struct tuple *packet)
{
	return flow->orig.sport == packet->dport && address_equal(&flow->orig.src, &packet->dst);
}

/* Truth rule 11: the entry that should have translated the packet may have been another
 * namespace's, through which it came. It did if its reply leads to where it came from. */
static bool find_elsewhere(struct blame *b, const struct observation *seen,
			   struct ledger_walk *walk, struct evidence *e)
{
	const struct ledger_removal *r = &walk->removal;

	for (size_t i = 0; i < b->risks.places_count; i++) {
		struct netns_id netns = b->risks.places[i].netns;

		if (netns.node != seen->netns.node || netns.inum == seen->netns.inum)
			continue;
		removals_find(b->removals, walk, netns, seen->reset.family, &seen->reset.packet);
		while (removals_next(b->removals, walk)) {
			if (walk->side != LEDGER_REPLY || r->mono_ns > seen->mono_ns ||
			    !removal_is_risky(r) || !comes_to_client(&r->flow, &seen->reset.packet))
				continue;
			if (r->retranslated_ns[LEDGER_REPLY] &&
			    r->retranslated_ns[LEDGER_REPLY] <= seen->mono_ns)
				break;
			e->removal = r;
			e->is_elsewhere = true;
			e->flush = flushes_at(b->flushes, r->flush);
			return true;
		}
	}
	return false;
}

/* Both ends are on this node: one RST, seen twice. On its way it was translated back, if its
 * trigger had been translated. */
static uint64_t sent_as(struct blame *b, const struct observation *received,
			const struct evidence *e)
{
	const struct tuple plain = tuple_inverse(&received->reset.packet);
	uint64_t id = sent_resets_take(&b->sent, received, &plain);
	struct tuple translated;

	if (id || !e->retranslation)
		return id;
	translated = tuple_inverse(&e->retranslation->flow.reply);
	return sent_resets_take(&b->sent, received, &translated);
}

static void take_newest(uint64_t *horizon_ns, uint64_t ns)
{
	if (ns > *horizon_ns)
		*horizon_ns = ns;
}

static void gather_retranslation(struct blame *b, const struct observation *seen,
				 struct evidence *e)
{
	const struct tuple orig = tuple_inverse(&seen->reset.packet);

	e->retranslation = retranslations_find(b->retranslations, seen->netns.node,
					       seen->reset.family, &orig, seen->mono_ns);
	e->sent_as = sent_as(b, seen, e);
	e->others_horizon_ns = retranslations_horizon(b->retranslations, seen->netns);
	take_newest(&e->others_horizon_ns, sent_resets_horizon(&b->sent, &b->strangers, seen));
	/* An untranslated entry of another namespace is the same packet's on its way; and of a
	 * reset that this node sent, its sender's verdict tells more. */
	if (e->retranslation && e->retranslation->is_bare &&
	    (e->sent_as || !netns_equal(e->retranslation->netns, seen->netns)))
		e->retranslation = NULL;
	if (e->retranslation)
		e->flush = flushes_at(b->flushes, e->retranslation->removed.flush);
}

/* It was re-translated, and came so to this namespace: past the node, or to another port of
 * the node's own. */
static void gather_passing(struct blame *b, const struct observation *seen, struct evidence *e)
{
	e->retranslation = retranslations_find_packet(b->retranslations, seen->netns.node,
						      seen->reset.family, &seen->reset.packet,
						      seen->mono_ns);
	if (e->retranslation)
		e->flush = flushes_at(b->flushes, e->retranslation->removed.flush);
}

static void gather_ruleset(struct blame *b, const struct observation *seen, struct evidence *e)
{
	const struct reset_observation *reset = &seen->reset;
	uint8_t hooks = reset_entry_hooks(reset);
	uint8_t missing = (uint8_t)(~hooks & (HOOKS_CONNTRACK | HOOKS_NAT));
	struct netns_id netns = seen->netns;

	if (reset->entry_netns)
		netns.inum = reset->entry_netns;
	/* Those of a namespace that was only asked for its entry are not known. */
	if (((hooks & HOOKS_KNOWN) || reset->entry_netns) && missing)
		e->ruleset =
			rulesets_behind(b->rulesets, netns, reset->family, missing, seen->mono_ns);
}

/* Truth rule 12: of what is not remembered any more nothing is said. */
static void gather_horizons(struct blame *b, const struct observation *seen,
			    const struct ledger_walk *walk, struct evidence *e)
{
	struct netns_id netns = e->removal ? e->removal->netns : seen->netns;

	e->removals_horizon_ns = removals_ends_horizon(b->removals, seen->netns);
	if (walk->is_cut) /* the oldest of those with this tuple */
		take_newest(&e->removals_horizon_ns, walk->removal.mono_ns);
	for (size_t i = 0; i < b->risks.places_count; i++) {
		const struct risky_place *place = &b->risks.places[i];

		if (place->netns.node == seen->netns.node && !place->is_foreign)
			take_newest(&e->removals_horizon_ns,
				    removals_horizon(b->removals, place->netns));
	}
	e->changes_horizon_ns = changes_horizon(b->changes, netns);
	take_newest(&e->changes_horizon_ns, flushes_horizon(b->flushes, netns));
	e->others_horizon_ns = rulesets_horizon(b->rulesets, seen->netns);
	e->misses_arrivals = changes_misses_arrivals(b->changes, seen->netns);
	e->is_flush_forgotten = e->removal && !e->flush &&
				(e->removal->flush != LEDGER_NO_FLUSH ||
				 flushes_horizon(b->flushes, netns) >= e->removal->mono_ns);
}

/* The evidence may point into `walk`, which then is at the removal to blame. */
static void gather(struct blame *b, const struct observation *seen, struct ledger_walk *walk,
		   struct evidence *e)
{
	const struct reset_observation *reset = &seen->reset;

	removals_find(b->removals, walk, seen->netns, reset->family, &reset->packet);
	while (removals_next(b->removals, walk)) {
		if (weigh_removal(seen, &walk->removal, walk->side, e)) {
			e->removal = &walk->removal;
			e->is_at_client = walk->side == LEDGER_REPLY &&
					  comes_to_client(&walk->removal.flow, &reset->packet);
			e->flush = flushes_at(b->flushes, walk->removal.flush);
			break;
		}
	}
	/* What ended cleanly here is no longer another namespace's affair. */
	if (!e->removal && !e->has_clean_end && !find_elsewhere(b, seen, walk, e))
		gather_passing(b, seen, e);
	gather_ruleset(b, seen, e);
	e->listener = listeners_find(&b->listeners, seen->netns, reset->family, &reset->packet,
				     seen->mono_ns);
	e->arrival = changes_arrival(b->changes, seen->netns, reset->family, &reset->packet.dst);
	e->has_losses = blame_node(b, seen->netns)->losses > 0;
	e->sees_entries = !blame_node(b, seen->netns)->is_blind_to_entries;
	e->sees_removals = !blame_node(b, seen->netns)->is_blind_to_removals;
	gather_horizons(b, seen, walk, e);
}

/* To the removal whose place a new translation took. */
static bool walk_to_replaced(struct blame *b, const struct evidence *e, struct ledger_walk *walk)
{
	const struct retranslation *r = e->retranslation;

	removals_find(b->removals, walk, r->netns, r->flow.family, &r->removed.flow.orig);
	while (removals_next(b->removals, walk))
		if (walk->side == LEDGER_ORIG && walk->removal.mono_ns == r->removed.mono_ns)
			return true;
	return false;
}

/* What was removed by itself is told as a flush of one once it is to blame. */
static void show_single(struct blame *b, const struct observation *seen, const struct evidence *e,
			struct ledger_walk *walk, struct reset_blame *blamed)
{
	struct flush *f;

	if (e->flush)
		return;
	if (blamed->renewed_ago_ns) {
		if (!walk_to_replaced(b, e, walk))
			return;
	} else if (blamed->verdict != VERDICT_ENTRY_REMOVED) {
		return;
	}
	f = flushes_at(b->flushes, walk->removal.flush);
	if (!f)
		f = blame_make_single(b, seen, walk);
	if (!f)
		return;
	blamed->flush = f;
	blamed->because[0] = f->id;
}

static void place_by_risk(const struct risk *risk, uint64_t reset_ns, struct wanted_socket *out)
{
	out->tuple = *risk_socket(risk);
	if (!risk->victim->is_unsure) { /* else it is looked for anew, with all that may be it */
		out->inum = risk->victim->process.netns;
		out->inode = risk->inode;
	}
	if (risk->end != RISK_GOES_ON)
		return;
	out->known = risk->victim;
	if (reset_ns > risk->looked_mono_ns)
		out->known_ago_ns = reset_ns - risk->looked_mono_ns;
}

/* Which socket is to be looked up. False: none is, or nobody knows. */
static bool find_wanted(struct blame *b, const struct evidence *e, const struct reset_blame *blamed,
			struct wanted_socket *out)
{
	const struct observation *seen = e->reset;
	const struct risk *risk;
	bool is_client;

	memset(out, 0, sizeof(*out));
	out->role = (uint8_t)settle_role(seen, blamed);
	if (out->role == VICTIM_OWN || out->role == VICTIM_LISTENER) {
		out->tuple = tuple_inverse(&seen->reset.packet);
		out->inum = seen->netns.inum;
		return true;
	}
	if (out->role == VICTIM_UNKNOWN)
		return false;
	if (e->retranslation && blamed->renewed_ago_ns) { /* it knows the connection as it was */
		out->tuple = blamed->removed_reply;
		return true;
	}
	/* A packet of the server's was meant for the client, and the other way round. */
	is_client = !tuple_equal(&seen->reset.packet, &blamed->flow.orig);
	out->tuple = is_client ? blamed->flow.orig : blamed->flow.reply;
	if (!is_client || !e->removal)
		return true;
	risk = risk_table_find(b->risks.table, e->removal->netns, blamed->flow.family,
			       &blamed->flow.orig);
	/* Of two zones with the same tuple one is at risk, the other may be what was reset. */
	if (risk && risk->victim && risk->zone == e->removal->zone[LEDGER_ORIG])
		place_by_risk(risk, seen->mono_ns, out);
	return true;
}

static void gather_for(struct blame *b, const struct observation *seen, struct ledger_walk *walk,
		       struct evidence *e)
{
	const struct reset_observation *reset = &seen->reset;

	e->is_misled = blame_node(b, seen->netns)->is_misled;
	if (reset->kind == RESET_RECEIVED)
		gather_retranslation(b, seen, e);
	else if (reset->kind != RESET_ABORT)
		gather(b, seen, walk, e);
	else if (reset->cause == CAUSE_KEEPALIVE)
		e->departure = changes_departure(b->changes, seen->netns, reset->family,
						 &reset->packet.dst);
}

int blame_observe_reset(struct blame *b, const struct observation *seen)
{
	struct evidence evidence = { .reset = seen };
	struct ledger_walk walk;
	struct reset_blame blamed;
	struct wanted_socket wanted;
	struct finding f = { .type = FINDING_RESET, .reset = &blamed };

	gather_for(b, seen, &walk, &evidence);
	judge_reset(&evidence, &blamed);
	show_single(b, seen, &evidence, &walk, &blamed);
	if (blamed.flush) /* the summary's stories point to it */
		flushes_at(b->flushes, flushes_index(b->flushes, blamed.flush))->is_blamed = true;
	blame_deliver_ongoing(b, blamed.flush);
	f.id = ++b->last_id;
	blamed.sent_as = evidence.sent_as;
	if (seen->reset.kind != RESET_RECEIVED && seen->reset.delivered != DELIVERED_NO)
		sent_resets_add(&b->sent, &b->strangers, seen, f.id);
	/* A recording has the answer. */
	if (seen->reset.victim.look != LOOK_NONE)
		settle_reset(seen, &seen->reset.victim, &blamed);
	else if (find_wanted(b, &evidence, &blamed, &wanted))
		f.wanted = &wanted;
	blame_deliver(b, seen, &f);
	blame_end_risks_by_reset(b, seen, &blamed, evidence.removal);
	return 0;
}

/* A SYN that no socket took leads to one verdict only, so the packets are not missed: see
 * judge_syn(). */
int blame_observe_resets(struct blame *b, const struct observation *seen)
{
	const struct resets_observation *counted = &seen->counted;
	struct reset_blame blamed = { .verdict = VERDICT_NO_LISTENER,
				      .confidence = CONFIDENCE_PROVEN };
	struct finding f = { .type = FINDING_RESETS, .reset = &blamed };

	if (counted->verdict) {
		/* The first alone: others may follow it for a minute. Those have one line then. */
		sent_resets_count(&b->sent, &b->strangers, seen->netns,
				  seen->mono_ns + (counted->count == 1 ? COUNTED_NS : 0));
		blamed = (struct reset_blame){ .verdict = counted->verdict,
					       .cause = counted->cause,
					       .confidence = counted->confidence };
	}
	f.id = ++b->last_id;
	blame_deliver(b, seen, &f);
	return 0;
}
