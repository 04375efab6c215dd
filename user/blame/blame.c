// SPDX-License-Identifier: GPL-2.0-only
#include "blame/private.h"

#include <stdlib.h>
#include <string.h>

/* enum ip_conntrack_status, uapi/linux/netfilter/nf_conntrack_common.h */
enum { STATUS_SEEN_REPLY = 1U << 1 };

enum { RULESETS_MAX = 256, RENEWALS_MAX = 1024 };
enum { DEFAULT_REMOVALS = 1 << 21, DEFAULT_CHANGES = 4096, DEFAULT_FLUSHES = 16384 };
enum { DEFAULT_RISKS = 262144 };

static size_t or_default(size_t value, size_t fallback)
{
	return value ? value : fallback;
}

struct blame *blame_new(const struct blame_limits *limits, blame_sink_fn sink, void *sink_ctx)
{
	static const struct blame_limits defaults;
	struct blame *b = calloc(1, sizeof(*b));

	if (!b)
		return NULL;
	if (!limits)
		limits = &defaults;
	b->sink = sink;
	b->sink_ctx = sink_ctx;
	b->removals = removals_new(or_default(limits->removals, DEFAULT_REMOVALS), &b->strangers);
	b->changes = changes_new(or_default(limits->changes, DEFAULT_CHANGES), &b->strangers);
	b->flushes = flushes_new(or_default(limits->flushes, DEFAULT_FLUSHES), &b->strangers);
	b->rulesets = rulesets_new(RULESETS_MAX, &b->strangers);
	b->retranslations = retranslations_new(RENEWALS_MAX, &b->strangers);
	risks_init(&b->risks, or_default(limits->risks, DEFAULT_RISKS));
	if (!b->risks.table || !b->removals || !b->changes || !b->flushes || !b->rulesets ||
	    !b->retranslations) {
		blame_free(b);
		return NULL;
	}
	return b;
}

void blame_free(struct blame *b)
{
	if (!b)
		return;
	removals_free(b->removals);
	changes_free(b->changes);
	flushes_free(b->flushes);
	rulesets_free(b->rulesets);
	retranslations_free(b->retranslations);
	risks_release(&b->risks);
	unexplained_release(&b->stacks);
	free(b);
}

void blame_deliver(struct blame *b, const struct observation *seen, struct finding *f)
{
	f->seen = seen;
	f->netns = seen->netns;
	f->mono_ns = seen->mono_ns;
	f->wall_ns = seen->wall_ns;
	b->sink(b->sink_ctx, f);
}

void blame_deliver_raw(struct blame *b, const struct observation *seen, enum finding_type type)
{
	struct finding f = { .type = type };

	blame_deliver(b, seen, &f);
}

struct node *blame_node(struct blame *b, struct netns_id netns)
{
	return &b->nodes[netns.node < NODES_MAX ? netns.node : NODES_MAX - 1];
}

static struct change make_change(const struct observation *seen, uint64_t id)
{
	return (struct change){ .id = id,
				.netns = seen->netns,
				.mono_ns = seen->mono_ns,
				.wall_ns = seen->wall_ns,
				.seen = seen->change };
}

/* Another user namespace than the initial one owns it: what it holds of each table counts
 * together with the others like it. */
static void note_stranger(struct blame *b, struct netns_id netns)
{
	if (!strangers_note(&b->strangers, netns))
		return;
	removals_note_stranger(b->removals, netns);
	changes_note_stranger(b->changes, netns);
	flushes_note_stranger(b->flushes, netns);
	rulesets_note_stranger(b->rulesets, netns);
	retranslations_note_stranger(b->retranslations, netns);
	budgets_move(&b->sent.budgets, netns, strangers_owner(&b->strangers, netns));
	budgets_move(&b->listeners.budgets, netns, strangers_owner(&b->strangers, netns));
}

static int observe_change(struct blame *b, const struct observation *seen)
{
	bool is_address = seen->type == OBSERVATION_ADDRESS;
	struct finding f = { .type = is_address ? FINDING_ADDRESS : FINDING_LINK,
			     .id = ++b->last_id };
	struct change change = make_change(seen, f.id);

	if (seen->change.is_foreign)
		note_stranger(b, seen->netns);
	f.change = &change;
	blame_deliver(b, seen, &f);
	/* Only these can be behind a flush. */
	if (seen->change.op == ADDRESS_REMOVE || seen->change.op == LINK_DOWN)
		changes_add(b->changes, seen, f.id);
	if (is_address) {
		changes_note_address(b->changes, seen, f.id);
		blame_end_risks_by_address(b, seen);
	}
	return 0;
}

static int observe_ruleset(struct blame *b, const struct observation *seen)
{
	struct finding f = { .type = FINDING_RULESET, .id = b->last_id + 1 };
	struct observation attributed = *seen;

	rulesets_attribute(b->rulesets, &attributed);
	if (!rulesets_add(b->rulesets, &attributed, f.id))
		return 0;
	b->last_id++;
	blame_deliver(b, &attributed, &f);
	return 0;
}

static int observe_listener(struct blame *b, const struct observation *seen)
{
	struct finding f = { .type = FINDING_LISTENER, .id = ++b->last_id };

	listeners_add(&b->listeners, &b->strangers, seen);
	blame_deliver(b, seen, &f);
	return 0;
}

static int observe_rules(struct blame *b, const struct observation *seen)
{
	struct finding f = { .type = FINDING_RULES, .id = ++b->last_id };

	rulesets_note_commit(b->rulesets, seen);
	blame_deliver(b, seen, &f);
	return 0;
}

static int observe_removal(struct blame *b, const struct observation *seen)
{
	const struct removal_observation *r = &seen->removal;
	struct flush *flush = blame_flush_of(b, seen);
	struct finding f = { .type = FINDING_REMOVAL, .id = ++b->last_id, .flush = flush };
	struct ledger_removal entry = {
		.flow = r->flow,
		.netns = seen->netns,
		.mono_ns = seen->mono_ns,
		.id = f.id,
		.flush = flush ? flushes_index(b->flushes, flush) : LEDGER_NO_FLUSH,
		.zone = { r->zone, r->reply_zone },
		/* The act knows better: a masquerade flush may be a link's. */
		.cause = (uint8_t)(flush ? flush->cause : r->cause),
		.tcp_state = r->tcp_state,
		.expiry = r->expiry,
		.is_translated = flow_is_translated(&r->flow),
		/* A recording that does not tell the status is given the benefit. */
		.has_seen_reply = !r->status || (r->status & STATUS_SEEN_REPLY),
	};

	if (flush)
		blame_count_removal(flush, seen);
	if (removal_is_risky(&entry))
		risks_note(&b->risks, &entry, strangers_has(&b->strangers, seen->netns));
	if (!flush && r->cause == CAUSE_OTHER && r->stack)
		unexplained_note(&b->stacks, &b->strangers,
				 (struct dated){ seen->netns, seen->mono_ns }, f.id, r->stack);
	blame_deliver(b, seen, &f);
	removals_add(b->removals, &entry);
	return 0;
}

static void mark_retranslated(struct blame *b, const struct observation *seen,
			      const struct tuple *tuple)
{
	const struct entry_observation *e = &seen->entry;
	struct ledger_walk walk;

	removals_find(b->removals, &walk, seen->netns, e->flow.family, tuple);
	while (removals_next(b->removals, &walk)) {
		if (walk.removal.zone[LEDGER_ORIG] != e->zone)
			continue;
		if (walk.removal.retranslated_ns[walk.side])
			break; /* all older ones are marked, by whatever marked this one */
		removals_set_retranslated(b->removals, &walk, seen->mono_ns);
	}
}

/* Leads `walk` to the translated removal whose place a new entry takes: that of the same
 * original tuple (the client spoke first), or (side LEDGER_REPLY) whose answers look so (the
 * inner server did). One that another entry had replaced, before a newer removal, is
 * history, as all behind it. */
static bool find_replaced(struct blame *b, const struct observation *seen, enum ledger_side side,
			  struct ledger_walk *walk)
{
	const struct entry_observation *e = &seen->entry;
	const struct ledger_removal *r = &walk->removal;
	bool has_newer = false;

	removals_find(b->removals, walk, seen->netns, e->flow.family, &e->flow.orig);
	while (removals_next(b->removals, walk)) {
		if (walk->side != side || r->zone[side] != e->zone || r->mono_ns > seen->mono_ns)
			continue;
		if (has_newer && r->retranslated_ns[side])
			return false;
		if (r->is_translated)
			return true;
		has_newer = true;
	}
	return false;
}

/* Its server was behind another address or port: an inner one. */
static bool has_inner_server(const struct flow *flow)
{
	return flow->orig.dport != flow->reply.sport ||
	       !address_equal(&flow->orig.dst, &flow->reply.src);
}

/* As it was before: an inner server's own words go out as its answers did. */
static bool is_translated_alike(const struct ledger_removal *r, enum ledger_side side,
				const struct flow *flow)
{
	return tuple_equal(side == LEDGER_ORIG ? &r->flow.reply : &r->flow.orig, &flow->reply);
}

/* One side spoke first, and its flow is translated otherwise than before: the other will not
 * know it. */
static void note_retranslation(struct blame *b, const struct observation *seen)
{
	const struct entry_observation *e = &seen->entry;
	struct retranslation retranslation = { .netns = seen->netns,
					       .mono_ns = seen->mono_ns,
					       .flow = e->flow };
	enum ledger_side side = LEDGER_ORIG;
	struct ledger_walk walk;

	if (!find_replaced(b, seen, side, &walk)) {
		side = LEDGER_REPLY;
		if (e->by_syn || !find_replaced(b, seen, side, &walk) ||
		    !has_inner_server(&walk.removal.flow))
			return;
	}
	if (!e->by_syn && is_translated_alike(&walk.removal, side, &e->flow))
		return;
	retranslation.removed = walk.removal;
	retranslation.was_reply = side == LEDGER_REPLY;
	retranslations_add(b->retranslations, &retranslation, e->by_syn);
}

/* What an inner server says first leaves from its own address and port, and its client knows
 * another. */
static void note_bare(struct blame *b, const struct observation *seen)
{
	struct retranslation bare = { .netns = seen->netns,
				      .mono_ns = seen->mono_ns,
				      .flow = seen->entry.flow,
				      .was_reply = true,
				      .is_bare = true };
	struct ledger_walk walk;

	if (!find_replaced(b, seen, LEDGER_REPLY, &walk) || !has_inner_server(&walk.removal.flow))
		return;
	bare.removed = walk.removal;
	retranslations_add(b->retranslations, &bare, false);
}

/* A new entry takes the place of a removed one if a SYN made it, or if it is
 * translated (the client spoke first). The untranslated pick-up of the trigger
 * packet itself does not: the flow is as forgotten as before. */
static int observe_entry(struct blame *b, const struct observation *seen)
{
	const struct entry_observation *e = &seen->entry;

	blame_deliver_raw(b, seen, FINDING_ENTRY);
	if (e->by_syn || flow_is_translated(&e->flow)) {
		note_retranslation(b, seen);
		mark_retranslated(b, seen, &e->flow.orig);
		mark_retranslated(b, seen, &e->flow.reply);
		blame_end_risk_by_entry(b, seen);
	} else {
		note_bare(b, seen);
	}
	return 0;
}

/* Entries that it could not see were there before its module only. */
static int observe_probe(struct blame *b, const struct observation *seen)
{
	struct node *node = blame_node(b, seen->netns);
	bool is_attached = sense_is_attached(seen->probe.how);

	if (seen->probe.sense == SENSE_ENTRY)
		node->is_blind_to_entries = !is_attached;
	if (seen->probe.sense == SENSE_REQUEST) {
		node->is_blind_to_requests = !is_attached;
		if (is_attached)
			node->requests_since_ns = seen->mono_ns;
	}
	blame_deliver_raw(b, seen, FINDING_PROBE);
	return 0;
}

/* One namespace's changes were too many: what is joined to another's loses nothing. */
static void note_gap(struct blame *b, const struct observation *seen)
{
	struct netns_id netns = seen->netns;

	if (seen->lost.is_foreign && !netns.inum) /* some of them: they are one owner */
		netns.inum = OWNER_FOREIGN;
	else if (seen->lost.is_foreign)
		note_stranger(b, netns);
	if (seen->lost.count)
		changes_note_gap(b->changes, netns, seen->mono_ns);
}

static int observe_lost(struct blame *b, const struct observation *seen)
{
	if (seen->lost.is_of_netns)
		note_gap(b, seen);
	else if (seen->lost.count)
		changes_note_loss(b->changes, seen->lost.sense);
	/* A reset that went unseen takes nothing from the others. */
	if (!seen->lost.is_of_netns && !sense_is_of_resets(seen->lost.sense))
		blame_node(b, seen->netns)->losses += seen->lost.count;
	blame_deliver_raw(b, seen, FINDING_LOST);
	return 0;
}

/* What the kernel counted and nobody saw is as lost: none says of which probe. */
static int observe_witness(struct blame *b, const struct observation *seen)
{
	if (seen->witness.of != WITNESS_RESETS)
		blame_node(b, seen->netns)->losses += seen->witness.missing;
	blame_deliver_raw(b, seen, FINDING_WITNESS);
	return 0;
}

/* Truth rule 1: without this probe a newer entry of the flow would go unseen. */
static int observe_start(struct blame *b, const struct observation *seen)
{
	const struct start_observation *start = &seen->start;

	for (size_t i = 0; i < start->probes_count; i++) {
		bool is_attached = sense_is_attached(start->probes[i].how);

		changes_note_probe(b->changes, start->probes[i].sense, is_attached);
		if (start->probes[i].sense == SENSE_ENTRY && !is_attached)
			blame_node(b, seen->netns)->is_blind_to_entries = true;
		if (start->probes[i].sense == SENSE_REMOVAL && start->probes[i].is_blind)
			blame_node(b, seen->netns)->is_blind_to_removals = true;
		/* A recording of a version without that probe does not list it. */
		if (start->probes[i].sense == SENSE_REQUEST && !is_attached)
			blame_node(b, seen->netns)->is_blind_to_requests = true;
	}
	blame_deliver_raw(b, seen, FINDING_START);
	return 0;
}

int blame_observe(struct blame *b, const struct observation *seen)
{
	switch (seen->type) {
	case OBSERVATION_ADDRESS:
	case OBSERVATION_LINK:
		return observe_change(b, seen);
	case OBSERVATION_RULESET:
		return observe_ruleset(b, seen);
	case OBSERVATION_ACT_BEGIN:
		return blame_observe_act_begin(b, seen);
	case OBSERVATION_ACT_END:
		return blame_observe_act_end(b, seen);
	case OBSERVATION_REMOVAL:
		return observe_removal(b, seen);
	case OBSERVATION_ENTRY:
		return observe_entry(b, seen);
	case OBSERVATION_RESET:
		return blame_observe_reset(b, seen);
	case OBSERVATION_RESETS:
		return blame_observe_resets(b, seen);
	case OBSERVATION_AT_RISK:
		return blame_observe_risk(b, seen);
	case OBSERVATION_SOCKETS:
		blame_deliver_raw(b, seen, FINDING_SOCKETS);
		return 0;
	case OBSERVATION_PROBE:
		return observe_probe(b, seen);
	case OBSERVATION_LOST:
		return observe_lost(b, seen);
	case OBSERVATION_LOG:
		blame_deliver_raw(b, seen, FINDING_LOG);
		return 0;
	case OBSERVATION_NAMESPACE:
		blame_deliver_raw(b, seen, FINDING_NAMESPACE);
		return 0;
	case OBSERVATION_LISTENER:
		return observe_listener(b, seen);
	case OBSERVATION_RULES:
		return observe_rules(b, seen);
	case OBSERVATION_WITNESS:
		return observe_witness(b, seen);
	case OBSERVATION_START:
		return observe_start(b, seen);
	case OBSERVATION_END:
		blame_deliver_raw(b, seen, FINDING_END);
		return 0;
	}
	return 0;
}
