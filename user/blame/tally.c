// SPDX-License-Identifier: GPL-2.0-only
#include "blame/tally.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "model/tuple_hash.h"

/* Addresses and entries are known by a hash: two that share one hide what is missing, and
 * never make more of it. */
enum { ADDRESS_BUCKETS = 1 << 14, ENTRY_BITS = 1 << 19 };

/* Since the kernel was last asked, between that and the time before, and one more: an entry
 * may be found in the table whose removal is under way, and was seen already. */
enum { GENERATIONS = 3 };

/* A namespace, in which something was seen or which was read. */
struct space {
	uint32_t inum;
	bool has_base;
	uint64_t seen, asked_seen, base_seen; /* resets; when last asked; at the base */
	uint64_t base;                        /* what the kernel had counted by then */
	uint64_t missing;                     /* as reported */
};

/* Removals of an address, since the beginning. */
struct removals {
	uint32_t seen, heard;
	uint32_t asked; /* heard when last asked */
};

/* Removed entries, as bits. */
struct entries {
	uint64_t words[ENTRY_BITS / 64];
};

/* Of one kind: of resets the namespaces have the rest. */
struct account {
	uint64_t counted, seen, lost;
	uint64_t missing; /* as reported */
};

struct tally {
	struct space *spaces; /* by inum */
	size_t count, size;
	struct removals addresses[ADDRESS_BUCKETS];
	struct entries entries[GENERATIONS]; /* the newest first */
	struct account accounts[WITNESSES];
	uint64_t gaps; /* in what was heard */
	struct hash_secret secret;
	bool is_broken; /* out of memory: nothing is claimed any more */
};

struct tally *tally_new(void)
{
	struct tally *t = calloc(1, sizeof(*t));

	if (t)
		t->secret = hash_secret_new(t);
	return t;
}

void tally_free(struct tally *t)
{
	if (!t)
		return;
	free(t->spaces);
	free(t);
}

/* ---- what was seen ---- */

static size_t position(const struct tally *t, uint32_t inum)
{
	size_t low = 0, high = t->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (t->spaces[middle].inum < inum)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* NULL: out of memory. */
static struct space *space_of(struct tally *t, uint32_t inum)
{
	size_t at = position(t, inum);

	if (at < t->count && t->spaces[at].inum == inum)
		return &t->spaces[at];
	if (!array_reserve(&t->spaces, &t->size, t->count + 1, sizeof(*t->spaces))) {
		t->is_broken = true;
		return NULL;
	}
	memmove(&t->spaces[at + 1], &t->spaces[at], (t->count - at) * sizeof(*t->spaces));
	t->count++;
	t->spaces[at] = (struct space){ .inum = inum };
	return &t->spaces[at];
}

static void add_resets(struct tally *t, uint32_t inum, uint64_t count)
{
	struct space *space = space_of(t, inum);

	if (space)
		space->seen += count;
}

/* What the kernel decided against (TCP MD5 without the key) it does not count: the seen may
 * be more. */
static bool is_counted(const struct reset_observation *r)
{
	return r->kind == RESET_ANSWER || r->kind == RESET_ABORT;
}

/* Whichever namespace it is in: an announcement does not say. */
static struct removals *removals_of(struct tally *t, uint8_t family, uint32_t ifindex,
				    const struct address *local)
{
	uint64_t hash = hash_fold(hash_addresses(&t->secret, local, local),
				  (uint64_t)ifindex << 8 | family);

	return &t->addresses[hash % ADDRESS_BUCKETS];
}

static size_t entry_bit(const struct tally *t, uint32_t inum, const struct tuple *orig)
{
	uint64_t addresses = hash_addresses(&t->secret, &orig->src, &orig->dst);

	return hash_ends(&t->secret, (struct netns_id){ .inum = inum }, addresses, orig->sport,
			 orig->dport) %
	       ENTRY_BITS;
}

static bool was_removed(const struct tally *t, size_t bit)
{
	uint64_t word = 0;

	for (size_t i = 0; i < GENERATIONS; i++)
		word |= t->entries[i].words[bit / 64];
	return word >> bit % 64 & 1;
}

static void note_removal(struct tally *t, const struct observation *seen)
{
	size_t bit = entry_bit(t, seen->netns.inum, &seen->removal.flow.orig);

	t->entries[0].words[bit / 64] |= 1ULL << bit % 64;
}

static void note_lost(struct tally *t, const struct lost_observation *lost)
{
	if (sense_is_of_resets(lost->sense))
		t->accounts[WITNESS_RESETS].lost += lost->count;
	else if (lost->sense == SENSE_ADDRESS_IPV4 || lost->sense == SENSE_ADDRESS_IPV6)
		t->accounts[WITNESS_ADDRESSES].lost += lost->count;
	else if (lost->sense == SENSE_REMOVAL)
		t->accounts[WITNESS_REMOVALS].lost += lost->count;
}

void tally_note(struct tally *t, const struct observation *seen)
{
	const struct change_observation *c = &seen->change;

	switch (seen->type) {
	case OBSERVATION_RESETS:
		add_resets(t, seen->netns.inum, seen->counted.count);
		break;
	case OBSERVATION_RESET:
		if (is_counted(&seen->reset))
			add_resets(t, seen->netns.inum, 1);
		break;
	case OBSERVATION_ADDRESS:
		if (c->op == ADDRESS_REMOVE)
			removals_of(t, c->family, c->ifindex, &c->local)->seen++;
		break;
	case OBSERVATION_REMOVAL:
		note_removal(t, seen);
		break;
	case OBSERVATION_LOST:
		note_lost(t, &seen->lost);
		break;
	default:
		break;
	}
}

/* ---- what the kernel says ---- */

void tally_hear(struct tally *t, uint8_t family, uint32_t ifindex, const struct address *local)
{
	removals_of(t, family, ifindex, local)->heard++;
}

void tally_hear_gap(struct tally *t)
{
	t->gaps++;
}

void tally_ask(struct tally *t)
{
	for (size_t i = 0; i < t->count; i++)
		t->spaces[i].asked_seen = t->spaces[i].seen;
	for (size_t i = 0; i < ADDRESS_BUCKETS; i++)
		t->addresses[i].asked = t->addresses[i].heard;
	memmove(&t->entries[1], &t->entries[0], (GENERATIONS - 1) * sizeof(t->entries[0]));
	memset(&t->entries[0], 0, sizeof(t->entries[0]));
}

/* ---- held against each other ---- */

struct comparison {
	struct tally *tally;
	source_take_fn take;
	void *ctx;
};

static int report(const struct comparison *c, enum witness_of of, uint32_t inum,
		  const struct witness_observation *found)
{
	struct observation o = { .type = OBSERVATION_WITNESS,
				 .netns.inum = inum,
				 .witness = *found };

	o.witness.of = (uint8_t)of;
	o.witness.lost = c->tally->accounts[of].lost;
	return c->take(c->ctx, &o);
}

/* *missing: as reported before. */
static int report_missing(const struct comparison *c, enum witness_of of, uint32_t inum,
			  uint64_t counted, uint64_t seen, uint64_t *reported)
{
	struct witness_observation found = { .counted = counted, .seen = seen };
	uint64_t known = seen + c->tally->accounts[of].lost;
	uint64_t missing = counted > known ? counted - known : 0;

	if (missing <= *reported)
		return 0;
	found.missing = missing - *reported;
	*reported = missing;
	return report(c, of, inum, &found);
}

/* Of what the kernel counted, what is to be explained. A namespace that has the number of
 * one that went begins at nothing, so that its counts are below: all of its own were seen. */
static uint64_t since_base(const struct space *space, uint64_t counted)
{
	return counted > space->base ? counted - space->base : 0;
}

static int compare_resets(const struct comparison *c, const struct kernel_reading *reading,
			  struct witness_observation *total)
{
	int err = 0;

	for (size_t i = 0; i < reading->count && !err; i++) {
		const struct kernel_count *k = &reading->counts[i];
		struct space *space = space_of(c->tally, k->inum);
		uint64_t counted, seen;

		if (!space)
			return 0; /* is_broken */
		if (!space->has_base) {
			space->has_base = true;
			space->base = k->resets;
			space->base_seen = space->asked_seen;
			continue;
		}
		counted = since_base(space, k->resets);
		seen = space->seen - space->base_seen;
		total->namespaces++;
		total->counted += counted;
		total->seen += seen;
		err = report_missing(c, WITNESS_RESETS, k->inum, counted, seen, &space->missing);
	}
	return err;
}

static int compare_addresses(const struct comparison *c)
{
	struct account *account = &c->tally->accounts[WITNESS_ADDRESSES];

	account->counted = account->seen = 0;
	for (size_t i = 0; i < ADDRESS_BUCKETS; i++) {
		const struct removals *r = &c->tally->addresses[i];

		account->counted += r->asked;
		account->seen += r->seen < r->asked ? r->seen : r->asked;
	}
	return report_missing(c, WITNESS_ADDRESSES, 0, account->counted, account->seen,
			      &account->missing);
}

static int compare_removals(const struct comparison *c, const struct kernel_reading *reading)
{
	const struct tally *t = c->tally;
	struct account *account = &c->tally->accounts[WITNESS_REMOVALS];

	for (size_t i = 0; i < reading->gone_count; i++) {
		const struct kernel_entry *e = &reading->gone[i];
		size_t bit = entry_bit(t, e->inum, &e->orig);

		account->counted++;
		account->seen += was_removed(t, bit);
	}
	return report_missing(c, WITNESS_REMOVALS, 0, account->counted, account->seen,
			      &account->missing);
}

static int report_totals(const struct comparison *c, struct witness_observation *resets)
{
	const struct account *addresses = &c->tally->accounts[WITNESS_ADDRESSES];
	const struct account *removals = &c->tally->accounts[WITNESS_REMOVALS];
	const struct witness_observation others[WITNESSES] = {
		[WITNESS_ADDRESSES] = { .counted = addresses->counted,
					.seen = addresses->seen,
					.unread = c->tally->gaps },
		[WITNESS_REMOVALS] = { .counted = removals->counted, .seen = removals->seen },
	};
	int err = report(c, WITNESS_RESETS, 0, resets);

	if (!err)
		err = report(c, WITNESS_ADDRESSES, 0, &others[WITNESS_ADDRESSES]);
	return err ? err : report(c, WITNESS_REMOVALS, 0, &others[WITNESS_REMOVALS]);
}

int tally_compare(struct tally *t, const struct kernel_reading *reading, bool is_last,
		  source_take_fn take, void *ctx)
{
	const struct comparison c = { t, take, ctx };
	struct witness_observation resets = { .unread = reading->unread };
	int err = compare_resets(&c, reading, &resets);

	if (!err)
		err = compare_addresses(&c);
	if (!err)
		err = compare_removals(&c, reading);
	return err || !is_last || t->is_broken ? err : report_totals(&c, &resets);
}
