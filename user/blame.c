// SPDX-License-Identifier: GPL-2.0-only
#include "blame.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "changes.h"
#include "flushes.h"
#include "judge.h"
#include "ledger.h"

/* enum ip_conntrack_status, uapi/linux/netfilter/nf_conntrack_common.h */
enum { STATUS_SEEN_REPLY = 1U << 1 };

/* A process that deletes entry by entry is at one flush while it keeps going. */
#define FLUSH_QUIET_NS (200ULL * 1000 * 1000)

enum { NODES_MAX = 64, OPEN_MAX = 8 };
enum { DEFAULT_REMOVALS = 1000000, DEFAULT_CHANGES = 4096, DEFAULT_FLUSHES = 16384 };

/* What is known of one node's way of seeing; by its number, the last for all past
 * the limit. */
struct node {
	bool is_blind_to_entries;
	uint64_t losses; /* of the probes that a join needs */
};

struct blame {
	blame_sink_fn sink;
	void *sink_ctx;
	struct ledger *ledger;
	struct changes *changes;
	struct flushes *flushes;
	struct flush *open[OPEN_MAX]; /* flushes without an end of their own, or NULL */
	uint64_t last_id;
	struct node nodes[NODES_MAX];
};

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
	b->ledger = ledger_new(or_default(limits->removals, DEFAULT_REMOVALS));
	b->changes = changes_new(or_default(limits->changes, DEFAULT_CHANGES));
	b->flushes = flushes_new(or_default(limits->flushes, DEFAULT_FLUSHES));
	if (!b->ledger || !b->changes || !b->flushes) {
		blame_free(b);
		return NULL;
	}
	return b;
}

void blame_free(struct blame *b)
{
	if (!b)
		return;
	ledger_free(b->ledger);
	changes_free(b->changes);
	flushes_free(b->flushes);
	free(b);
}

static void deliver(struct blame *b, const struct observation *seen, struct finding *f)
{
	f->seen = seen;
	f->netns = seen->netns;
	f->mono_ns = seen->mono_ns;
	f->wall_ns = seen->wall_ns;
	b->sink(b->sink_ctx, f);
}

static void deliver_raw(struct blame *b, const struct observation *seen, enum finding_type type)
{
	struct finding f = { .type = type };

	deliver(b, seen, &f);
}

static void deliver_flush(struct blame *b, struct flush *flush)
{
	struct finding f = {
		.type = FINDING_FLUSH,
		.id = flush->id,
		.netns = flush->netns,
		.mono_ns = flush->first_mono_ns,
		.wall_ns = flush->first_wall_ns,
		.flush = flush,
	};

	flush->is_delivered = true;
	b->sink(b->sink_ctx, &f);
}

static struct node *node_of(struct blame *b, struct netns_id netns)
{
	return &b->nodes[netns.node < NODES_MAX ? netns.node : NODES_MAX - 1];
}

static bool take_open(struct blame *b, const struct flush *f)
{
	for (size_t i = 0; i < OPEN_MAX; i++)
		if (b->open[i] == f) {
			b->open[i] = NULL;
			return true;
		}
	return false;
}

/* One that removed nothing is told and forgotten: on a container host each link
 * that goes down makes one. */
static void end_flush(struct blame *b, struct flush *flush)
{
	take_open(b, flush); /* it may be freed below */
	if (flush->is_ended)
		return;
	flush->is_ended = true;
	deliver_flush(b, flush);
	if (flush->entries || flush->removals_seen)
		return;
	changes_unpin(b->changes, flush);
	flushes_forget(b->flushes, flush);
}

/* The flushes that no act ends (entry by entry, or by a notifier) end by being
 * quiet. A few may be open at once: each process is at its own. */
static void end_quiet(struct blame *b, uint32_t node, uint64_t mono_ns)
{
	for (size_t i = 0; i < OPEN_MAX; i++) {
		struct flush *f = b->open[i];

		if (f && f->netns.node == node && mono_ns >= f->last_mono_ns + FLUSH_QUIET_NS)
			end_flush(b, f);
	}
}

static void keep_open(struct blame *b, struct flush *f)
{
	size_t oldest = 0;

	for (size_t i = 0; i < OPEN_MAX && b->open[oldest]; i++)
		if (!b->open[i] || b->open[i]->last_mono_ns < b->open[oldest]->last_mono_ns)
			oldest = i;
	if (b->open[oldest])
		end_flush(b, b->open[oldest]);
	b->open[oldest] = f;
}

static struct change make_change(const struct observation *seen, uint64_t id)
{
	return (struct change){ .id = id,
				.netns = seen->netns,
				.mono_ns = seen->mono_ns,
				.wall_ns = seen->wall_ns,
				.seen = seen->change };
}

static int observe_change(struct blame *b, const struct observation *seen)
{
	bool is_address = seen->type == OBSERVATION_ADDRESS;
	struct finding f = { .type = is_address ? FINDING_ADDRESS : FINDING_LINK,
			     .id = ++b->last_id };
	struct change change = make_change(seen, f.id);

	f.change = &change;
	deliver(b, seen, &f);
	/* Only these can be behind a flush. */
	if (seen->change.op == ADDRESS_REMOVE || seen->change.op == LINK_DOWN)
		changes_add(b->changes, seen, f.id);
	return 0;
}

static struct flush *find_deleting(struct blame *b, const struct observation *seen)
{
	for (size_t i = 0; i < OPEN_MAX; i++) {
		struct flush *f = b->open[i];

		if (f && f->cause == CAUSE_USER_DELETE && f->netns.inum == seen->netns.inum &&
		    f->netns.node == seen->netns.node && actor_equal(&f->actor, &seen->act.actor))
			return f;
	}
	return NULL;
}

/* Kernels before 5.10.74 flush in the notifier itself, without an act. */
static struct flush *find_notified(struct blame *b, const struct observation *seen)
{
	for (size_t i = 0; i < OPEN_MAX; i++) {
		struct flush *f = b->open[i];

		if (f && f->cause == CAUSE_ADDRESS_REMOVED && f->netns.inum == seen->netns.inum &&
		    f->netns.node == seen->netns.node &&
		    address_equal(&f->address, &seen->removal.flow.reply.dst))
			return f;
	}
	return NULL;
}

static struct flush *open_flush(struct blame *b, const struct observation *seen, uint64_t act,
				enum cause cause)
{
	struct flush *f = flushes_add(b->flushes, seen->netns.node, act);

	if (!f)
		return NULL;
	f->id = ++b->last_id;
	f->cause = cause;
	f->netns = seen->netns;
	f->first_mono_ns = f->last_mono_ns = seen->mono_ns;
	f->first_wall_ns = f->last_wall_ns = seen->wall_ns;
	return f;
}

static void describe_flush(struct blame *b, struct flush *f, const struct act_observation *act)
{
	f->actor = act->actor;
	if (act->is_given) {
		f->by = NULL; /* by the tuple, so far */
		f->join = JOIN_NONE;
		changes_join_recorded(b->changes, f, act->by);
		return;
	}
	f->ifindex = act->ifindex;
	f->has_address = act->has_address;
	f->address = act->address;
	if (f->cause == CAUSE_ADDRESS_REMOVED || f->cause == CAUSE_LINK_DOWN)
		changes_join(b->changes, f);
}

/* A recording of ours has acts and flush lines; another may have only the
 * latter, which then say all at once, after the removals. */
static void observe_given_flush(struct blame *b, const struct observation *seen)
{
	const struct act_observation *act = &seen->act;
	struct flush *f = flushes_find(b->flushes, seen->netns.node, act->act);

	if (!f)
		f = open_flush(b, seen, act->act, act->cause);
	if (!f)
		return;
	describe_flush(b, f, act);
	f->entries = act->entries;
	f->tcp_entries = act->tcp_entries;
	end_flush(b, f);
}

static int observe_act_begin(struct blame *b, const struct observation *seen)
{
	const struct act_observation *act = &seen->act;
	bool is_delete = act->cause == CAUSE_USER_DELETE;
	struct flush *f;

	deliver_raw(b, seen, FINDING_ACT);
	if (act->is_given) {
		observe_given_flush(b, seen);
		return 0;
	}
	end_quiet(b, seen->netns.node, seen->mono_ns);
	f = is_delete ? find_deleting(b, seen) : NULL;
	if (f) {
		flushes_alias(b->flushes, f, act->act);
		f->entries++;
		f->last_mono_ns = seen->mono_ns;
		f->last_wall_ns = seen->wall_ns;
		return 0;
	}
	f = open_flush(b, seen, act->act, act->cause);
	if (!f)
		return 0;
	describe_flush(b, f, act);
	if (is_delete) {
		f->counts_acts = true;
		f->entries = 1;
		keep_open(b, f);
	}
	return 0;
}

static int observe_act_end(struct blame *b, const struct observation *seen)
{
	struct flush *f = flushes_find(b->flushes, seen->netns.node, seen->act.act);

	deliver_raw(b, seen, FINDING_ACT);
	if (!f || f->is_ended)
		return 0;
	/* The kernel's own count: it holds even where records were lost. */
	f->entries = seen->act.entries;
	f->tcp_entries = seen->act.tcp_entries;
	f->last_mono_ns = seen->mono_ns;
	f->last_wall_ns = seen->wall_ns;
	end_flush(b, f);
	return 0;
}

/* The act's beginning was not seen (lost, or before the window), or it did not
 * say which address: the removal itself says what kind it was, and where to. */
static struct flush *flush_of(struct blame *b, const struct observation *seen)
{
	const struct removal_observation *r = &seen->removal;
	bool is_notified = !r->act && r->cause == CAUSE_ADDRESS_REMOVED;
	struct flush *f = flushes_find(b->flushes, seen->netns.node, r->act);

	if (is_notified) {
		end_quiet(b, seen->netns.node, seen->mono_ns);
		f = find_notified(b, seen);
	}
	if (!f && (r->act || is_notified || r->has_actor)) {
		f = open_flush(b, seen, r->act, r->cause);
		if (f && r->has_actor)
			f->actor = r->actor;
		if (f && is_notified)
			keep_open(b, f);
	}
	if (f && f->cause == CAUSE_ADDRESS_REMOVED && !f->has_address && !f->by)
		changes_join_by_tuple(b->changes, f, r->flow.family, &r->flow.reply.dst);
	return f;
}

static void count_removal(struct flush *f, const struct observation *seen)
{
	f->removals_seen++;
	if (f->is_ended)
		return;
	f->entries += !f->counts_acts;
	f->tcp_entries++;
	f->family = seen->removal.flow.family;
	f->last_mono_ns = seen->mono_ns;
	f->last_wall_ns = seen->wall_ns;
}

static int observe_removal(struct blame *b, const struct observation *seen)
{
	const struct removal_observation *r = &seen->removal;
	struct flush *flush = flush_of(b, seen);
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
		.is_translated = flow_is_translated(&r->flow),
		/* A recording that does not tell the status is given the benefit. */
		.has_seen_reply = !r->status || (r->status & STATUS_SEEN_REPLY),
	};

	if (flush)
		count_removal(flush, seen);
	deliver(b, seen, &f);
	return ledger_add(b->ledger, &entry);
}

static void mark_reborn(struct blame *b, const struct observation *seen, const struct tuple *tuple)
{
	const struct entry_observation *e = &seen->entry;
	struct ledger_removal *r = NULL;
	enum ledger_side side;

	while ((r = ledger_next(b->ledger, seen->netns, e->flow.family, tuple, r, &side)))
		if (r->zone[LEDGER_ORIG] == e->zone && !r->reborn_ns[side])
			r->reborn_ns[side] = seen->mono_ns;
}

/* A new entry takes the place of a removed one if a SYN made it, or if it is
 * translated (the client spoke first). The untranslated pick-up of the trigger
 * packet itself does not: the flow is as forgotten as before. */
static int observe_entry(struct blame *b, const struct observation *seen)
{
	const struct entry_observation *e = &seen->entry;

	deliver_raw(b, seen, FINDING_ENTRY);
	if (e->by_syn || flow_is_translated(&e->flow)) {
		mark_reborn(b, seen, &e->flow.orig);
		mark_reborn(b, seen, &e->flow.reply);
	}
	return 0;
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
	if (!r->is_translated) { /* it never stood between the packet and a socket */
		e->was_own |= r->has_seen_reply && !e->was_replaced;
		return false;
	}
	if (r->reborn_ns[side] && r->reborn_ns[side] <= seen->mono_ns) {
		e->was_replaced = true;
		return false;
	}
	if (r->tcp_state == TRACKER_TIME_WAIT || r->tcp_state == TRACKER_CLOSE)
		e->was_own = true; /* rule 4: both sides had closed it */
	e->is_zone_known = reset->has_zone || !r->zone[side];
	return true;
}

static void gather(struct blame *b, const struct observation *seen, struct evidence *e)
{
	const struct reset_observation *reset = &seen->reset;
	struct ledger_removal *r = NULL;
	enum ledger_side side;

	while ((r = ledger_next(b->ledger, seen->netns, reset->family, &reset->packet, r, &side)))
		if (weigh_removal(seen, r, side, e)) {
			e->removal = r;
			e->flush = flushes_at(b->flushes, r->flush);
			break;
		}
	e->has_losses = node_of(b, seen->netns)->losses > 0;
	e->sees_entries = !node_of(b, seen->netns)->is_blind_to_entries;
	e->has_evictions = ledger_evicted(b->ledger) > 0;
}

/* A reader must meet the flush before the reset that names it. */
static void deliver_ongoing(struct blame *b, const struct flush *flush)
{
	struct flush *f = flush ? flushes_at(b->flushes, flushes_index(b->flushes, flush)) : NULL;

	if (!f || f->is_delivered)
		return;
	if (take_open(b, f) || !f->act)
		end_flush(b, f);
	else
		deliver_flush(b, f);
}

/* A removal of no act (a time-out, say) that a reset is blamed on becomes a
 * flush of one, so that the chain has that link for every cause. */
static void show_single(struct blame *b, const struct observation *seen, const struct evidence *e,
			struct reset_blame *blamed)
{
	struct ledger_removal *r = e->removal;
	struct flush *f;

	if (blamed->verdict != VERDICT_ENTRY_REMOVED || e->flush)
		return;
	f = open_flush(b, seen, 0, r->cause);
	if (!f)
		return;
	f->is_single = true;
	f->family = r->flow.family;
	f->entries = f->tcp_entries = f->removals_seen = 1;
	f->first_mono_ns = f->last_mono_ns = r->mono_ns;
	f->first_wall_ns = f->last_wall_ns = seen->wall_ns - blamed->removed_ago_ns;
	r->flush = flushes_index(b->flushes, f); /* what is still in flight finds it there */
	blamed->flush = f;
	blamed->because[0] = f->id;
}

static int observe_reset(struct blame *b, const struct observation *seen)
{
	struct evidence evidence = { .reset = seen };
	struct reset_blame blamed;
	struct finding f = { .type = FINDING_RESET, .reset = &blamed };

	gather(b, seen, &evidence);
	judge_reset(&evidence, &blamed);
	show_single(b, seen, &evidence, &blamed);
	deliver_ongoing(b, blamed.flush);
	f.id = ++b->last_id;
	deliver(b, seen, &f);
	return 0;
}

static int observe_lost(struct blame *b, const struct observation *seen)
{
	/* A reset that went unseen takes nothing from the others. */
	if (strncmp(seen->lost.probe, "reset-", strlen("reset-")) != 0)
		node_of(b, seen->netns)->losses += seen->lost.count;
	deliver_raw(b, seen, FINDING_LOST);
	return 0;
}

/* Rule 1: without this probe a newer entry of the flow would go unseen. */
static int observe_start(struct blame *b, const struct observation *seen)
{
	const struct start_observation *start = &seen->start;

	for (size_t i = 0; i < start->probes_count; i++)
		if (!strcmp(start->probes[i].name, "conntrack-entry") &&
		    !strcmp(start->probes[i].how, "none"))
			node_of(b, seen->netns)->is_blind_to_entries = true;
	deliver_raw(b, seen, FINDING_START);
	return 0;
}

int blame_observe(struct blame *b, const struct observation *seen)
{
	switch (seen->type) {
	case OBSERVATION_ADDRESS:
	case OBSERVATION_LINK:
		return observe_change(b, seen);
	case OBSERVATION_ACT_BEGIN:
		return observe_act_begin(b, seen);
	case OBSERVATION_ACT_END:
		return observe_act_end(b, seen);
	case OBSERVATION_REMOVAL:
		return observe_removal(b, seen);
	case OBSERVATION_ENTRY:
		return observe_entry(b, seen);
	case OBSERVATION_RESET:
		return observe_reset(b, seen);
	case OBSERVATION_LOST:
		return observe_lost(b, seen);
	case OBSERVATION_START:
		return observe_start(b, seen);
	case OBSERVATION_END:
		deliver_raw(b, seen, FINDING_END);
		return 0;
	}
	return 0;
}

void blame_advance(struct blame *b, uint32_t node, uint64_t mono_ns)
{
	end_quiet(b, node, mono_ns);
}

void blame_finish(struct blame *b)
{
	memset(b->open, 0, sizeof(b->open));
	for (size_t i = 0; i < flushes_count(b->flushes); i++) {
		struct flush *f = flushes_at(b->flushes, (uint32_t)i);

		if (f)
			end_flush(b, f);
	}
}
