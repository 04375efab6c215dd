// SPDX-License-Identifier: GPL-2.0-only
#include "attach/rings.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "bpf/event.h"
#include "kernel/kallsyms.h"
#include "node/conntrack_get.h"
#include "node/process.h"
#include "wire/decode.h"
#include "wire/flush_ring.h"
#include "wire/reorder.h"
#include "wire/ring_gauge.h"
#include "wire/syn_counts.h"

/* One ring, and what was taken from it ahead of time. */
struct lane {
	struct rings *rings;
	struct ring_buffer *ring;
	struct ring_gauge gauge;
	struct reorder ahead;
};

struct rings {
	struct loader *loader;
	struct decoder decoder;
	struct symbolizer *symbolizer;
	struct conntrack_get *conntrack_get; /* NULL: conntrack is not asked */
	bool is_symbolizer_tried;
	source_take_fn take;
	source_expect_fn expect; /* may be NULL */
	void *ctx;
	struct lane state, reset;
	bool is_held; /* some of what is due cannot be seen yet */
	struct flush_ring flush;
	int epoll_fd;
	int err;
	uint64_t lost[EVENT_PROBES]; /* as last told */
	uint64_t worst_ns;
	struct syn_counts syns;
	struct event_syn_key *syn_keys; /* NULL until the first look */
	struct event_syn_count *syn_values;
	uint64_t syns_due_ns;   /* the next look; 0: none */
	uint64_t syns_until_ns; /* more may be counted up to then */
	size_t syn_ports;       /* in the map, at the last look */
	bool is_retiring;       /* those of past generations go when they are told */
	bool are_ports_kept;    /* making room for others did not work */
	bool are_counts_cut;    /* at the end they could not be read */
	uint64_t syns_read_ns;  /* when they were looked at, and not told yet; 0: they are told */
};

/* ---- helpers for the decoder ---- */

static const char *name_address(void *ctx, uint64_t address)
{
	struct rings *rings = ctx;

	if (!rings->is_symbolizer_tried) {
		rings->symbolizer = symbolizer_new();
		rings->is_symbolizer_tried = true;
	}
	return rings->symbolizer ? symbolizer_name(rings->symbolizer, address) : "?";
}

static const char *reason_name(void *ctx, uint32_t reason)
{
	struct rings *rings = ctx;

	return loader_reason_name(rings->loader, reason);
}

/* ---- handing on ---- */

/* A removal of which the probe of new entries waits to be told. */
static void mark_removed(struct rings *rings, const struct event_removal *record)
{
	const struct event_removed4 *v4 = (const void *)(record + 1);
	const struct event_removed6 *v6 = (const void *)(record + 1);
	uint16_t flags = v4->head.family == AF_INET ? v4->tail.flags : v6->tail.flags;

	if (flags & EVENT_REMOVAL_MATTERS)
		flush_ring_mark_single(&rings->flush, record + 1);
}

/* Not more than once a second, and only while there is something. */
#define COUNTS_NS NSEC_PER_SEC

/* Of that second's answers to SYNs, on that CPU, the others are counted. */
static void expect_counts(struct rings *rings, const struct event_header *header)
{
	const struct event_reset *reset = (const void *)header;
	uint64_t until_ns = header->ts_ns + COUNTS_NS;

	if (header->type != EVENT_RESET || !(reset->flags & EVENT_RESET_LAST_SAMPLE) ||
	    loader_counts_at_end(rings->loader))
		return;
	if (until_ns > rings->syns_until_ns)
		rings->syns_until_ns = until_ns;
	if (!rings->syns_due_ns)
		rings->syns_due_ns = until_ns;
}

static int hand_on(struct rings *rings, const void *record, size_t size)
{
	struct observation seen;
	int got = decode(&rings->decoder, record, size, &seen);

	if (got <= 0)
		return got;
	if (seen.type == OBSERVATION_REMOVAL)
		mark_removed(rings, record);
	expect_counts(rings, record);
	process_describe_observation(&seen);
	if (rings->conntrack_get)
		conntrack_get_reset(rings->conntrack_get, &seen);
	return rings->take(rings->ctx, &seen);
}

static uint64_t record_time(const void *record)
{
	return ((const struct event_header *)record)->ts_ns;
}

static void expect(const struct rings *rings, const void *record, size_t size)
{
	struct expected_reset expected;

	if (rings->expect && decode_expected(record, size, &expected))
		rings->expect(rings->ctx, &expected);
}

/* libbpf's callback: a negative return stops it, after this record is consumed. */
static int take_record(void *ctx, void *record, size_t size)
{
	struct lane *lane = ctx;

	if (size >= sizeof(struct event_header) &&
	    reorder_put(&lane->ahead, record_time(record), record, size))
		expect(lane->rings, record, size);
	return reorder_is_full(&lane->ahead) ? -EAGAIN : 0;
}

static void look_ahead(struct lane *lane)
{
	if (reorder_is_full(&lane->ahead))
		return;
	ring_gauge_note(&lane->gauge);
	ring_buffer__consume(lane->ring);
}

/* Right after look_ahead(): by a record that is not submitted. */
static bool is_blocked(const struct lane *lane)
{
	return !reorder_is_full(&lane->ahead) && ring_gauge_is_behind(&lane->gauge);
}

/* Up to when all that happened can be seen, `until_ns` at most. */
static uint64_t seen_until_ns(struct lane *lane, uint64_t until_ns)
{
	uint64_t now_ns = clock_mono_ns();

	look_ahead(lane);
	return ring_gauge_until_ns(&lane->gauge, is_blocked(lane), reorder_is_full(&lane->ahead),
				   now_ns, until_ns);
}

/* Found to be blocked when what lay before was handed on. */
static bool is_newly_blocked(const struct lane *lane)
{
	return is_blocked(lane) && !lane->gauge.blocked_ns;
}

static uint64_t next_ns(const struct lane *lane)
{
	return reorder_next_ns(&lane->ahead);
}

static void hand_on_next(struct rings *rings, struct lane *lane)
{
	size_t size;
	const void *record = reorder_take(&lane->ahead, &size);

	rings->err = hand_on(rings, record, size);
}

/* Hands on the lane's records up to `due_ns`. */
static void run_lane(struct rings *rings, struct lane *lane, uint64_t due_ns)
{
	while (!rings->err) {
		look_ahead(lane);
		rings->is_held |= is_newly_blocked(lane);
		if (rings->is_held || next_ns(lane) > due_ns || next_ns(lane) == UINT64_MAX)
			return;
		hand_on_next(rings, lane);
	}
}

/* What flushes removed, up to `due_ns`. */
static void run_flush(struct rings *rings, uint64_t due_ns)
{
	struct flush_ring *ring = &rings->flush;
	struct event_flush_slot slots[2];
	struct observation seen;

	while (!rings->err && flush_ring_next_ns(ring) <= due_ns) {
		flush_ring_peek(ring, slots);
		flush_ring_skip(ring, decode_flush(&rings->decoder, slots, &seen));
		if (seen.type != OBSERVATION_REMOVAL)
			continue;
		flush_ring_mark(ring, slots);
		rings->err = rings->take(rings->ctx, &seen);
	}
	flush_ring_commit(ring);
}

/* Both kinds of state by time; of the same time, what has its own record first: an
 * act's beginning comes before what it removes. */
static void run_state(struct rings *rings, uint64_t due_ns)
{
	struct lane *state = &rings->state;

	while (!rings->err) {
		uint64_t flush_ns = flush_ring_next_ns(&rings->flush), state_ns;

		run_lane(rings, state, flush_ns < due_ns ? flush_ns : due_ns);
		if (rings->err || rings->is_held || flush_ns > due_ns)
			return;
		state_ns = next_ns(state);
		run_flush(rings, state_ns <= due_ns ? state_ns - 1 : due_ns);
	}
}

/* Losses become observations, so that blame weighs them and a recording keeps
 * them. */
static int tell_losses(struct rings *rings)
{
	uint64_t lost[EVENT_PROBES];
	int err = 0;

	loader_read_lost(rings->loader, lost);
	lost[EVENT_PROBE_RESET_V4] += rings->are_counts_cut;
	for (size_t i = 0; i < EVENT_PROBES && !err; i++) {
		struct observation seen = { .type = OBSERVATION_LOST };

		if (lost[i] == rings->lost[i])
			continue;
		seen.mono_ns = clock_mono_ns();
		seen.wall_ns = seen.mono_ns + rings->decoder.wall_offset_ns;
		strncpy(seen.lost.probe, probes[i].name, sizeof(seen.lost.probe) - 1);
		seen.lost.count = lost[i] - rings->lost[i];
		rings->lost[i] = lost[i];
		err = rings->take(rings->ctx, &seen);
	}
	return err;
}

/* ---- what was only counted ---- */

static int read_ports(struct rings *rings, bool are_past)
{
	uint8_t generation = loader_syn_generation(rings->loader);
	int count = loader_read_syns(rings->loader, false, rings->syn_keys, rings->syn_values);
	int err = count < 0 ? count : 0;

	rings->syn_ports = count > 0 ? (size_t)count : 0;
	for (int i = 0; i < count && !err; i++)
		if (!are_past || rings->syn_keys[i].generation != generation)
			err = syn_counts_take(&rings->syns, &rings->syn_keys[i],
					      &rings->syn_values[i], false);
	return err;
}

static int read_others(struct rings *rings)
{
	int count = loader_read_syns(rings->loader, true, rings->syn_keys, rings->syn_values);
	int err = count < 0 ? count : 0;

	for (int i = 0; i < count && !err; i++)
		err = syn_counts_take(&rings->syns, &rings->syn_keys[i], &rings->syn_values[i],
				      true);
	return err;
}

/* What could not be read now will be found by the next look. `are_past`: the present
 * generation's ports are left to it as well. */
static int read_counts(struct rings *rings, bool are_past)
{
	int err;

	if (!rings->syn_keys)
		rings->syn_keys = calloc(EVENT_SYN_PORTS_MAX, sizeof(*rings->syn_keys));
	if (!rings->syn_values)
		rings->syn_values = calloc(EVENT_SYN_PORTS_MAX, sizeof(*rings->syn_values));
	if (!rings->syn_keys || !rings->syn_values)
		return -ENOMEM;
	syn_counts_begin(&rings->syns, loader_syn_generation(rings->loader));
	err = read_ports(rings, are_past);
	if (!err)
		err = read_others(rings);
	loader_end_syn_round(rings->loader);
	rings->syns_read_ns = clock_mono_ns();
	return err;
}

/* A scan of all ports must not leave the map full for good. */
static void make_room(struct rings *rings)
{
	if (rings->syn_ports < EVENT_SYN_PORTS_MAX / 4 || rings->are_ports_kept)
		return;
	rings->are_ports_kept = !loader_next_syn_generation(rings->loader);
	/* What came in the meantime, and is the last of them. */
	rings->is_retiring = !read_counts(rings, !rings->are_ports_kept) && !rings->are_ports_kept;
}

/* All of them were told, and nobody counts them any more: see make_room(). */
static void retire_ports(struct rings *rings)
{
	size_t count = syn_counts_past(&rings->syns, rings->syn_keys);
	size_t deleted = loader_delete_syns(rings->loader, rings->syn_keys, count);

	syn_counts_drop(&rings->syns, rings->syn_keys, deleted);
	rings->are_ports_kept = deleted < count;
	rings->is_retiring = false;
}

/* How many could not be read is not known: one at least, so that the verdict says it. */
void rings_end_counts(struct rings *rings)
{
	rings->are_counts_cut = read_counts(rings, false) != 0;
	rings->syns_due_ns = rings->syns_until_ns = 0;
}

int rings_report_counts(struct rings *rings)
{
	struct observation seen;
	int err = 0;

	while (!err && syn_counts_tell(&rings->syns, rings->decoder.wall_offset_ns, &seen)) {
		seen.mono_ns = rings->syns_read_ns;
		seen.wall_ns = seen.mono_ns + rings->decoder.wall_offset_ns;
		err = rings->take(rings->ctx, &seen);
	}
	rings->syns_read_ns = 0;
	if (!err && rings->is_retiring)
		retire_ports(rings);
	return err;
}

static void look_at_counts(struct rings *rings)
{
	uint64_t now_ns = clock_mono_ns();
	bool has_any;

	if (!rings->syns_due_ns || now_ns < rings->syns_due_ns || rings->syns_read_ns)
		return;
	if (!read_counts(rings, false))
		make_room(rings);
	now_ns = clock_mono_ns(); /* it takes its time */
	has_any = rings->syns_read_ns && !syn_counts_is_empty(&rings->syns);
	rings->syns_due_ns = has_any || now_ns < rings->syns_until_ns ? now_ns + COUNTS_NS : 0;
}

uint64_t rings_due_ns(const struct rings *rings)
{
	return rings->syns_read_ns ? rings->syns_read_ns : rings->syns_due_ns;
}

/* How long the first that waited had to, until all was handed on. Records are looked
 * at before that: of an empty lane nothing waited for longer than this draining. */
static void note_wait(struct rings *rings, uint64_t first_ns)
{
	uint64_t now_ns = clock_mono_ns();

	if (first_ns < now_ns && now_ns - first_ns > rings->worst_ns)
		rings->worst_ns = now_ns - first_ns;
}

uint64_t rings_worst_ns(const struct rings *rings)
{
	return rings->worst_ns;
}

uint64_t rings_unasked(const struct rings *rings)
{
	return rings->conntrack_get ? conntrack_get_unasked(rings->conntrack_get) : 0;
}

static uint64_t lesser(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t first_ns(struct rings *rings)
{
	return lesser(flush_ring_next_ns(&rings->flush),
		      lesser(next_ns(&rings->reset), next_ns(&rings->state)));
}

static bool has_records(const struct rings *rings)
{
	return rings->state.ahead.count || rings->reset.ahead.count;
}

static void hand_on_due(struct rings *rings, uint64_t due_ns)
{
	struct lane *reset = &rings->reset;

	while (!rings->err && !rings->is_held) {
		bool has_reset;

		look_ahead(reset);
		rings->is_held |= is_newly_blocked(reset);
		has_reset = reset->ahead.count && next_ns(reset) <= due_ns;
		run_state(rings, has_reset ? next_ns(reset) : due_ns);
		if (!has_reset)
			break;
		if (!rings->err && !rings->is_held)
			hand_on_next(rings, reset);
	}
}

bool rings_is_held(const struct rings *rings)
{
	return rings->is_held;
}

int rings_drain(struct rings *rings, uint64_t until_mono_ns, bool *is_empty)
{
	struct lane *reset = &rings->reset;
	uint64_t waiting_ns, due_ns;
	int err;

	rings->err = 0;
	/* The wall clock may have been set meanwhile. */
	rings->decoder.wall_offset_ns = clock_wall_offset_ns();
	/* A loss must be known before the reset that it may have to do with. */
	err = tell_losses(rings);
	if (err)
		return err;
	flush_ring_look(&rings->flush);
	due_ns = lesser(seen_until_ns(&rings->state, until_mono_ns),
			seen_until_ns(reset, until_mono_ns));
	waiting_ns = first_ns(rings);
	rings->is_held = false;
	hand_on_due(rings, due_ns);
	rings->is_held |= due_ns < until_mono_ns;
	/* In their place: when all that was before the look has been told. */
	if (!rings->err && !rings->is_held && rings->syns_read_ns &&
	    rings->syns_read_ns <= until_mono_ns)
		rings->err = rings_report_counts(rings);
	look_at_counts(rings);
	if (waiting_ns <= due_ns)
		note_wait(rings, waiting_ns);
	*is_empty = !rings->is_held && !has_records(rings) && flush_ring_is_idle(&rings->flush) &&
		    !rings->syns_read_ns;
	return rings->err;
}

/* What else waits has a smaller ring, which must not fill up meanwhile. */
bool rings_may_wait(struct rings *rings, uint64_t now_ns)
{
	if (flush_ring_is_idle(&rings->flush))
		return false;
	look_ahead(&rings->state);
	look_ahead(&rings->reset);
	flush_ring_look(&rings->flush);
	return !has_records(rings) && flush_ring_may_wait(&rings->flush, now_ns);
}

/* ---- set up ---- */

static bool open_lane(struct rings *rings, struct lane *lane, int map_fd)
{
	struct epoll_event event = { .events = EPOLLIN };

	lane->rings = rings;
	lane->ring = ring_buffer__new(map_fd, take_record, lane, NULL);
	if (!lane->ring || ring_gauge_open(&lane->gauge, map_fd))
		return false;
	return epoll_ctl(rings->epoll_fd, EPOLL_CTL_ADD, ring_buffer__epoll_fd(lane->ring),
			 &event) == 0;
}

struct rings *rings_new(struct loader *loader, bool with_stacks, source_take_fn take, void *ctx)
{
	struct rings *rings = calloc(1, sizeof(*rings));
	struct flush_ring_memory memory;

	if (!rings)
		return NULL;
	loader_flush_memory(loader, &memory);
	rings->loader = loader;
	rings->take = take;
	rings->ctx = ctx;
	rings->decoder.helpers = (struct decode_helpers){ .name_address = name_address,
							  .reason_name = reason_name,
							  .ctx = rings };
	rings->decoder.with_stacks = with_stacks;
	rings->conntrack_get = conntrack_get_new();
	rings->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (rings->epoll_fd < 0 || flush_ring_open(&rings->flush, &memory) ||
	    !open_lane(rings, &rings->state, loader_state_ring_fd(loader)) ||
	    !open_lane(rings, &rings->reset, loader_reset_ring_fd(loader))) {
		rings_free(rings);
		return NULL;
	}
	return rings;
}

void rings_set_expect(struct rings *rings, source_expect_fn expect)
{
	rings->expect = expect;
}

void rings_free(struct rings *rings)
{
	if (!rings)
		return;
	flush_ring_close(&rings->flush);
	ring_gauge_close(&rings->state.gauge);
	ring_gauge_close(&rings->reset.gauge);
	ring_buffer__free(rings->state.ring);
	ring_buffer__free(rings->reset.ring);
	symbolizer_free(rings->symbolizer);
	conntrack_get_free(rings->conntrack_get);
	syn_counts_release(&rings->syns);
	free(rings->syn_keys);
	free(rings->syn_values);
	if (rings->epoll_fd >= 0)
		close(rings->epoll_fd);
	free(rings);
}

int rings_fd(const struct rings *rings)
{
	return rings->epoll_fd;
}
