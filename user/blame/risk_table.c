// SPDX-License-Identifier: GPL-2.0-only
#include "blame/risk_table.h"

#include <stdlib.h>
#include <string.h>

#include "base/reserve.h"
#include "model/tuple_hash.h"

/* More than a node has sockets. */
enum { LIMIT_MAX = 1 << 22 };
enum { FOREIGN_SHARE = 4 }; /* a part of so many is theirs at most */
enum { VICTIMS_MAX = 8192, VICTIM_BUCKETS = 4096, LOOKED_AT_MAX = 64 };

/* Most heads are empty: then a flow that is not there costs one access to memory. And how
 * many slots ahead of the one that may go next its head is read. */
enum { HEADS_EACH = 4, HAND_AHEAD = 8 };

struct slot {
	struct risk risk;
	bool is_taken;
	bool is_foreign;
};

/* Apart from the slots, and with the hash: each reset asks whether its flow is known to
 * be at risk, and few are. */
struct link {
	uint32_t hash;
	uint32_t next; /* in its chain, or among the free ones; plus one, 0: the end */
};

struct known_victim {
	struct victim victim;
	struct known_victim *next;
};

struct risk_table {
	/* Address space for all, memory as they come: nothing is rehashed. */
	struct slot *slots;
	struct link *links; /* of each slot */
	uint32_t *heads;    /* as links[].next; a power of two of them */
	size_t limit, heads_count;
	struct hash_secret secret;
	size_t used;   /* slots that were ever in use */
	uint32_t free; /* the first of those that are not now, as links[].next */
	size_t hand;   /* where to look next for one that may go */
	struct known_victim *victims[VICTIM_BUCKETS];
	size_t victims_count;
	size_t foreign_flows, foreign_victims;
};

struct risk_table *risk_table_new(size_t limit)
{
	struct risk_table *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->limit = !limit ? 1 : limit < LIMIT_MAX ? limit : LIMIT_MAX;
	t->heads_count = 1;
	while (t->heads_count < t->limit * HEADS_EACH)
		t->heads_count *= 2;
	t->slots = reserve_new(t->limit * sizeof(*t->slots));
	t->links = reserve_new(t->limit * sizeof(*t->links));
	t->heads = reserve_new(t->heads_count * sizeof(*t->heads));
	if (!t->slots || !t->links || !t->heads) {
		risk_table_free(t);
		return NULL;
	}
	t->secret = hash_secret_new(t->slots);
	return t;
}

size_t risk_table_longest_chain(const struct risk_table *t)
{
	size_t longest = 0;

	for (size_t i = 0; i < t->heads_count; i++) {
		size_t length = 0;

		for (uint32_t at = t->heads[i]; at; at = t->links[at - 1].next)
			length++;
		if (length > longest)
			longest = length;
	}
	return longest;
}

void risk_table_free(struct risk_table *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < VICTIM_BUCKETS; i++)
		for (struct known_victim *v = t->victims[i], *next; v; v = next) {
			next = v->next;
			free(v);
		}
	reserve_free(t->slots, t->limit * sizeof(*t->slots));
	reserve_free(t->links, t->limit * sizeof(*t->links));
	reserve_free(t->heads, t->heads_count * sizeof(*t->heads));
	free(t);
}

/* ---- victims ---- */

static bool is_same_victim(const struct victim *a, const struct victim *b)
{
	return a->process.pid == b->process.pid &&
	       a->process.start_boottime_ns == b->process.start_boottime_ns &&
	       a->process.netns == b->process.netns && a->socket_state == b->socket_state &&
	       a->one_of == b->one_of && a->is_unsure == b->is_unsure && a->unnamed == b->unnamed &&
	       !strcmp(a->process.container, b->process.container) &&
	       !strcmp(a->process.comm, b->process.comm);
}

static const struct victim *keep_victim(struct risk_table *t, const struct victim *victim,
					bool is_foreign)
{
	size_t hash = (victim->process.pid * 31 + victim->process.netns) % VICTIM_BUCKETS;
	struct known_victim *v;

	for (v = t->victims[hash]; v; v = v->next)
		if (is_same_victim(&v->victim, victim))
			return &v->victim;
	if (t->victims_count == VICTIMS_MAX ||
	    (is_foreign && t->foreign_victims == VICTIMS_MAX / FOREIGN_SHARE))
		return NULL;
	v = malloc(sizeof(*v));
	if (!v)
		return NULL;
	v->victim = *victim;
	v->next = t->victims[hash];
	t->victims[hash] = v;
	t->victims_count++;
	t->foreign_victims += is_foreign;
	return &v->victim;
}

/* ---- flows ---- */

static uint32_t hash_flow(const struct risk_table *t, struct netns_id netns,
			  const struct tuple *orig)
{
	return hash_ends(&t->secret, netns, hash_addresses(&t->secret, &orig->src, &orig->dst),
			 orig->sport, orig->dport);
}

static uint32_t *chain(const struct risk_table *t, uint32_t hash)
{
	return &t->heads[hash & (t->heads_count - 1)];
}

struct risk *risk_table_find(struct risk_table *t, struct netns_id netns, uint8_t family,
			     const struct tuple *orig)
{
	uint32_t hash = hash_flow(t, netns, orig);

	for (uint32_t i = *chain(t, hash); i; i = t->links[i - 1].next) {
		struct risk *r = &t->slots[i - 1].risk;

		if (t->links[i - 1].hash == hash && netns_equal(r->netns, netns) &&
		    r->flow.family == family && tuple_equal(&r->flow.orig, orig))
			return r;
	}
	return NULL;
}

/* Plus one; 0: there is none. */
static uint32_t take_slot(struct risk_table *t)
{
	uint32_t slot = t->free;

	if (slot)
		t->free = t->links[slot - 1].next;
	else if (t->used < t->limit)
		slot = (uint32_t)++t->used;
	return slot;
}

/* One that was reset is kept only so that its socket is not found once more, by
 * somebody who looks at that time: it makes room. */
static uint32_t take_slot_of_reset(struct risk_table *t)
{
	for (int i = 0; i < LOOKED_AT_MAX; i++) {
		struct slot *slot = &t->slots[t->hand];

		t->hand = t->hand + 1 == t->limit ? 0 : t->hand + 1;
		if (t->hand + HAND_AHEAD < t->limit)
			__builtin_prefetch(chain(t, t->links[t->hand + HAND_AHEAD].hash), 1);
		if (slot->is_taken && slot->risk.end == RISK_RESET) {
			risk_table_remove(t, &slot->risk);
			return take_slot(t);
		}
	}
	return 0;
}

static struct risk *add(struct risk_table *t, const struct risk *risk, const struct victim *victim,
			bool is_foreign)
{
	uint32_t slot, hash, *head;

	if (is_foreign && t->foreign_flows > t->limit / FOREIGN_SHARE)
		return NULL;
	slot = take_slot(t);
	if (!slot)
		slot = take_slot_of_reset(t);
	if (!slot)
		return NULL;
	hash = hash_flow(t, risk->netns, &risk->flow.orig);
	head = chain(t, hash);
	t->links[slot - 1] = (struct link){ .hash = hash, .next = *head };
	t->slots[slot - 1] =
		(struct slot){ .risk = *risk, .is_taken = true, .is_foreign = is_foreign };
	t->slots[slot - 1].risk.victim = victim ? keep_victim(t, victim, is_foreign) : NULL;
	t->foreign_flows += is_foreign;
	*head = slot;
	return &t->slots[slot - 1].risk;
}

struct risk *risk_table_add(struct risk_table *t, const struct risk *risk,
			    const struct victim *victim)
{
	return add(t, risk, victim, false);
}

struct risk *risk_table_add_foreign(struct risk_table *t, const struct risk *risk,
				    const struct victim *victim)
{
	return add(t, risk, victim, true);
}

void risk_table_remove(struct risk_table *t, struct risk *risk)
{
	struct slot *slot = (struct slot *)risk; /* its first member */
	uint32_t index = (uint32_t)(slot - t->slots);
	uint32_t *link = chain(t, t->links[index].hash);

	while (*link != index + 1)
		link = &t->links[*link - 1].next;
	*link = t->links[index].next;
	slot->is_taken = false;
	t->foreign_flows -= slot->is_foreign;
	t->links[index].next = t->free;
	t->free = index + 1;
}

const struct risk *risk_table_next(const struct risk_table *t, size_t *cursor)
{
	while (*cursor < t->used) {
		const struct slot *slot = &t->slots[(*cursor)++];

		if (slot->is_taken)
			return &slot->risk;
	}
	return NULL;
}

size_t risk_table_limit(const struct risk_table *t)
{
	return t->limit;
}
