// SPDX-License-Identifier: GPL-2.0-only
#include "attach/rings.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "attach/over_budget.h"
#include "base/clock.h"
#include "bpf/event.h"
#include "kernel/symbolizer.h"
#include "node/bridge_netfilter.h"
#include "node/conntrack_get.h"
#include "node/process.h"
#include "node/virtual_services.h"
#include "wire/decode.h"
#include "wire/merge.h"
#include "wire/syn_storm.h"

/* One of the two BPF rings, as libbpf's callback gets it. */
struct lane {
	struct rings *rings;
	struct ring_buffer *ring;
	enum merge_ring which;
};

struct rings {
	struct loader *loader;
	struct decoder decoder;
	struct symbolizer *symbolizer;
	struct conntrack_get *conntrack_get; /* NULL: conntrack is not asked */
	struct virtual_services services;
	struct bridge_netfilter_reader bridges;
	bool is_symbolizer_tried;
	source_take_fn take;
	void *ctx;
	struct lane lanes[MERGE_RINGS];
	struct merge merge;
	struct syn_storm storm;
	int epoll_fd;
	uint64_t lost[EVENT_PROBES]; /* as last reported */
	struct over_budget over_budget;
	uint64_t worst_ns;
	uint64_t hidden[EVENT_PROBES]; /* that could not be waited for */
	bool are_counts_cut;           /* at the end they could not be read */
	bool has_untold;               /* counted, and read at the end */
	uint32_t private_netns;        /* 0: none */
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

/* ---- handing on: what the merge calls, and what it reads by ---- */

/* A removal of which the probe of new entries waits to be told. */
static void mark_removed(struct rings *rings, const struct event_removal *record)
{
	const struct event_removed4 *v4 = (const void *)(record + 1);
	const struct event_removed6 *v6 = (const void *)(record + 1);
	uint16_t flags = v4->head.family == AF_INET ? v4->tail.flags : v6->tail.flags;

	if (flags & EVENT_REMOVAL_MATTERS)
		flush_ring_mark_single(&rings->merge.flush, record + 1);
}

/* Of that second's answers to SYNs, on that CPU, the others are counted. */
static void expect_counts(struct rings *rings, const struct event_header *header)
{
	const struct event_reset *reset = (const void *)header;

	if (header->type != EVENT_RESET || !(reset->flags & EVENT_RESET_LAST_SAMPLE))
		return;
	if (loader_counts_at_end(rings->loader))
		rings->has_untold = true;
	else
		syn_storm_expect(&rings->storm, header->ts_ns);
}

/* What follows a reset is there when its turn comes: it was sent within microseconds. */
static void complete_reset(const struct rings *rings, struct observation *seen)
{
	const struct reorder *ahead = &rings->merge.lanes[MERGE_RESETS].ahead;
	const void *record;
	size_t size;

	for (size_t i = 0; (record = reorder_look(ahead, i, &size)); i++)
		decode_companion(record, size, seen);
}

static bool is_whole(void *ctx, const void *record, size_t size)
{
	const struct rings *rings = ctx;
	const struct reorder *ahead = &rings->merge.lanes[MERGE_RESETS].ahead;
	uint64_t reset_ns = decode_awaited(record, size);
	const void *next;

	for (size_t i = 1; reset_ns && (next = reorder_look(ahead, i, &size)); i++)
		if (decode_is_fate(next, size, reset_ns))
			return true;
	return !reset_ns;
}

static void note_conntrack(struct rings *rings, const struct observation *seen)
{
	if (rings->conntrack_get)
		conntrack_get_note(rings->conntrack_get, seen);
}

static int take_record(void *ctx, const void *record, size_t size)
{
	struct rings *rings = ctx;
	struct observation seen;
	int got = decode(&rings->decoder, record, size, &seen);

	if (got <= 0)
		return got;
	if (seen.type == OBSERVATION_REMOVAL)
		mark_removed(rings, record);
	if (seen.type == OBSERVATION_RESET)
		complete_reset(rings, &seen);
	expect_counts(rings, record);
	if (rings->private_netns && seen.netns.inum == rings->private_netns)
		return rings->take(rings->ctx, &seen);
	process_describe_observation(&seen);
	note_conntrack(rings, &seen);
	if (rings->conntrack_get)
		conntrack_get_reset(rings->conntrack_get, &seen);
	virtual_services_look(&rings->services, &seen);
	bridge_netfilter_look(&rings->bridges, &seen);
	return rings->take(rings->ctx, &seen);
}

static int take_removed(void *ctx, const struct event_flush_slot *slots, size_t *used)
{
	struct rings *rings = ctx;
	struct observation seen;

	*used = decode_flush(&rings->decoder, slots, &seen);
	if (seen.type != OBSERVATION_REMOVAL)
		return 0;
	flush_ring_mark(&rings->merge.flush, slots);
	note_conntrack(rings, &seen);
	return rings->take(rings->ctx, &seen);
}

static int take_counts(void *ctx)
{
	return rings_report_counts(ctx);
}

/* libbpf's callback: a negative return stops it, after this record is consumed. */
static int put_record(void *ctx, void *record, size_t size)
{
	struct lane *lane = ctx;
	bool has_room = merge_put(&lane->rings->merge, lane->which, record, size);

	return has_room ? 0 : -EAGAIN;
}

static void read_ring(void *ctx, enum merge_ring ring)
{
	struct rings *rings = ctx;

	ring_buffer__consume(rings->lanes[ring].ring);
}

/* ---- what was only counted: the maps of a storm ---- */

static int read_syns(void *ctx, bool is_other, struct event_syn_key *keys,
		     struct event_syn_count *counts)
{
	return loader_read_syns(ctx, is_other, keys, counts);
}

static void end_syn_round(void *ctx)
{
	loader_end_syn_round(ctx);
}

static uint8_t syn_generation(void *ctx)
{
	return loader_syn_generation(ctx);
}

static bool next_syn_generation(void *ctx)
{
	return loader_next_syn_generation(ctx);
}

static size_t remove_syns(void *ctx, const struct event_syn_key *keys, size_t count)
{
	return loader_delete_syns(ctx, keys, count);
}

/* How many could not be read is not known: one at least, so that the verdict says it. */
void rings_end_counts(struct rings *rings)
{
	rings->are_counts_cut = syn_storm_look_last(&rings->storm) != 0;
	syn_storm_end_look(&rings->storm, clock_mono_ns());
}

static int report_over_budget(struct rings *rings, bool is_end)
{
	return over_budget_report(&rings->over_budget, rings->loader, is_end,
				  rings->decoder.wall_offset_ns, rings->take, rings->ctx);
}

int rings_end_losses(struct rings *rings)
{
	return report_over_budget(rings, true);
}

int rings_report_counts(struct rings *rings)
{
	return syn_storm_report(&rings->storm, rings->decoder.wall_offset_ns, rings->take,
				rings->ctx);
}

static void look_at_counts(struct rings *rings)
{
	if (!syn_storm_is_due(&rings->storm, clock_mono_ns()))
		return;
	syn_storm_look(&rings->storm);
	syn_storm_end_look(&rings->storm, clock_mono_ns());
}

uint64_t rings_due_ns(const struct rings *rings)
{
	return syn_storm_due_ns(&rings->storm);
}

/* ---- draining ---- */

/* Losses become observations, so that blame weighs them and a recording keeps
 * them. */
static int report_losses(struct rings *rings)
{
	uint64_t lost[EVENT_PROBES];
	int err = 0;

	loader_read_lost(rings->loader, lost);
	lost[EVENT_PROBE_RESET_V4] += rings->are_counts_cut;
	for (size_t i = 0; i < EVENT_PROBES; i++)
		lost[i] += rings->hidden[i];
	for (size_t i = 0; i < EVENT_PROBES && !err; i++) {
		struct observation seen = { .type = OBSERVATION_LOST };

		if (lost[i] == rings->lost[i])
			continue;
		seen.mono_ns = clock_mono_ns();
		seen.wall_ns = seen.mono_ns + rings->decoder.wall_offset_ns;
		seen.lost.sense = probes[i].sense;
		strncpy(seen.lost.probe, probe_word(i), sizeof(seen.lost.probe) - 1);
		seen.lost.count = lost[i] - rings->lost[i];
		rings->lost[i] = lost[i];
		err = rings->take(rings->ctx, &seen);
	}
	return err;
}

/* Of whose records is not known, nor how many: one at least, of the most that the ring has. */
static int give_up(void *ctx, enum merge_ring ring)
{
	struct rings *rings = ctx;

	rings->hidden[ring == MERGE_STATE ? EVENT_PROBE_REMOVAL : EVENT_PROBE_RESET_V4]++;
	return report_losses(rings);
}

/* How long the first that waited had to, until all was handed on. Records are looked
 * at before that: of an empty lane nothing waited for longer than this draining. */
static void note_wait(struct rings *rings)
{
	uint64_t now_ns = clock_mono_ns(), first_ns = rings->merge.first_ns;

	if (first_ns < now_ns && now_ns - first_ns > rings->worst_ns)
		rings->worst_ns = now_ns - first_ns;
}

int rings_drain(struct rings *rings, uint64_t until_mono_ns, bool *is_empty)
{
	int err;

	/* The wall clock may have been set meanwhile. */
	rings->decoder.wall_offset_ns = clock_wall_offset_ns();
	/* A loss must be known before the reset that it may have to do with. */
	err = report_losses(rings);
	if (!err)
		err = report_over_budget(rings, false);
	if (err)
		return err;
	err = merge_run(&rings->merge, clock_mono_ns(), until_mono_ns);
	look_at_counts(rings);
	note_wait(rings);
	*is_empty = merge_is_idle(&rings->merge);
	return err;
}

bool rings_is_held(const struct rings *rings)
{
	return rings->merge.is_held;
}

bool rings_has_told_all(const struct rings *rings)
{
	return !rings->merge.is_held && !rings->has_untold;
}

bool rings_may_wait(struct rings *rings, uint64_t now_ns)
{
	return merge_may_wait(&rings->merge, now_ns);
}

uint64_t rings_worst_ns(const struct rings *rings)
{
	return rings->worst_ns;
}

uint64_t rings_unasked(const struct rings *rings)
{
	return rings->conntrack_get ? conntrack_get_unasked(rings->conntrack_get) : 0;
}

/* ---- set up ---- */

static bool open_lane(struct rings *rings, enum merge_ring ring, int map_fd)
{
	struct epoll_event event = { .events = EPOLLIN };
	struct lane *lane = &rings->lanes[ring];

	lane->rings = rings;
	lane->which = ring;
	lane->ring = ring_buffer__new(map_fd, put_record, lane, NULL);
	if (!lane->ring || ring_gauge_open(&rings->merge.lanes[ring].gauge, map_fd))
		return false;
	return epoll_ctl(rings->epoll_fd, EPOLL_CTL_ADD, ring_buffer__epoll_fd(lane->ring),
			 &event) == 0;
}

static bool open_all(struct rings *rings)
{
	struct flush_ring_memory memory;

	loader_flush_memory(rings->loader, &memory);
	rings->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	return rings->epoll_fd >= 0 && !flush_ring_open(&rings->merge.flush, &memory) &&
	       open_lane(rings, MERGE_STATE, loader_state_ring_fd(rings->loader)) &&
	       open_lane(rings, MERGE_RESETS, loader_reset_ring_fd(rings->loader));
}

struct rings *rings_new(struct loader *loader, bool with_stacks, source_take_fn take, void *ctx)
{
	struct rings *rings = calloc(1, sizeof(*rings));

	if (!rings)
		return NULL;
	rings->loader = loader;
	rings->take = take;
	rings->ctx = ctx;
	rings->decoder.helpers = (struct decode_helpers){ .name_address = name_address,
							  .reason_name = reason_name,
							  .ctx = rings };
	rings->decoder.with_stacks = with_stacks;
	rings->merge.ends = (struct merge_ends){ .read = read_ring,
						 .take = take_record,
						 .take_removed = take_removed,
						 .is_whole = is_whole,
						 .give_up = give_up,
						 .take_counts = take_counts,
						 .ctx = rings };
	rings->merge.counts_ns = &rings->storm.read_ns;
	rings->storm.maps = (struct syn_maps){ .read = read_syns,
					       .end_round = end_syn_round,
					       .generation = syn_generation,
					       .next_generation = next_syn_generation,
					       .remove = remove_syns,
					       .ctx = loader };
	rings->symbolizer = loader_take_names(loader);
	rings->is_symbolizer_tried = rings->symbolizer;
	rings->conntrack_get = conntrack_get_new();
	if (!open_all(rings)) {
		rings_free(rings);
		return NULL;
	}
	return rings;
}

void rings_free(struct rings *rings)
{
	if (!rings)
		return;
	flush_ring_close(&rings->merge.flush);
	for (enum merge_ring ring = 0; ring < MERGE_RINGS; ring++) {
		ring_gauge_close(&rings->merge.lanes[ring].gauge);
		ring_buffer__free(rings->lanes[ring].ring);
	}
	symbolizer_free(rings->symbolizer);
	conntrack_get_free(rings->conntrack_get);
	syn_storm_release(&rings->storm);
	if (rings->epoll_fd >= 0)
		close(rings->epoll_fd);
	free(rings);
}

void rings_set_private(struct rings *rings, uint32_t netns)
{
	rings->private_netns = netns;
}

void rings_forget_symbols(struct rings *rings)
{
	symbolizer_free(rings->symbolizer);
	rings->symbolizer = NULL;
	rings->is_symbolizer_tried = false;
}

int rings_fd(const struct rings *rings)
{
	return rings->epoll_fd;
}
