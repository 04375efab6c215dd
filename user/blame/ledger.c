// SPDX-License-Identifier: GPL-2.0-only
#include "blame/ledger.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/reserve.h"
#include "blame/ledger_shared.h"
#include "model/tuple_hash.h"

/* A pool used as a FIFO ring, and one index for both tuples of each. */
struct record {
	uint32_t addresses[4]; /* IPv4; else where in `wide`, and the family */
	uint16_t ports[4];
	uint32_t retranslated[LEDGER_SIDES]; /* since the removal, see pack_span(); 0: not */
	uint32_t mono_low;
	uint32_t shared;
	uint32_t flush_or_id;
	uint16_t mono_high;
	uint16_t bits;
};
_Static_assert(sizeof(struct record) == 48, "with 16 bytes of index, at most: 64");

enum { ORIG_SRC, ORIG_DST, REPLY_SRC, REPLY_DST };
enum { WIDE_AT = 0, WIDE_FAMILY = 1 }; /* in record.addresses */

enum {
	BIT_TRANSLATED = 1 << 0,
	BIT_SEEN_REPLY = 1 << 1,
	BIT_WIDE = 1 << 2,
	BIT_FLUSH = 1 << 3,
	STATE_SHIFT = 4,
	STATE_MASK = 0xf,
	CAUSE_SHIFT = 8,
	CAUSE_MASK = 0x7f,
	BIT_UNFOLLOWED = 1 << 15,
};
_Static_assert((int)TRACKER_STATES <= (int)STATE_MASK && CAUSES + EXPIRIES <= (int)CAUSE_MASK,
	       "they fit");

/* IPv6: too big for the pool, so beside it; freed ones are a list. */
struct wide {
	union {
		struct address addresses[4];
		uint32_t next_free; /* plus one; 0: the end */
	};
};

/* A removal is linked when some more have come: by then its heads are in the cache. */
enum { PENDING = 16 };

/* Numbers tell twice as many apart. Below the least, there is no room for anything. */
enum { LIMIT_MAX = 1 << 30, LIMIT_LEAST = 1 << 14 };

struct ledger {
	struct record *pool;
	struct wide *wide;
	struct ledger_index index; /* it has the newest one's number, and how many there are */
	struct ledger_shared ledger_shared;
	size_t limit;
	size_t newest_slot;
	uint32_t wide_used, wide_free;
	uint64_t evicted;
	struct hash_secret secret;
	size_t pending_limit, pending_count; /* the newest ones, not linked yet */
	uint32_t pending_next;
	uint32_t pending[PENDING][LEDGER_SIDES]; /* their hashes, a ring */
};

static void release(struct ledger *l)
{
	reserve_free(l->pool, l->limit * sizeof(*l->pool));
	reserve_free(l->wide, l->limit * sizeof(*l->wide));
	ledger_index_release(&l->index);
	ledger_shared_release(&l->ledger_shared);
}

/* Not all that there is: others need some, too. */
static bool leaves_as_much(const struct ledger *l)
{
	size_t bytes = l->limit * (sizeof(*l->pool) + sizeof(*l->wide));
	void *rest = reserve_new(bytes);

	reserve_free(rest, bytes);
	return rest;
}

static bool reserve(struct ledger *l, size_t limit)
{
	bool is_whole;

	l->limit = limit;
	l->pending_limit = limit < PENDING ? limit : PENDING;
	l->newest_slot = limit - 1;
	l->pool = reserve_new(limit * sizeof(*l->pool));
	l->wide = reserve_new(limit * sizeof(*l->wide));
	is_whole = !ledger_shared_init(&l->ledger_shared, limit);
	is_whole &= !ledger_index_init(&l->index, limit);
	if (is_whole && l->pool && l->wide && leaves_as_much(l))
		return true;
	release(l);
	return false;
}

/* Address space is scarce under RLIMIT_AS, and where overcommit is off. */
struct ledger *ledger_new(size_t limit)
{
	struct ledger *l = calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	limit = limit ? limit : 1;
	if (limit > LIMIT_MAX)
		limit = LIMIT_MAX;
	while (!reserve(l, limit)) {
		if (limit <= LIMIT_LEAST) {
			free(l);
			return NULL;
		}
		limit /= 2;
	}
	l->secret = hash_secret_new(l->pool);
	return l;
}

void ledger_free(struct ledger *l)
{
	if (!l)
		return;
	release(l);
	free(l);
}

static void unpack_address(uint32_t word, struct address *out)
{
	memset(out, 0, sizeof(*out));
	memcpy(out->bytes, &word, sizeof(word));
}

static void unpack_tuple(const struct ledger *l, const struct record *r, enum ledger_side side,
			 struct tuple *out)
{
	const struct wide *wide = &l->wide[r->addresses[WIDE_AT]];

	out->sport = r->ports[2 * side];
	out->dport = r->ports[2 * side + 1];
	if (r->bits & BIT_WIDE) {
		out->src = wide->addresses[2 * side];
		out->dst = wide->addresses[2 * side + 1];
		return;
	}
	unpack_address(r->addresses[2 * side], &out->src);
	unpack_address(r->addresses[2 * side + 1], &out->dst);
}

static uint8_t family_of(const struct record *r)
{
	return r->bits & BIT_WIDE ? (uint8_t)r->addresses[WIDE_FAMILY] : AF_INET;
}

/* ---- hashes and buckets ---- */

static uint32_t first_word(const struct address *a)
{
	uint32_t word;

	memcpy(&word, a->bytes, sizeof(word));
	return word;
}

static bool is_narrow(uint8_t family, const struct tuple *t)
{
	static const uint8_t zero[sizeof(t->src.bytes) - sizeof(uint32_t)];

	return family == AF_INET && !memcmp(t->src.bytes + sizeof(uint32_t), zero, sizeof(zero)) &&
	       !memcmp(t->dst.bytes + sizeof(uint32_t), zero, sizeof(zero));
}

static uint64_t narrow_addresses(uint32_t src, uint32_t dst)
{
	return (uint64_t)src << 32 | dst;
}

static uint32_t hash_tuple(const struct ledger *l, struct netns_id netns, uint8_t family,
			   const struct tuple *t)
{
	uint64_t addresses = is_narrow(family, t) ?
				     narrow_addresses(first_word(&t->src), first_word(&t->dst)) :
				     hash_addresses(&l->secret, &t->src, &t->dst);

	return hash_ends(&l->secret, netns, addresses, t->sport, t->dport);
}

static uint32_t hash_record(const struct ledger *l, const struct record *r, enum ledger_side side)
{
	const uint32_t *narrow = &r->addresses[2 * side];
	struct netns_id netns = l->ledger_shared.items[r->shared].netns;
	struct tuple tuple;

	if (r->bits & BIT_WIDE) {
		unpack_tuple(l, r, side, &tuple);
		return hash_tuple(l, netns, family_of(r), &tuple);
	}
	return hash_ends(&l->secret, netns, narrow_addresses(narrow[0], narrow[1]),
			 r->ports[2 * side], r->ports[2 * side + 1]);
}

/* ---- links ---- */

static uint32_t link_to(uint32_t number, enum ledger_side side)
{
	return number << 1 | side;
}

static enum ledger_side link_side(uint32_t link)
{
	return link & 1;
}

static size_t slot_at(const struct ledger *l, uint32_t age)
{
	return l->newest_slot >= age ? l->newest_slot - age : l->newest_slot + l->limit - age;
}

static struct record *record_of(const struct ledger *l, uint32_t link)
{
	return &l->pool[slot_at(l, ledger_index_age(&l->index, link))];
}

static void link_oldest_pending(struct ledger *l)
{
	const uint32_t *hashes = l->pending[(l->pending_next - l->pending_count) % PENDING];
	uint32_t age = (uint32_t)--l->pending_count, newest = l->index.newest;
	uint32_t number = newest > age ? newest - age : newest + LINKS_NUMBERS - age;

	for (enum ledger_side side = 0; side < LEDGER_SIDES; side++)
		ledger_index_add(&l->index, hashes[side], link_to(number, side));
}

static void link_pending(struct ledger *l)
{
	while (l->pending_count)
		link_oldest_pending(l);
}

/* ---- records ---- */

enum { SPAN_BITS = 26 };

/* A float of 26 bits of mantissa, plus one. */
static uint32_t pack_span(uint64_t ns)
{
	int bits = ns ? 64 - __builtin_clzll(ns) : 0;
	int exponent = bits > SPAN_BITS ? bits - SPAN_BITS : 0;

	return ((uint32_t)exponent << SPAN_BITS | (uint32_t)(ns >> exponent)) + 1;
}

static uint64_t unpack_span(uint32_t span)
{
	span--;
	return (uint64_t)(span & ((1U << SPAN_BITS) - 1)) << (span >> SPAN_BITS);
}

static void pack_wide(struct ledger *l, struct record *r, const struct flow *flow)
{
	uint32_t at = l->wide_free ? l->wide_free - 1 : l->wide_used++;
	struct wide *wide = &l->wide[at];

	if (l->wide_free)
		l->wide_free = wide->next_free;
	wide->addresses[ORIG_SRC] = flow->orig.src;
	wide->addresses[ORIG_DST] = flow->orig.dst;
	wide->addresses[REPLY_SRC] = flow->reply.src;
	wide->addresses[REPLY_DST] = flow->reply.dst;
	r->addresses[WIDE_AT] = at;
	r->addresses[WIDE_FAMILY] = flow->family;
	r->bits |= BIT_WIDE;
}

static void pack_flow(struct ledger *l, struct record *r, const struct flow *flow)
{
	r->ports[ORIG_SRC] = flow->orig.sport;
	r->ports[ORIG_DST] = flow->orig.dport;
	r->ports[REPLY_SRC] = flow->reply.sport;
	r->ports[REPLY_DST] = flow->reply.dport;
	if (!is_narrow(flow->family, &flow->orig) || !is_narrow(flow->family, &flow->reply)) {
		pack_wide(l, r, flow);
		return;
	}
	r->addresses[ORIG_SRC] = first_word(&flow->orig.src);
	r->addresses[ORIG_DST] = first_word(&flow->orig.dst);
	r->addresses[REPLY_SRC] = first_word(&flow->reply.src);
	r->addresses[REPLY_DST] = first_word(&flow->reply.dst);
}

/* A timeout with what is known of it is like a cause of its own. */
static int pack_cause(const struct ledger_removal *r)
{
	if (r->cause != CAUSE_TIMEOUT || !r->expiry)
		return r->cause;
	return CAUSES + r->expiry;
}

static void unpack_cause(int code, struct ledger_removal *out)
{
	out->cause = code < CAUSES ? (uint8_t)code : CAUSE_TIMEOUT;
	out->expiry = code < CAUSES ? (uint8_t)EXPIRY_UNKNOWN : (uint8_t)(code - CAUSES);
}

static void pack(struct ledger *l, struct record *r, const struct ledger_removal *removal)
{
	uint32_t index = ledger_shared_take(&l->ledger_shared, removal->netns, removal->zone,
					    removal->mono_ns, removal->id);
	const struct shared *shared = &l->ledger_shared.items[index];
	uint64_t mono_ns = removal->mono_ns - shared->base_ns;
	uint8_t state = removal->tcp_state < TRACKER_STATES ? removal->tcp_state : TRACKER_NONE;
	bool has_flush = removal->flush != LEDGER_NO_FLUSH;

	r->bits = (uint16_t)((removal->is_translated ? BIT_TRANSLATED : 0) |
			     (removal->has_seen_reply ? BIT_SEEN_REPLY : 0) |
			     (has_flush ? BIT_FLUSH : 0) | state << STATE_SHIFT |
			     pack_cause(removal) << CAUSE_SHIFT);
	r->retranslated[LEDGER_ORIG] = r->retranslated[LEDGER_REPLY] = 0;
	r->mono_low = (uint32_t)mono_ns;
	r->mono_high = (uint16_t)(mono_ns >> 32);
	r->shared = index;
	r->flush_or_id = has_flush ? removal->flush : (uint32_t)(removal->id - shared->base_id);
	pack_flow(l, r, &removal->flow);
}

static void unpack(const struct ledger *l, const struct record *r, struct ledger_removal *out)
{
	const struct shared *shared = &l->ledger_shared.items[r->shared];

	memset(out, 0, sizeof(*out));
	out->netns = shared->netns;
	out->mono_ns = shared->base_ns + ((uint64_t)r->mono_high << 32 | r->mono_low);
	out->flush = r->bits & BIT_FLUSH ? r->flush_or_id : LEDGER_NO_FLUSH;
	out->id = r->bits & BIT_FLUSH ? 0 : shared->base_id + r->flush_or_id;
	unpack_cause(r->bits >> CAUSE_SHIFT & CAUSE_MASK, out);
	out->tcp_state = r->bits >> STATE_SHIFT & STATE_MASK;
	out->is_translated = r->bits & BIT_TRANSLATED;
	out->has_seen_reply = r->bits & BIT_SEEN_REPLY;
	out->is_unfollowed = r->bits & BIT_UNFOLLOWED;
	out->flow.family = family_of(r);
	unpack_tuple(l, r, LEDGER_ORIG, &out->flow.orig);
	unpack_tuple(l, r, LEDGER_REPLY, &out->flow.reply);
	for (enum ledger_side side = 0; side < LEDGER_SIDES; side++) {
		out->zone[side] = shared->zone[side];
		if (r->retranslated[side])
			out->retranslated_ns[side] =
				out->mono_ns + unpack_span(r->retranslated[side]);
	}
}

/* ---- adding ---- */

/* Its links stay, and end their chains. */
static void release_record(struct ledger *l, struct record *r)
{
	ledger_shared_drop(&l->ledger_shared, r->shared);
	if (r->bits & BIT_WIDE) {
		l->wide[r->addresses[WIDE_AT]].next_free = l->wide_free;
		l->wide_free = r->addresses[WIDE_AT] + 1;
	}
}

static void forget(struct ledger *l, struct record *r)
{
	release_record(l, r);
	l->evicted++;
}

static void expect_link(struct ledger *l, const struct record *r)
{
	uint32_t *hashes = l->pending[l->pending_next++ % PENDING];

	for (enum ledger_side side = 0; side < LEDGER_SIDES; side++) {
		hashes[side] = hash_record(l, r, side);
		ledger_index_read_ahead(&l->index, hashes[side]);
	}
}

void ledger_add(struct ledger *l, const struct ledger_removal *removal)
{
	struct ledger_index *index = &l->index;
	struct record *r;

	if (l->pending_count == l->pending_limit)
		link_oldest_pending(l);
	l->newest_slot = l->newest_slot + 1 == l->limit ? 0 : l->newest_slot + 1;
	index->newest = index->newest == LINKS_NUMBERS ? 1 : index->newest + 1;
	r = &l->pool[l->newest_slot];
	if (index->count == l->limit)
		forget(l, r);
	else
		index->count++;
	pack(l, r, removal);
	expect_link(l, r);
	l->pending_count++;
}

void ledger_add_again(struct ledger *l, const struct ledger_removal *removal)
{
	struct record *r;

	ledger_add(l, removal);
	r = &l->pool[l->newest_slot];
	for (enum ledger_side side = 0; side < LEDGER_SIDES; side++)
		if (removal->retranslated_ns[side])
			r->retranslated[side] =
				pack_span(removal->retranslated_ns[side] - removal->mono_ns);
	r->bits |= removal->is_unfollowed ? BIT_UNFOLLOWED : 0;
}

bool ledger_take_oldest(struct ledger *l, struct ledger_removal *out)
{
	struct record *r;

	if (!l->index.count)
		return false;
	if (l->pending_count == l->index.count)
		link_pending(l);
	r = &l->pool[slot_at(l, (uint32_t)l->index.count - 1)];
	unpack(l, r, out);
	release_record(l, r);
	l->index.count--;
	return true;
}

/* ---- finding ---- */

static bool matches(const struct ledger *l, const struct record *r, enum ledger_side side,
		    const struct ledger_walk *walk)
{
	struct tuple tuple;

	if (r->ports[2 * side] != walk->tuple.sport || r->ports[2 * side + 1] != walk->tuple.dport)
		return false;
	if (!netns_equal(l->ledger_shared.items[r->shared].netns, walk->netns) ||
	    family_of(r) != walk->family)
		return false;
	unpack_tuple(l, r, side, &tuple);
	return tuple_equal(&tuple, &walk->tuple);
}

void ledger_find(struct ledger *l, struct ledger_walk *walk, struct netns_id netns, uint8_t family,
		 const struct tuple *tuple)
{
	uint32_t hash = hash_tuple(l, netns, family, tuple);

	link_pending(l);
	walk->netns = netns;
	walk->family = family;
	walk->tuple = *tuple;
	walk->steps = 0;
	walk->is_cut = false;
	ledger_index_find(&l->index, &walk->ledger_index, hash);
}

bool ledger_next(struct ledger *l, struct ledger_walk *walk)
{
	uint32_t link;

	while ((link = ledger_index_next(&l->index, &walk->ledger_index))) {
		const struct record *r = record_of(l, link);

		if (!matches(l, r, link_side(link), walk))
			continue;
		if (walk->steps++ == LEDGER_WALK_MAX) {
			walk->is_cut = true;
			walk->ledger_index = (struct ledger_index_walk){ 0 };
			return false;
		}
		walk->slot = (uint32_t)(r - l->pool);
		walk->side = link_side(link);
		unpack(l, r, &walk->removal);
		return true;
	}
	return false;
}

void ledger_set_retranslated(struct ledger *l, struct ledger_walk *walk, uint64_t mono_ns)
{
	struct ledger_removal *found = &walk->removal;
	uint64_t span = mono_ns > found->mono_ns ? mono_ns - found->mono_ns : 0;

	l->pool[walk->slot].retranslated[walk->side] = pack_span(span);
	found->retranslated_ns[walk->side] =
		found->mono_ns + unpack_span(l->pool[walk->slot].retranslated[walk->side]);
}

void ledger_set_flush(struct ledger *l, struct ledger_walk *walk, uint32_t flush)
{
	struct record *r = &l->pool[walk->slot];

	if (flush == LEDGER_NO_FLUSH)
		return;
	r->flush_or_id = flush;
	r->bits |= BIT_FLUSH;
	walk->removal.flush = flush;
	walk->removal.id = 0;
}

void ledger_set_unfollowed(struct ledger *l, struct ledger_walk *walk)
{
	l->pool[walk->slot].bits |= BIT_UNFOLLOWED;
	walk->removal.is_unfollowed = true;
}

bool ledger_is_cut_short(const struct ledger_removal *removal)
{
	return removal->cause == CAUSE_TCP_CLOSE && removal->tcp_state == TRACKER_CLOSE &&
	       !removal->has_seen_reply;
}

size_t ledger_limit(const struct ledger *l)
{
	return l->limit;
}

size_t ledger_count(const struct ledger *l)
{
	return l->index.count;
}

uint64_t ledger_evicted(const struct ledger *l)
{
	return l->evicted;
}
