// SPDX-License-Identifier: GPL-2.0-only
#include "live.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "clock.h"
#include "decode.h"
#include "enrich.h"
#include "kallsyms.h"

enum { RECORD_BYTES_MAX = 512 };

/* One ring, and the record that was taken from it too early to be handed on. */
struct lane {
	struct live *live;
	struct ring_buffer *ring;
	uint64_t due_ns; /* records up to here go on, the next is held */
	bool has_held;
	size_t held_size;
	_Alignas(8) uint8_t held[RECORD_BYTES_MAX];
};

struct live {
	struct loader *loader;
	struct decoder decoder;
	struct symbolizer *symbolizer;
	bool is_symbolizer_tried;
	source_take_fn take;
	void *ctx;
	struct lane state, reset;
	int epoll_fd;
	int err;
	uint64_t lost[EVENT_PROBES]; /* as last told */
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

static int hand_on(struct live *live, const void *record, size_t size)
{
	struct observation seen;
	int got = decode(&live->decoder, record, size, &seen);

	if (got <= 0)
		return got;
	enrich_observation(&seen);
	return live->take(live->ctx, &seen);
}

static uint64_t record_time(const void *record)
{
	return ((const struct event_header *)record)->ts_ns;
}

/* libbpf's callback: a negative return stops it, after this record is consumed;
 * so what is not due yet is copied aside. */
static int take_record(void *ctx, void *record, size_t size)
{
	struct lane *lane = ctx;
	struct live *live = lane->live;

	if (size < sizeof(struct event_header) || size > sizeof(lane->held))
		return 0;
	if (record_time(record) <= lane->due_ns) {
		live->err = hand_on(live, record, size);
		return live->err ? -ECANCELED : 0;
	}
	memcpy(lane->held, record, size);
	lane->held_size = size;
	lane->has_held = true;
	return -EAGAIN;
}

/* Hands on the lane's records up to `due_ns`; the first that is younger is held.
 * With 0 that is the first of all: a look at it. */
static void run_lane(struct lane *lane, uint64_t due_ns)
{
	struct live *live = lane->live;

	if (lane->has_held) {
		if (record_time(lane->held) > due_ns)
			return;
		lane->has_held = false;
		live->err = hand_on(live, lane->held, lane->held_size);
	}
	lane->due_ns = due_ns;
	if (!live->err)
		ring_buffer__consume(lane->ring);
}

/* Losses become observations, so that blame weighs them and a recording keeps
 * them. */
static int tell_losses(struct live *live)
{
	uint64_t lost[EVENT_PROBES];
	int err = 0;

	loader_read_lost(live->loader, lost);
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

int live_drain(struct live *live, uint64_t until_mono_ns, bool *is_empty)
{
	struct lane *state = &live->state, *reset = &live->reset;
	int err;

	live->err = 0;
	/* The wall clock may have been set meanwhile. */
	live->decoder.wall_offset_ns = clock_wall_offset_ns();
	/* A loss must be known before the reset that it may have to do with. */
	err = tell_losses(live);
	if (err)
		return err;
	while (!live->err) {
		bool has_reset;

		run_lane(reset, 0);
		has_reset = reset->has_held && record_time(reset->held) <= until_mono_ns;
		run_lane(state, has_reset ? record_time(reset->held) : until_mono_ns);
		if (!has_reset || live->err)
			break;
		reset->has_held = false;
		live->err = hand_on(live, reset->held, reset->held_size);
	}
	*is_empty = !state->has_held && !reset->has_held;
	return live->err;
}

/* ---- set up ---- */

static bool open_lane(struct live *live, struct lane *lane, int map_fd)
{
	struct epoll_event event = { .events = EPOLLIN };

	lane->live = live;
	lane->ring = ring_buffer__new(map_fd, take_record, lane, NULL);
	if (!lane->ring)
		return false;
	return epoll_ctl(live->epoll_fd, EPOLL_CTL_ADD, ring_buffer__epoll_fd(lane->ring),
			 &event) == 0;
}

struct live *live_new(struct loader *loader, bool with_stacks, source_take_fn take, void *ctx)
{
	struct live *live = calloc(1, sizeof(*live));

	if (!live)
		return NULL;
	live->loader = loader;
	live->take = take;
	live->ctx = ctx;
	live->decoder.helpers = (struct decode_helpers){ .name_address = name_address,
							 .reason_name = reason_name,
							 .ctx = live };
	live->decoder.with_stacks = with_stacks;
	live->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (live->epoll_fd < 0 || !open_lane(live, &live->state, loader_state_ring_fd(loader)) ||
	    !open_lane(live, &live->reset, loader_reset_ring_fd(loader))) {
		live_free(live);
		return NULL;
	}
	return live;
}

void live_free(struct live *live)
{
	if (!live)
		return;
	ring_buffer__free(live->state.ring);
	ring_buffer__free(live->reset.ring);
	symbolizer_free(live->symbolizer);
	if (live->epoll_fd >= 0)
		close(live->epoll_fd);
	free(live);
}

int live_fd(const struct live *live)
{
	return live->epoll_fd;
}
