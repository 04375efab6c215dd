/* SPDX-License-Identifier: GPL-2.0-only */
/* Records as the probes fill them in, and what decode() makes of them. */
#ifndef RSTBLAME_TESTS_WIRE_H
#define RSTBLAME_TESTS_WIRE_H

#include "cast/make.h"

#include "bpf/event.h"
#include "wire/decode.h"

#define HEADER(type_, what)                                                                        \
	{                                                                                          \
		.type = (type_), .len = sizeof(what), .cpu = 1, .ts_ns = MONO_BASE_NS              \
	}

/* An address in a stack is an index into a table of names. */
enum {
	DELETE_PART = 1,
	EARLY_DROP,
	DELETE,
	MY_MODULE,
	OWN_PROGRAM,
	OWN_TRAMPOLINE,
	SEND_RESET,
	CHECK_REQUEST,
	CTNETLINK_DELETE,
	ITERATE,
	ABORT,
};

/* It knows those names, and the reason 1. */
extern struct decoder decoder;

/* From a copy that is exactly as long as the record: ASan watches its end. */
int decode_copy(const void *record, size_t size, struct observation *out);

/* The record must be one that it knows. */
struct observation decoded(const void *record, size_t size);
#define DECODED(record) decoded(&(record), sizeof(record))

struct event_tuple wire_tuple(const struct tuple *t);
struct event_task wire_task(uint32_t flags);
struct event_removed_tail wire_removed_tail(const struct flow *flow);
struct event_removed4 wire_removed4(void);
struct event_removal4 wire_removal(void);
struct event_removal_stack wire_removal_stack(uint64_t inner, uint64_t outer);
struct event_act_begin wire_act(uint8_t kind);
struct event_reset wire_reset(void);

#endif
