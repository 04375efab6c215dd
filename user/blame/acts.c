// SPDX-License-Identifier: GPL-2.0-only
#include "blame/private.h"

#include <string.h>

#include "model/causes.h"

/* A process that deletes entry by entry is at one flush while it keeps going. */
#define FLUSH_QUIET_NS (200ULL * 1000 * 1000)

static bool take_open(struct blame *b, const struct flush *f)
{
	for (size_t i = 0; i < OPEN_MAX; i++)
		if (b->open[i] == f) {
			b->open[i] = NULL;
			return true;
		}
	return false;
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

/* Who begins one after the other ends his own first, and nobody else's. */
static size_t place_for_open(const struct blame *b)
{
	struct dated items[OPEN_MAX];

	for (size_t i = 0; i < OPEN_MAX; i++) {
		if (!b->open[i])
			return i;
		items[i] = (struct dated){ b->open[i]->netns, b->open[i]->last_mono_ns };
	}
	return budgets_pick(&b->strangers, items, sizeof(*items), OPEN_MAX);
}

static void keep_open(struct blame *b, struct flush *f)
{
	size_t place = place_for_open(b);

	if (b->open[place])
		end_flush(b, b->open[place]);
	b->open[place] = f;
}

void blame_deliver_ongoing(struct blame *b, const struct flush *flush)
{
	struct flush *f = flush ? flushes_at(b->flushes, flushes_index(b->flushes, flush)) : NULL;

	if (!f || f->is_delivered)
		return;
	if (take_open(b, f) || !f->act)
		end_flush(b, f);
	else
		deliver_flush(b, f);
}

/* exec() makes another program of a process. One that deletes much is told with its
 * executable now and then only. */
static bool is_same_program(const struct actor *a, const struct actor *b)
{
	return actor_equal(a, b) && !strcmp(a->comm, b->comm) &&
	       (!a->exe[0] || !b->exe[0] || !strcmp(a->exe, b->exe));
}

static struct flush *find_deleting(struct blame *b, const struct observation *seen)
{
	for (size_t i = 0; i < OPEN_MAX; i++) {
		struct flush *f = b->open[i];

		if (f && f->cause == CAUSE_USER_DELETE && netns_equal(f->netns, seen->netns) &&
		    is_same_program(&f->actor, &seen->act.actor))
			return f;
	}
	return NULL;
}

/* Kernels before 5.10.74 flush in the notifier itself, without an act. */
static struct flush *find_notified(struct blame *b, const struct observation *seen)
{
	for (size_t i = 0; i < OPEN_MAX; i++) {
		struct flush *f = b->open[i];

		if (f && f->cause == CAUSE_ADDRESS_REMOVED && netns_equal(f->netns, seen->netns) &&
		    address_equal(&f->address, &seen->removal.flow.reply.dst))
			return f;
	}
	return NULL;
}

static bool comes_in_numbers(enum cause cause)
{
	return cause == CAUSE_ROUTE_CHANGE || cause == CAUSE_IPVS || cause == CAUSE_TIMEOUT ||
	       cause == CAUSE_TABLE_FULL;
}

/* What no walk of the table does: no end of such an act follows. */
static bool is_of_one(enum cause cause)
{
	return cause == CAUSE_USER_DELETE || cause == CAUSE_TCP_CLOSE || comes_in_numbers(cause);
}

/* Whether nobody looked who asks conntrack for removals. */
static bool is_by_argument(struct blame *b, const struct observation *seen, enum cause cause)
{
	const struct node *node = blame_node(b, seen->netns);

	if (seen->type == OBSERVATION_ACT_BEGIN && seen->act.is_confirmed)
		return false;
	return cause_row(cause)->needs == CAUSE_NEEDS_ACTOR &&
	       (node->is_blind_to_requests || seen->mono_ns < node->requests_since_ns);
}

static void make_room(struct blame *b, struct netns_id netns)
{
	struct flush *old;

	if (flushes_has_room(b->flushes, netns))
		return;
	old = flushes_oldest(b->flushes, netns);
	if (!old)
		return;
	changes_unpin(b->changes, old);
	flushes_evict(b->flushes, old);
}

static struct flush *open_flush(struct blame *b, const struct observation *seen, uint64_t act,
				enum cause cause)
{
	struct flush *f;

	make_room(b, seen->netns);
	f = flushes_has_room(b->flushes, seen->netns) ? flushes_add(b->flushes, seen->netns, act) :
							NULL;
	if (!f)
		return NULL;
	f->id = ++b->last_id;
	f->cause = cause;
	f->netns = seen->netns;
	f->is_by_argument = is_by_argument(b, seen, cause);
	f->first_mono_ns = f->last_mono_ns = seen->mono_ns;
	f->first_wall_ns = f->last_wall_ns = seen->wall_ns;
	return f;
}

/* Shown for want of a cause only. */
static void keep_stack(struct flush *f, const char *stack)
{
	if (f->cause != CAUSE_OTHER || !stack || f->stack)
		return;
	f->stack = strdup(stack);
}

/* Removals of no act, one by one, of one kind and so close together are one flush. */
#define SINGLES_APART_NS (1000ULL * 1000 * 1000)

static struct flush *find_single(struct blame *b, const struct ledger_removal *r)
{
	for (size_t i = 0; i < SINGLES_MAX && comes_in_numbers(r->cause); i++) {
		struct flush *f = b->singles[i];

		if (f && f->cause == r->cause && netns_equal(f->netns, r->netns) &&
		    f->tcp_state == r->tcp_state && f->expiry == r->expiry &&
		    r->mono_ns + SINGLES_APART_NS >= f->first_mono_ns &&
		    r->mono_ns <= f->last_mono_ns + SINGLES_APART_NS)
			return f;
	}
	return NULL;
}

static struct flush *begin_single(struct blame *b, const struct observation *seen,
				  const struct ledger_removal *r)
{
	struct flush *f = open_flush(b, seen, 0, r->cause);

	if (!f)
		return NULL;
	f->netns = r->netns;
	f->is_single = true;
	keep_stack(f, unexplained_find(&b->stacks, r->id));
	f->family = r->flow.family;
	f->tcp_state = r->tcp_state;
	f->expiry = r->expiry;
	f->first_mono_ns = UINT64_MAX;
	f->last_mono_ns = 0;
	b->singles[b->next_single++ % SINGLES_MAX] = f;
	return f;
}

/* The line of one that others join later has been told by then: it counts what there was
 * until its first reset; the summary's story has all. */
struct flush *blame_make_single(struct blame *b, const struct observation *seen,
				struct ledger_walk *walk)
{
	const struct ledger_removal *r = &walk->removal;
	uint64_t wall_ns = seen->wall_ns - (seen->mono_ns - r->mono_ns);
	struct flush *f = find_single(b, r);

	if (!f)
		f = begin_single(b, seen, r);
	if (!f)
		return NULL;
	f->entries++;
	f->tcp_entries++;
	f->removals_seen++;
	if (r->mono_ns < f->first_mono_ns) {
		f->first_mono_ns = r->mono_ns;
		f->first_wall_ns = wall_ns;
	}
	if (r->mono_ns >= f->last_mono_ns) {
		f->last_mono_ns = r->mono_ns;
		f->last_wall_ns = wall_ns;
	}
	/* What is still in flight finds it there. */
	removals_set_flush(b->removals, walk, flushes_index(b->flushes, f));
	return f;
}

static void describe_flush(struct blame *b, struct flush *f, const struct act_observation *act)
{
	f->has_begin = true;
	f->actor = act->actor;
	keep_stack(f, act->stack);
	if (act->is_given) {
		f->by = NULL; /* by the tuple, so far */
		f->join = JOIN_NONE;
		changes_join_recorded(b->changes, f, act->by);
		return;
	}
	f->ifindex = act->ifindex;
	f->has_address = act->has_address;
	f->address = act->address;
	if (cause_row(f->cause)->needs == CAUSE_NEEDS_CHANGE)
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
	f->is_by_argument |= act->is_by_argument;
	f->tcp_state = act->tcp_state;
	f->expiry = act->expiry;
	f->entries = act->entries;
	f->tcp_entries = act->tcp_entries;
	end_flush(b, f);
}

/* A record that a CPU held back for long comes behind what it begins: until then the
 * removals were all that told of the act. */
static void begin_late(struct blame *b, struct flush *f, const struct observation *seen)
{
	if (f->is_ended || f->has_begin)
		return;
	changes_part(b->changes, f);
	f->cause = seen->act.cause;
	f->is_by_argument = is_by_argument(b, seen, f->cause);
	f->first_mono_ns = seen->mono_ns;
	f->first_wall_ns = seen->wall_ns;
	describe_flush(b, f, &seen->act);
}

/* Only a process asks. Where nobody looks whether one does, as older versions did not, a
 * request in a softirq or in a kernel thread shows that the argument which tells of them is
 * not to be believed: of none of the window's. */
static void note_misled(struct blame *b, const struct observation *seen)
{
	const struct act_observation *act = &seen->act;

	if (cause_row(act->cause)->needs == CAUSE_NEEDS_ACTOR && !act->actor.pid)
		blame_node(b, seen->netns)->is_misled = true;
}

int blame_observe_act_begin(struct blame *b, const struct observation *seen)
{
	const struct act_observation *act = &seen->act;
	struct flush *f;

	blame_deliver_raw(b, seen, FINDING_ACT);
	if (act->is_given) {
		observe_given_flush(b, seen);
		return 0;
	}
	note_misled(b, seen);
	end_quiet(b, seen->netns.node, seen->mono_ns);
	f = flushes_find(b->flushes, seen->netns.node, act->act);
	if (f) {
		begin_late(b, f, seen);
		return 0;
	}
	f = act->cause == CAUSE_USER_DELETE ? find_deleting(b, seen) : NULL;
	if (f) {
		flushes_alias(b->flushes, f, act->act);
		f->is_by_argument |= is_by_argument(b, seen, act->cause);
		f->entries++;
		f->last_mono_ns = seen->mono_ns;
		f->last_wall_ns = seen->wall_ns;
		return 0;
	}
	f = open_flush(b, seen, act->act, act->cause);
	if (!f) {
		flushes_note_gap(b->flushes, seen->netns, seen->mono_ns);
		return 0;
	}
	describe_flush(b, f, act);
	if (is_of_one(act->cause)) {
		f->counts_acts = true;
		f->entries = 1;
		keep_open(b, f);
	}
	return 0;
}

int blame_observe_act_end(struct blame *b, const struct observation *seen)
{
	struct flush *f = flushes_find(b->flushes, seen->netns.node, seen->act.act);

	blame_deliver_raw(b, seen, FINDING_ACT);
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
struct flush *blame_flush_of(struct blame *b, const struct observation *seen)
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
		if (!f)
			flushes_note_gap(b->flushes, seen->netns, seen->mono_ns);
		if (f && r->has_actor)
			f->actor = r->actor;
		if (f && is_notified)
			keep_open(b, f);
	}
	if (f && f->cause == CAUSE_ADDRESS_REMOVED && !f->has_address && !f->by)
		changes_join_by_tuple(b->changes, f, r->flow.family, &r->flow.reply.dst);
	return f;
}

void blame_count_removal(struct flush *f, const struct observation *seen)
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

void blame_advance(struct blame *b, uint32_t node, uint64_t mono_ns)
{
	end_quiet(b, node, mono_ns);
}

void blame_finish(struct blame *b)
{
	memset(b->open, 0, sizeof(b->open));
	for (size_t i = 0; i < flushes_count(b->flushes); i++) {
		struct flush *f = flushes_in(b->flushes, i);

		if (f)
			end_flush(b, f);
	}
}
