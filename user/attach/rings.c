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
	struct live *live;
	struct ring_buffer *ring;
	struct ring_gauge gauge;
	struct reorder ahead;
};

struct live {
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
	struct live *live = ctx;

	if (!live->is_symbolizer_tried) {
		live->symbolizer = symbolizer_new();
		live->is_symbolizer_tried = true;
	}
	return live->symbolizer ? symbolizer_name(live->symbolizer, address) : "?";
}

static const char *reason_name(void *ctx, uint32_t reason)
{
	struct live *live = ctx;

	return loader_reason_name(live->loader, reason);
}

/* ---- handing on ---- */

/* A removal of which the probe of new entries waits to be told. */
static void mark_removed(struct live *live, const struct event_removal *record)
{
	const struct event_removed4 *v4 = (const void *)(record + 1);
	const struct event_removed6 *v6 = (const void *)(record + 1);
	uint16_t flags = v4->head.family == AF_INET ? v4->tail.flags : v6->tail.flags;

	if (flags & EVENT_REMOVAL_MATTERS)
		flush_ring_mark_single(&live->flush, record + 1);
}

/* Not more than once a second, and only while there is something. */
#define COUNTS_NS NSEC_PER_SEC

/* Of that second's answers to SYNs, on that CPU, the others are counted. */
static void expect_counts(struct live *live, const struct event_header *header)
{
	const struct event_reset *reset = (const void *)header;
	uint64_t until_ns = header->ts_ns + COUNTS_NS;

	if (header->type != EVENT_RESET || !(reset->flags & EVENT_RESET_LAST_SAMPLE) ||
	    loader_counts_at_end(live->loader))
		return;
	if (until_ns > live->syns_until_ns)
		live->syns_until_ns = until_ns;
	if (!live->syns_due_ns)
		live->syns_due_ns = until_ns;
}

static int hand_on(struct live *live, const void *record, size_t size)
{
	struct observation seen;
	int got = decode(&live->decoder, record, size, &seen);

	if (got <= 0)
		return got;
	if (seen.type == OBSERVATION_REMOVAL)
		mark_removed(live, record);
	expect_counts(live, record);
	process_describe_observation(&seen);
	if (live->conntrack_get)
		conntrack_get_reset(live->conntrack_get, &seen);
	return live->take(live->ctx, &seen);
}

static uint64_t record_time(const void *record)
{
	return ((const struct event_header *)record)->ts_ns;
}

static void expect(const struct live *live, const void *record, size_t size)
{
	struct expected_reset expected;

	if (live->expect && decode_expected(record, size, &expected))
		live->expect(live->ctx, &expected);
}

/* libbpf's callback: a negative return stops it, after this record is consumed. */
static int take_record(void *ctx, void *record, size_t size)
{
	struct lane *lane = ctx;

	if (size >= sizeof(struct event_header) &&
	    reorder_put(&lane->ahead, record_time(record), record, size))
		expect(lane->live, record, size);
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

static void hand_on_next(struct live *live, struct lane *lane)
{
	size_t size;
	const void *record = reorder_take(&lane->ahead, &size);

	live->err = hand_on(live, record, size);
}

/* Hands on the lane's records up to `due_ns`. */
static void run_lane(struct live *live, struct lane *lane, uint64_t due_ns)
{
	while (!live->err) {
		look_ahead(lane);
		live->is_held |= is_newly_blocked(lane);
		if (live->is_held || next_ns(lane) > due_ns || next_ns(lane) == UINT64_MAX)
			return;
		hand_on_next(live, lane);
	}
}

/* What flushes removed, up to `due_ns`. */
static void run_flush(struct live *live, uint64_t due_ns)
{
	struct flush_ring *ring = &live->flush;
	struct event_flush_slot slots[2];
	struct observation seen;

	while (!live->err && flush_ring_next_ns(ring) <= due_ns) {
		flush_ring_peek(ring, slots);
		flush_ring_skip(ring, decode_flush(&live->decoder, slots, &seen));
		if (seen.type != OBSERVATION_REMOVAL)
			continue;
		flush_ring_mark(ring, slots);
		live->err = live->take(live->ctx, &seen);
	}
	flush_ring_commit(ring);
}

/* Both kinds of state by time; of the same time, what has its own record first: an
 * act's beginning comes before what it removes. */
static void run_state(struct live *live, uint64_t due_ns)
{
	struct lane *state = &live->state;

	while (!live->err) {
		uint64_t flush_ns = flush_ring_next_ns(&live->flush), state_ns;

		run_lane(live, state, flush_ns < due_ns ? flush_ns : due_ns);
		if (live->err || live->is_held || flush_ns > due_ns)
			return;
		state_ns = next_ns(state);
		run_flush(live, state_ns <= due_ns ? state_ns - 1 : due_ns);
	}
}

/* Losses become observations, so that blame weighs them and a recording keeps
 * them. */
static int tell_losses(struct live *live)
{
	uint64_t lost[EVENT_PROBES];
	int err = 0;

	loader_read_lost(live->loader, lost);
	lost[EVENT_PROBE_RESET_V4] += live->are_counts_cut;
	for (size_t i = 0; i < EVENT_PROBES && !err; i++) {
		struct observation seen = { .type = OBSERVATION_LOST };

		if (lost[i] == live->lost[i])
			continue;
		seen.mono_ns = clock_mono_ns();
		seen.wall_ns = seen.mono_ns + live->decoder.wall_offset_ns;
		strncpy(seen.lost.probe, probes[i].name, sizeof(seen.lost.probe) - 1);
		seen.lost.count = lost[i] - live->lost[i];
		live->lost[i] = lost[i];
		err = live->take(live->ctx, &seen);
	}
	return err;
}

/* ---- what was only counted ---- */

static int read_ports(struct live *live, bool are_past)
{
	uint8_t generation = loader_syn_generation(live->loader);
	int count = loader_read_syns(live->loader, false, live->syn_keys, live->syn_values);
	int err = count < 0 ? count : 0;

	live->syn_ports = count > 0 ? (size_t)count : 0;
	for (int i = 0; i < count && !err; i++)
		if (!are_past || live->syn_keys[i].generation != generation)
			err = syn_counts_take(&live->syns, &live->syn_keys[i], &live->syn_values[i],
					      false);
	return err;
}

static int read_others(struct live *live)
{
	int count = loader_read_syns(live->loader, true, live->syn_keys, live->syn_values);
	int err = count < 0 ? count : 0;

	for (int i = 0; i < count && !err; i++)
		err = syn_counts_take(&live->syns, &live->syn_keys[i], &live->syn_values[i], true);
	return err;
}

/* What could not be read now will be found by the next look. `are_past`: the present
 * generation's ports are left to it as well. */
static int read_counts(struct live *live, bool are_past)
{
	int err;

	if (!live->syn_keys)
		live->syn_keys = calloc(EVENT_SYN_PORTS_MAX, sizeof(*live->syn_keys));
	if (!live->syn_values)
		live->syn_values = calloc(EVENT_SYN_PORTS_MAX, sizeof(*live->syn_values));
	if (!live->syn_keys || !live->syn_values)
		return -ENOMEM;
	syn_counts_begin(&live->syns, loader_syn_generation(live->loader));
	err = read_ports(live, are_past);
	if (!err)
		err = read_others(live);
	loader_end_syn_round(live->loader);
	live->syns_read_ns = clock_mono_ns();
	return err;
}

/* A scan of all ports must not leave the map full for good. */
static void make_room(struct live *live)
{
	if (live->syn_ports < EVENT_SYN_PORTS_MAX / 4 || live->are_ports_kept)
		return;
	live->are_ports_kept = !loader_next_syn_generation(live->loader);
	/* What came in the meantime, and is the last of them. */
	live->is_retiring = !read_counts(live, !live->are_ports_kept) && !live->are_ports_kept;
}

/* All of them were told, and nobody counts them any more: see make_room(). */
static void retire_ports(struct live *live)
{
	size_t count = syn_counts_past(&live->syns, live->syn_keys);
	size_t deleted = loader_delete_syns(live->loader, live->syn_keys, count);

	syn_counts_drop(&live->syns, live->syn_keys, deleted);
	live->are_ports_kept = deleted < count;
	live->is_retiring = false;
}

/* How many could not be read is not known: one at least, so that the verdict says it. */
void live_end_counts(struct live *live)
{
	live->are_counts_cut = read_counts(live, false) != 0;
	live->syns_due_ns = live->syns_until_ns = 0;
}

int live_tell_counts(struct live *live)
{
	struct observation seen;
	int err = 0;

	while (!err && syn_counts_tell(&live->syns, live->decoder.wall_offset_ns, &seen)) {
		seen.mono_ns = live->syns_read_ns;
		seen.wall_ns = seen.mono_ns + live->decoder.wall_offset_ns;
		err = live->take(live->ctx, &seen);
	}
	live->syns_read_ns = 0;
	if (!err && live->is_retiring)
		retire_ports(live);
	return err;
}

static void look_at_counts(struct live *live)
{
	uint64_t now_ns = clock_mono_ns();
	bool has_any;

	if (!live->syns_due_ns || now_ns < live->syns_due_ns || live->syns_read_ns)
		return;
	if (!read_counts(live, false))
		make_room(live);
	now_ns = clock_mono_ns(); /* it takes its time */
	has_any = live->syns_read_ns && !syn_counts_is_empty(&live->syns);
	live->syns_due_ns = has_any || now_ns < live->syns_until_ns ? now_ns + COUNTS_NS : 0;
}

uint64_t live_due_ns(const struct live *live)
{
	return live->syns_read_ns ? live->syns_read_ns : live->syns_due_ns;
}

/* How long the first that waited had to, until all was handed on. Records are looked
 * at before that: of an empty lane nothing waited for longer than this draining. */
static void note_wait(struct live *live, uint64_t first_ns)
{
	uint64_t now_ns = clock_mono_ns();

	if (first_ns < now_ns && now_ns - first_ns > live->worst_ns)
		live->worst_ns = now_ns - first_ns;
}

uint64_t live_worst_ns(const struct live *live)
{
	return live->worst_ns;
}

uint64_t live_unasked(const struct live *live)
{
	return live->conntrack_get ? conntrack_get_unasked(live->conntrack_get) : 0;
}

static uint64_t lesser(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t first_ns(struct live *live)
{
	return lesser(flush_ring_next_ns(&live->flush),
		      lesser(next_ns(&live->reset), next_ns(&live->state)));
}

static bool has_records(const struct live *live)
{
	return live->state.ahead.count || live->reset.ahead.count;
}

static void hand_on_due(struct live *live, uint64_t due_ns)
{
	struct lane *reset = &live->reset;

	while (!live->err && !live->is_held) {
		bool has_reset;

		look_ahead(reset);
		live->is_held |= is_newly_blocked(reset);
		has_reset = reset->ahead.count && next_ns(reset) <= due_ns;
		run_state(live, has_reset ? next_ns(reset) : due_ns);
		if (!has_reset)
			break;
		if (!live->err && !live->is_held)
			hand_on_next(live, reset);
	}
}

bool live_is_held(const struct live *live)
{
	return live->is_held;
}

int live_drain(struct live *live, uint64_t until_mono_ns, bool *is_empty)
{
	struct lane *reset = &live->reset;
	uint64_t waiting_ns, due_ns;
	int err;

	live->err = 0;
	/* The wall clock may have been set meanwhile. */
	live->decoder.wall_offset_ns = clock_wall_offset_ns();
	/* A loss must be known before the reset that it may have to do with. */
	err = tell_losses(live);
	if (err)
		return err;
	flush_ring_look(&live->flush);
	due_ns = lesser(seen_until_ns(&live->state, until_mono_ns),
			seen_until_ns(reset, until_mono_ns));
	waiting_ns = first_ns(live);
	live->is_held = false;
	hand_on_due(live, due_ns);
	live->is_held |= due_ns < until_mono_ns;
	/* In their place: when all that was before the look has been told. */
	if (!live->err && !live->is_held && live->syns_read_ns &&
	    live->syns_read_ns <= until_mono_ns)
		live->err = live_tell_counts(live);
	look_at_counts(live);
	if (waiting_ns <= due_ns)
		note_wait(live, waiting_ns);
	*is_empty = !live->is_held && !has_records(live) && flush_ring_is_idle(&live->flush) &&
		    !live->syns_read_ns;
	return live->err;
}

/* What else waits has a smaller ring, which must not fill up meanwhile. */
bool live_may_wait(struct live *live, uint64_t now_ns)
{
	if (flush_ring_is_idle(&live->flush))
		return false;
	look_ahead(&live->state);
	look_ahead(&live->reset);
	flush_ring_look(&live->flush);
	return !has_records(live) && flush_ring_may_wait(&live->flush, now_ns);
}

/* ---- set up ---- */

static bool open_lane(struct live *live, struct lane *lane, int map_fd)
{
	struct epoll_event event = { .events = EPOLLIN };

	lane->live = live;
	lane->ring = ring_buffer__new(map_fd, take_record, lane, NULL);
	if (!lane->ring || ring_gauge_open(&lane->gauge, map_fd))
		return false;
	return epoll_ctl(live->epoll_fd, EPOLL_CTL_ADD, ring_buffer__epoll_fd(lane->ring),
			 &event) == 0;
}

struct live *live_new(struct loader *loader, bool with_stacks, source_take_fn take, void *ctx)
{
	struct live *live = calloc(1, sizeof(*live));
	struct flush_ring_memory memory;

	if (!live)
		return NULL;
	loader_flush_memory(loader, &memory);
	live->loader = loader;
	live->take = take;
	live->ctx = ctx;
	live->decoder.helpers = (struct decode_helpers){ .name_address = name_address,
							 .reason_name = reason_name,
							 .ctx = live };
	live->decoder.with_stacks = with_stacks;
	live->conntrack_get = conntrack_get_new();
	live->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (live->epoll_fd < 0 || flush_ring_open(&live->flush, &memory) ||
	    !open_lane(live, &live->state, loader_state_ring_fd(loader)) ||
	    !open_lane(live, &live->reset, loader_reset_ring_fd(loader))) {
		live_free(live);
		return NULL;
	}
	return live;
}

void live_set_expect(struct live *live, source_expect_fn expect)
{
	live->expect = expect;
}

void live_free(struct live *live)
{
	if (!live)
		return;
	flush_ring_close(&live->flush);
	ring_gauge_close(&live->state.gauge);
	ring_gauge_close(&live->reset.gauge);
	ring_buffer__free(live->state.ring);
	ring_buffer__free(live->reset.ring);
	symbolizer_free(live->symbolizer);
	conntrack_get_free(live->conntrack_get);
	syn_counts_release(&live->syns);
	free(live->syn_keys);
	free(live->syn_values);
	if (live->epoll_fd >= 0)
		close(live->epoll_fd);
	free(live);
}

int live_fd(const struct live *live)
{
	return live->epoll_fd;
}
