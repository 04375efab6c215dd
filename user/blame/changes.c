// SPDX-License-Identifier: GPL-2.0-only
#include "blame/changes.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* A work waits for those before it, and each walks the whole table. An unclaimed
 * removal that is this much older than the newest had its work dropped (the
 * kernel lets 16 be pending), and is no candidate. */
#define WORK_DELAY_MAX_NS (10ULL * 1000 * 1000 * 1000)

enum { KNOWN_MAX = 1024 };

/* When a primary address goes, the kernel tells of the secondary that it promotes in
 * its place as if it came (__inet_del_ifa() in net/ipv4/devinet.c), at once. */
#define PROMOTION_MAX_NS (10ULL * 1000 * 1000)

/* An address that the window told of. */
struct known_address {
	struct netns_id netns;
	uint8_t family;
	struct address address;
	struct change *arrival; /* NULL: it was there before */
	bool is_gone;           /* by the latest that was told of it */
};

struct changes {
	struct change **items; /* by age; each its own allocation, for a flush points to it */
	size_t count;
	size_t limit;
	const struct strangers *strangers;
	struct budgets budgets;
	bool sees_links;         /* a link that goes down is told */
	struct budgets arrivals; /* of `known`; the horizon: one found no room */
	size_t known_count;
	struct known_address known[KNOWN_MAX];
	struct observation last_removal; /* of an address; mono_ns 0: none */
};

struct changes *changes_new(size_t limit, const struct strangers *strangers)
{
	struct changes *changes = calloc(1, sizeof(*changes));

	if (!changes)
		return NULL;
	changes->limit = limit;
	changes->strangers = strangers;
	changes->items = calloc(limit, sizeof(struct change *));
	if (!changes->items) {
		free(changes);
		return NULL;
	}
	return changes;
}

void changes_free(struct changes *changes)
{
	if (!changes)
		return;
	for (size_t i = 0; i < changes->count; i++)
		free(changes->items[i]);
	for (size_t i = 0; i < changes->known_count; i++)
		free(changes->known[i].arrival);
	free(changes->items);
	free(changes);
}

static struct netns_id owner_of(const struct changes *changes, struct netns_id netns)
{
	return strangers_owner(changes->strangers, netns);
}

void changes_note_gap(struct changes *changes, struct netns_id netns, uint64_t mono_ns)
{
	budgets_forget(&changes->budgets, owner_of(changes, netns), mono_ns);
}

static void forget(struct changes *changes, size_t i)
{
	struct change *c = changes->items[i];

	budgets_give(&changes->budgets, owner_of(changes, c->netns));
	changes_note_gap(changes, c->netns, c->mono_ns);
	free(c);
	changes->count--;
	memmove(&changes->items[i], &changes->items[i + 1],
		(changes->count - i) * sizeof(struct change *));
}

/* Forgets the oldest that no flush points to: of who holds the most, or else of anybody. */
static bool make_room(struct changes *changes)
{
	const struct budget *largest = budgets_largest(&changes->budgets);
	size_t oldest = changes->count;

	for (size_t i = changes->count; i-- > 0;) {
		const struct change *c = changes->items[i];

		if (c->pins)
			continue;
		if (oldest == changes->count ||
		    netns_equal(owner_of(changes, c->netns), largest->owner) ||
		    !netns_equal(owner_of(changes, changes->items[oldest]->netns), largest->owner))
			oldest = i;
	}
	if (oldest == changes->count)
		return false;
	forget(changes, oldest);
	return true;
}

void changes_note_stranger(struct changes *changes, struct netns_id netns)
{
	budgets_move(&changes->budgets, netns, owner_of(changes, netns));
	budgets_move(&changes->arrivals, netns, owner_of(changes, netns));
}

uint64_t changes_horizon(const struct changes *changes, struct netns_id netns)
{
	return budgets_horizon(&changes->budgets, owner_of(changes, netns));
}

static struct change *make_change(const struct observation *seen, uint64_t id)
{
	struct change *change = calloc(1, sizeof(*change));

	if (!change)
		return NULL;
	change->id = id;
	change->netns = seen->netns;
	change->mono_ns = seen->mono_ns;
	change->wall_ns = seen->wall_ns;
	change->seen = seen->change;
	return change;
}

struct change *changes_add(struct changes *changes, const struct observation *seen, uint64_t id)
{
	struct change *change;

	if (changes->count == changes->limit && !make_room(changes)) {
		changes_note_gap(changes, seen->netns, seen->mono_ns);
		return NULL;
	}
	change = make_change(seen, id);
	if (!change) {
		changes_note_gap(changes, seen->netns, seen->mono_ns);
		return NULL;
	}
	changes->items[changes->count++] = change;
	budgets_take(&changes->budgets, owner_of(changes, seen->netns));
	return change;
}

static bool same_netns(struct netns_id a, struct netns_id b)
{
	return a.inum == b.inum && a.node == b.node;
}

/* Of the right kind, there, and before the flush. */
static bool could_cause(const struct change *c, const struct flush *f)
{
	if (!same_netns(c->netns, f->netns) || c->mono_ns > f->first_mono_ns)
		return false;
	if (f->cause == CAUSE_ADDRESS_REMOVED)
		return c->seen.op == ADDRESS_REMOVE && !c->seen.is_dead;
	/* Masquerade acts on NETDEV_DOWN only; a deleted link goes down first. */
	return f->cause == CAUSE_LINK_DOWN && c->seen.op == LINK_DOWN;
}

static bool explains(const struct change *c, const struct flush *f)
{
	if (!could_cause(c, f) || (f->ifindex && c->seen.ifindex != f->ifindex))
		return false;
	return f->cause != CAUSE_ADDRESS_REMOVED || address_equal(&c->seen.address, &f->address);
}

/* Whether what queued the flush may be among what is not remembered: work runs soon after. */
static bool may_be_forgotten(const struct changes *changes, const struct flush *f)
{
	uint64_t horizon_ns = changes_horizon(changes, f->netns);

	return horizon_ns && horizon_ns + WORK_DELAY_MAX_NS > f->first_mono_ns;
}

/* The newest unclaimed one; ambiguous when another process's might have queued
 * this work. Of two removals of one address by the same process it is open only
 * which instant it was: cause and actor are the same. */
static struct change *choose(struct changes *changes, const struct flush *f, bool *is_ambiguous)
{
	struct change *newest = NULL;

	*is_ambiguous = may_be_forgotten(changes, f);
	for (size_t i = changes->count; i-- > 0;) {
		struct change *c = changes->items[i];

		if (c->is_claimed || !explains(c, f))
			continue;
		if (!newest) {
			newest = c;
			continue;
		}
		if (newest->mono_ns - c->mono_ns >= WORK_DELAY_MAX_NS)
			break;
		if (!actor_equal(&c->seen.actor, &newest->seen.actor))
			*is_ambiguous = c->is_contested = true;
	}
	return newest;
}

static void join_to(struct flush *f, struct change *c, enum join join)
{
	c->is_claimed = true;
	c->pins++;
	f->by = c;
	f->join = join;
	f->address = c->seen.address;
	f->family = c->seen.family ? c->seen.family : f->family;
	f->ifindex = c->seen.ifindex;
}

static void join_one(struct changes *changes, struct flush *flush)
{
	bool is_ambiguous;
	struct change *c = choose(changes, flush, &is_ambiguous);

	if (c)
		join_to(flush, c, is_ambiguous || c->is_contested ? JOIN_AMBIGUOUS : JOIN_EXACT);
}

void changes_note_probe(struct changes *changes, enum sense sense, bool is_attached)
{
	if (sense == SENSE_LINK)
		changes->sees_links = is_attached;
}

void changes_note_loss(struct changes *changes, enum sense sense)
{
	if (sense == SENSE_LINK)
		changes->sees_links = false;
}

static bool went_down(const struct changes *changes, const struct flush *f)
{
	for (size_t i = 0; i < changes->count; i++)
		if (explains(changes->items[i], f))
			return true;
	return false;
}

/* When masquerade's module goes, unregister_netdevice_notifier() tells its notifier
 * that each interface went down, though none did: it flushes them all. */
static bool is_farewell(const struct changes *changes, const struct flush *f)
{
	return f->cause == CAUSE_LINK_DOWN && f->ifindex && changes->sees_links &&
	       !may_be_forgotten(changes, f) && !went_down(changes, f);
}

void changes_join(struct changes *changes, struct flush *flush)
{
	if (is_farewell(changes, flush)) {
		flush->cause = CAUSE_MODULE_UNLOAD;
		return;
	}
	join_one(changes, flush);
	flush->is_by_forgotten = flush->join != JOIN_EXACT && may_be_forgotten(changes, flush);
}

void changes_join_by_tuple(struct changes *changes, struct flush *flush, uint8_t family,
			   const struct address *translated_to)
{
	bool is_ambiguous;
	struct change *c;

	flush->address = *translated_to;
	flush->family = family;
	c = choose(changes, flush, &is_ambiguous);
	if (c)
		join_to(flush, c, JOIN_BY_TUPLE);
	flush->is_by_forgotten = !c && is_ambiguous;
}

void changes_join_recorded(struct changes *changes, struct flush *flush, uint64_t recorded_id)
{
	for (size_t i = changes->count; recorded_id && i-- > 0;) {
		struct change *c = changes->items[i];

		if (c->seen.id == recorded_id && could_cause(c, flush)) {
			join_to(flush, c, JOIN_EXACT);
			return;
		}
	}
}

void changes_unpin(struct changes *changes, const struct flush *flush)
{
	for (size_t i = changes->count; flush->by && i-- > 0;)
		if (changes->items[i] == flush->by)
			changes->items[i]->pins--;
}

void changes_part(struct changes *changes, struct flush *flush)
{
	for (size_t i = changes->count; flush->by && i-- > 0;) {
		if (changes->items[i] != flush->by)
			continue;
		changes->items[i]->pins--;
		changes->items[i]->is_claimed = false;
		flush->by = NULL;
	}
	flush->join = JOIN_NONE;
}

static struct known_address *find_known(struct changes *changes, struct netns_id netns,
					uint8_t family, const struct address *address)
{
	for (size_t i = 0; i < changes->known_count; i++) {
		struct known_address *k = &changes->known[i];

		if (same_netns(k->netns, netns) && k->family == family &&
		    address_equal(&k->address, address))
			return k;
	}
	return NULL;
}

/* Each link that comes up has one, and no flow is translated to it. */
static bool is_link_local(const struct change_observation *c)
{
	return c->family == AF_INET6 && c->local.bytes[0] == 0xfe &&
	       (c->local.bytes[1] & 0xc0) == 0x80;
}

static bool may_be_promotion(const struct changes *changes, const struct observation *seen)
{
	const struct observation *last = &changes->last_removal;

	return last->mono_ns && same_netns(last->netns, seen->netns) &&
	       last->change.ifindex == seen->change.ifindex &&
	       seen->mono_ns - last->mono_ns < PROMOTION_MAX_NS;
}

/* One owner's leave room for the others'. */
static bool may_know_more(const struct changes *changes, struct netns_id netns)
{
	struct netns_id owner = owner_of(changes, netns);
	uint64_t share = owner.inum == OWNER_FOREIGN ? KNOWN_MAX / 8 : KNOWN_MAX / 2;

	return changes->known_count < KNOWN_MAX && budgets_held(&changes->arrivals, owner) < share;
}

bool changes_misses_arrivals(const struct changes *changes, struct netns_id netns)
{
	return budgets_horizon(&changes->arrivals, owner_of(changes, netns)) ||
	       changes_horizon(changes, netns);
}

void changes_note_address(struct changes *changes, const struct observation *seen, uint64_t id)
{
	const struct change_observation *c = &seen->change;
	bool comes = c->op == ADDRESS_ADD && !may_be_promotion(changes, seen);
	struct known_address *k;

	if (c->op == ADDRESS_REMOVE)
		changes->last_removal = *seen;
	k = find_known(changes, seen->netns, c->family, &c->local);
	if (k)
		k->is_gone = c->op == ADDRESS_REMOVE;
	if (k || is_link_local(c))
		return;
	if (!may_know_more(changes, seen->netns)) {
		budgets_forget(&changes->arrivals, owner_of(changes, seen->netns), seen->mono_ns);
		return;
	}
	budgets_take(&changes->arrivals, owner_of(changes, seen->netns));
	k = &changes->known[changes->known_count++];
	k->netns = seen->netns;
	k->family = c->family;
	k->address = c->local;
	k->arrival = comes ? make_change(seen, id) : NULL;
	k->is_gone = c->op == ADDRESS_REMOVE;
}

const struct change *changes_arrival(struct changes *changes, struct netns_id netns, uint8_t family,
				     const struct address *address)
{
	const struct known_address *k = find_known(changes, netns, family, address);

	return k ? k->arrival : NULL;
}

const struct change *changes_departure(struct changes *changes, struct netns_id netns,
				       uint8_t family, const struct address *address)
{
	const struct known_address *k = find_known(changes, netns, family, address);

	for (size_t i = changes->count; k && k->is_gone && i-- > 0;) {
		const struct change *c = changes->items[i];

		if (c->seen.op == ADDRESS_REMOVE && netns_equal(c->netns, netns) &&
		    c->seen.family == family && address_equal(&c->seen.local, address))
			return c;
	}
	return NULL;
}

void changes_keep(struct changes *changes, const struct change *change)
{
	for (size_t i = 0; i < changes->count; i++)
		if (changes->items[i] == change && !change->pins)
			changes->items[i]->pins++;
}
