// SPDX-License-Identifier: GPL-2.0-only
#include "core-run.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "blame/blame.h"
#include "blame/ledger.h"
#include "bpf/event.h"
#include "wire/decode.h"

enum { NETNS = 40265, PORTS = 28000, LOOKUPS_MEASURED = 2000000, ACT = 7, KEPT_MAX = 16 };
/* A small number of flows is measured again and again. */
enum { EVENTS_MIN = 4000000 };

/* CPU time: whatever else the machine does meanwhile is not the core's. */
static double cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static size_t resident_bytes(void)
{
	size_t total, resident = 0;
	FILE *file = fopen("/proc/self/statm", "r");

	if (!file || fscanf(file, "%zu %zu", &total, &resident) != 2)
		exit(1);
	fclose(file);
	return resident * (size_t)sysconf(_SC_PAGESIZE);
}

static size_t rounds_of(size_t flows)
{
	return flows < EVENTS_MIN ? EVENTS_MIN / flows : 1;
}

/* ---- memory that is there already ---- */

/* Reserved memory that was given back, for whoever wants as much of it: a first touch
 * of memory is the kernel's time, and told apart. */
static struct kept {
	void *memory;
	size_t bytes;
} kept[KEPT_MAX];

void *__real_reserve_new(size_t bytes);
void __real_reserve_free(void *memory, size_t bytes);
void *__wrap_reserve_new(size_t bytes);
void __wrap_reserve_free(void *memory, size_t bytes);

/* Zeroes what was touched, and touches no more. */
static void clear(uint8_t *memory, size_t bytes)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), pages = (bytes + page - 1) / page;
	unsigned char *is_there = malloc(pages);

	if (!is_there || mincore(memory, bytes, is_there))
		exit(1);
	for (size_t i = 0; i < pages; i++)
		if (is_there[i] & 1)
			memset(memory + i * page, 0, page);
	free(is_there);
}

void *__wrap_reserve_new(size_t bytes)
{
	for (size_t i = 0; i < KEPT_MAX; i++) {
		void *memory = kept[i].memory;

		if (!memory || kept[i].bytes != bytes)
			continue;
		kept[i].memory = NULL;
		clear(memory, bytes);
		return memory;
	}
	return __real_reserve_new(bytes);
}

void __wrap_reserve_free(void *memory, size_t bytes)
{
	for (size_t i = 0; memory && i < KEPT_MAX; i++)
		if (!kept[i].memory) {
			kept[i] = (struct kept){ memory, bytes };
			return;
		}
	__real_reserve_free(memory, bytes);
}

static uint32_t client_of(size_t i)
{
	return htonl(0x0a580002 + (uint32_t)(i / PORTS));
}

static uint16_t port_of(size_t i)
{
	return (uint16_t)(32768 + i % PORTS);
}

/* Many clients behind as many addresses of the node. */
static uint32_t node_of(size_t i)
{
	return htonl(0x0a090001 + ((uint32_t)(i / PORTS) << 8));
}

/* Every flow once in `flows`, in no order that a cache or a hash could know. */
static size_t shuffled(size_t i, size_t flows)
{
	return (i * 2654435761ULL + 12345) % flows;
}

static void put_address(struct address *out, uint32_t address)
{
	memcpy(out->bytes, &address, sizeof(address));
}

/* What all have in common; no more than the rest is made for each. */
static struct ledger_removal first_removal(void)
{
	struct ledger_removal r = { .flow.family = AF_INET,
				    .netns.inum = NETNS,
				    .flush = 3,
				    .cause = CAUSE_ADDRESS_REMOVED,
				    .tcp_state = TRACKER_ESTABLISHED,
				    .is_translated = true,
				    .has_seen_reply = true };

	put_address(&r.flow.orig.dst, htonl(0x0a090002));
	r.flow.reply.src = r.flow.orig.dst;
	r.flow.orig.dport = r.flow.reply.sport = 6379;
	return r;
}

static void make_removal(struct ledger_removal *r, size_t i)
{
	r->mono_ns = 1000000000000ULL + i * 100;
	r->id = i + 1;
	put_address(&r->flow.orig.src, client_of(i));
	put_address(&r->flow.reply.dst, node_of(i));
	r->flow.orig.sport = r->flow.reply.dport = port_of(i);
}

/* ---- the baseline: what no ledger can do without ---- */

struct bare_key {
	uint32_t src, dst, netns;
	uint16_t sport, dport;
};

struct bare {
	struct bare_key key;
	uint32_t value; /* 0: empty */
};

static uint64_t bare_hash(const struct bare_key *k)
{
	uint64_t words[2];

	memcpy(words, k, sizeof(words));
	words[0] = (words[0] ^ words[0] >> 32) * 0x9e3779b97f4a7c15ULL;
	words[0] = (words[0] ^ words[0] >> 32 ^ words[1]) * 0xff51afd7ed558ccdULL;
	words[0] = (words[0] ^ words[0] >> 32) * 0xc4ceb9fe1a85ec53ULL;
	return words[0] ^ words[0] >> 32;
}

static struct bare_key bare_key(const struct tuple *t)
{
	struct bare_key key = { .netns = NETNS, .sport = t->sport, .dport = t->dport };

	memcpy(&key.src, t->src.bytes, sizeof(key.src));
	memcpy(&key.dst, t->dst.bytes, sizeof(key.dst));
	return key;
}

static void bare_insert(struct bare *table, size_t mask, const struct tuple *t, uint32_t value)
{
	struct bare_key key = bare_key(t);
	size_t at = bare_hash(&key) & mask;

	while (table[at].value && memcmp(&table[at].key, &key, sizeof(key)) != 0)
		at = (at + 1) & mask;
	table[at] = (struct bare){ key, value };
}

static uint32_t bare_find_from(const struct bare *table, size_t mask, const struct tuple *t,
			       size_t at)
{
	struct bare_key key = bare_key(t);

	while (table[at].value && memcmp(&table[at].key, &key, sizeof(key)) != 0)
		at = (at + 1) & mask;
	return table[at].value;
}

static uint32_t bare_find(const struct bare *table, size_t mask, const struct tuple *t)
{
	struct bare_key key = bare_key(t);

	return bare_find_from(table, mask, t, bare_hash(&key) & mask);
}

static double bare_fill(struct bare *table, size_t slots, size_t flows)
{
	struct ledger_removal r = first_removal();
	double begin;

	memset(table, 0, slots * sizeof(*table));
	begin = cpu_ns();
	for (size_t i = 0; i < flows; i++) {
		make_removal(&r, i);
		bare_insert(table, slots - 1, &r.flow.orig, (uint32_t)i + 1);
		bare_insert(table, slots - 1, &r.flow.reply, (uint32_t)i + 1);
	}
	return cpu_ns() - begin;
}

static double bare_look_up(const struct bare *table, size_t slots, size_t flows)
{
	struct ledger_removal like = first_removal();
	double begin = cpu_ns();

	for (size_t i = 0; i < LOOKUPS_MEASURED; i++) {
		make_removal(&like, shuffled(i, flows));
		if (bare_find(table, slots - 1, &like.flow.reply) != shuffled(i, flows) + 1)
			exit(1);
	}
	return (cpu_ns() - begin) / LOOKUPS_MEASURED;
}

/* Sized for all at once, half full, its memory taken before: better than any that has
 * to grow. */
struct core_result run_bare(size_t flows)
{
	struct core_result result = { 0 };
	size_t slots = 1, rounds = rounds_of(flows);
	struct bare *table;

	while (slots < flows * 4)
		slots *= 2;
	table = malloc(slots * sizeof(*table));
	if (!table)
		exit(1);
	for (size_t round = 0; round < rounds; round++)
		result.ns += bare_fill(table, slots, flows) / (double)(flows * rounds);
	result.looked_ns = bare_look_up(table, slots, flows);
	free(table);
	return result;
}

/* ---- the ledger ---- */

static struct ledger *new_ledger(size_t limit)
{
	struct ledger *ledger = ledger_new(limit);

	if (!ledger)
		exit(1);
	return ledger;
}

static double fill(struct ledger *ledger, size_t from, size_t count)
{
	struct ledger_removal r = first_removal();
	double begin = cpu_ns();

	for (size_t i = from; i < from + count; i++) {
		make_removal(&r, i);
		ledger_add(ledger, &r);
	}
	return cpu_ns() - begin;
}

static double look_up(struct ledger *ledger, size_t flows, bool are_there)
{
	struct netns_id netns = { .inum = NETNS };
	struct ledger_removal like = first_removal();
	double begin = cpu_ns();

	like.flow.reply.sport += !are_there;
	for (size_t i = 0; i < LOOKUPS_MEASURED; i++) {
		struct ledger_walk walk;

		make_removal(&like, shuffled(i, flows));
		ledger_find(ledger, &walk, netns, AF_INET, &like.flow.reply);
		if (ledger_next(ledger, &walk) != are_there)
			exit(1);
	}
	return (cpu_ns() - begin) / LOOKUPS_MEASURED;
}

struct core_result run_fill(size_t flows)
{
	struct core_result result = { 0 };
	size_t rounds = rounds_of(flows), resident = resident_bytes();
	struct ledger *ledger = new_ledger(flows);

	result.first_ns = fill(ledger, 0, flows) / (double)flows;
	result.bytes = (double)(resident_bytes() - resident) / (double)flows;
	for (size_t round = 0; round < rounds; round++) {
		ledger_free(ledger);
		ledger = new_ledger(flows);
		result.ns += fill(ledger, 0, flows) / (double)(flows * rounds);
	}
	result.looked_ns = look_up(ledger, flows, true);
	result.missed_ns = look_up(ledger, flows, false);
	ledger_free(ledger);
	return result;
}

struct core_result run_full(size_t flows)
{
	struct core_result result = { 0 };
	struct ledger *ledger = new_ledger(flows);
	size_t more = flows < EVENTS_MIN ? EVENTS_MIN : flows;

	fill(ledger, 0, flows);
	result.ns = fill(ledger, flows, more) / (double)more;
	ledger_free(ledger);
	return result;
}

static double fill_hot(struct ledger *ledger, size_t count)
{
	struct ledger_removal r = first_removal();
	double begin = cpu_ns();

	make_removal(&r, 0);
	for (size_t i = 0; i < count; i++)
		ledger_add(ledger, &r);
	return cpu_ns() - begin;
}

static struct core_result find_stalls(size_t flows, bool is_hot)
{
	struct core_result result = { 0 };
	struct ledger *ledger = new_ledger(flows);

	for (size_t i = 0; i < flows; i += STALL_EVENTS) {
		double ns = is_hot ? fill_hot(ledger, STALL_EVENTS) : fill(ledger, i, STALL_EVENTS);

		result.ns += ns / (double)flows;
		if (ns > result.stall_us * 1000)
			result.stall_us = ns / 1000;
	}
	ledger_free(ledger);
	return result;
}

struct core_result run_stalls(size_t flows)
{
	return find_stalls(flows, false);
}

struct core_result run_hot(size_t flows)
{
	return find_stalls(flows, true);
}

/* ---- the whole way ---- */

struct counts {
	size_t removals, blamed;
};

static void count(void *ctx, const struct finding *f)
{
	struct counts *counts = ctx;

	counts->removals += f->type == FINDING_REMOVAL;
	counts->blamed += f->type == FINDING_RESET && f->reset->verdict == VERDICT_ENTRY_REMOVED;
}

static struct event_removed4 make_removed(size_t i)
{
	struct event_removed4 e = {
		.head = { .ts_ns = 1000000000000ULL + i * 100,
			  .family = AF_INET,
			  .tcp_state = TRACKER_ESTABLISHED,
			  .status = 0x19e },
	};

	e.addresses[EVENT_ORIG_SRC] = client_of(i);
	e.addresses[EVENT_ORIG_DST] = e.addresses[EVENT_REPLY_SRC] = htonl(0x0a090002);
	e.addresses[EVENT_REPLY_DST] = node_of(i);
	e.tail.ports[EVENT_ORIG_SRC] = e.tail.ports[EVENT_REPLY_DST] = htons(port_of(i));
	e.tail.ports[EVENT_ORIG_DST] = e.tail.ports[EVENT_REPLY_SRC] = htons(6379);
	return e;
}

static void begin_act(struct blame *blame, struct decoder *decoder)
{
	union {
		struct event_flush_mark mark;
		struct event_flush_slot slots[2];
	} ring = { .mark = { .act_kind = EVENT_ACT_NETLINK_FLUSH, .netns = NETNS, .act = ACT } };
	static struct observation seen;

	decode_flush(decoder, ring.slots, &seen);
	memset(&seen, 0, sizeof(seen));
	seen.type = OBSERVATION_ACT_BEGIN;
	seen.netns.inum = NETNS;
	seen.act.act = ACT;
	seen.act.cause = CAUSE_USER_FLUSH;
	seen.act.actor.pid = 4242;
	blame_observe(blame, &seen);
}

static void flush(struct blame *blame, struct decoder *decoder, size_t flows)
{
	static struct observation seen;

	begin_act(blame, decoder);
	for (size_t i = 0; i < flows; i++) {
		union {
			struct event_removed4 removed;
			struct event_flush_slot slots[2];
		} ring;

		ring.removed = make_removed(i);
		decode_flush(decoder, ring.slots, &seen);
		blame_observe(blame, &seen);
	}
}

static struct blame *new_blame(size_t flows, struct counts *counts)
{
	struct blame_limits limits = { .removals = flows };
	struct blame *blame = blame_new(&limits, count, counts);

	if (!blame)
		exit(1);
	return blame;
}

static double flush_anew(size_t flows)
{
	struct decoder decoder = { .wall_offset_ns = 1 };
	struct counts counts = { 0 };
	struct blame *blame = new_blame(flows, &counts);
	double begin = cpu_ns(), ns;

	flush(blame, &decoder, flows);
	ns = cpu_ns() - begin;
	if (counts.removals != flows)
		exit(1);
	blame_free(blame);
	return ns / (double)flows;
}

struct core_result run_blame(size_t flows)
{
	struct core_result result = { 0 };
	size_t rounds = rounds_of(flows);

	result.first_ns = flush_anew(flows);
	for (size_t round = 0; round < rounds; round++)
		result.ns += flush_anew(flows) / (double)rounds;
	return result;
}

static struct event_reset make_reset(size_t i, size_t flows)
{
	struct event_removed4 removed = make_removed(i);
	struct event_reset e = {
		.header = { .type = EVENT_RESET,
			    .len = sizeof(e),
			    .ts_ns = 2000000000000ULL + flows * 100 },
		.netns = NETNS,
		.family = AF_INET,
		.tcp_flags = PACKET_ACK,
		.flags = EVENT_RESET_SOFTIRQ,
		.conntrack = EVENT_CONNTRACK_NONE,
	};

	memcpy(e.packet.src, &removed.addresses[EVENT_REPLY_SRC], sizeof(uint32_t));
	memcpy(e.packet.dst, &removed.addresses[EVENT_REPLY_DST], sizeof(uint32_t));
	e.packet.sport = removed.tail.ports[EVENT_REPLY_SRC];
	e.packet.dport = removed.tail.ports[EVENT_REPLY_DST];
	return e;
}

static double judge_resets(struct blame *blame, struct decoder *decoder, size_t flows)
{
	static struct observation seen;
	double begin = cpu_ns();

	for (size_t i = 0; i < LOOKUPS_MEASURED; i++) {
		struct event_reset e = make_reset(shuffled(i, flows), flows);

		decode(decoder, &e, sizeof(e), &seen);
		blame_observe(blame, &seen);
	}
	return (cpu_ns() - begin) / LOOKUPS_MEASURED;
}

struct core_result run_resets(size_t flows)
{
	struct core_result result = { 0 };
	struct decoder decoder = { .wall_offset_ns = 1 };
	struct counts counts = { 0 };
	struct blame *blame = new_blame(flows, &counts);

	flush(blame, &decoder, flows);
	result.ns = judge_resets(blame, &decoder, flows);
	if (counts.blamed != LOOKUPS_MEASURED)
		exit(1);
	blame_free(blame);
	return result;
}
