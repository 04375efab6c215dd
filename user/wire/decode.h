/* SPDX-License-Identifier: GPL-2.0-only */
/* Wire records into observations. Past here nobody sees a wire struct. Pure: what
 * needs the machine (names of functions and reasons) is asked through the helpers. */
#ifndef RSTBLAME_WIRE_DECODE_H
#define RSTBLAME_WIRE_DECODE_H

#include <stddef.h>

#include "model/observation.h"
#include "wire/stack_cause.h"

struct decode_helpers {
	/* The function at a kernel address; it outlives the call. */
	const char *(*name_address)(void *ctx, uint64_t address);
	/* The kernel's own word for a reset reason; NULL when it has none. */
	const char *(*reason_name)(void *ctx, uint32_t reason);
	void *ctx;
};

struct decoder {
	struct decode_helpers helpers; /* members may be NULL */
	uint64_t wall_offset_ns;       /* to add to CLOCK_MONOTONIC */
	bool with_stacks;              /* of whatever has one: --stack */
	char stack_text[STACK_BYTES];
	uint64_t flush_act; /* the act that the flush ring's last mark named */
	uint32_t flush_netns;
	uint8_t flush_kind;
};

/* 1: *out is filled and valid until the next call; 0: a type it does not know;
 * -EINVAL: a record that is too short for its type. */
int decode(struct decoder *decoder, const void *record, size_t size, struct observation *out);

/* Whether that is a record of what became of the socket or the delivery of that reset, which
 * decode() has filled and does not know; then the reset is completed. */
bool decode_companion(const void *record, size_t size, struct observation *reset);

/* When that reset was made of whose fate a record will follow; 0: none will. And whether that
 * is it. */
uint64_t decode_awaited(const void *record, size_t size);
bool decode_is_fate(const void *record, size_t size, uint64_t reset_ns);

struct event_flush_slot;

/* The flush ring's next, from a copy of its first two slots: a removal, or a mark
 * (then out->type is no OBSERVATION_REMOVAL). Returns how many slots it takes. */
size_t decode_flush(struct decoder *decoder, const struct event_flush_slot *slots,
		    struct observation *out);

#endif
