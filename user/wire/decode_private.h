/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of decode share: decode.c (which record it is; removals, changes, acts),
 * decode_resets.c and decode_parts.c (what records are made of). */
#ifndef RSTBLAME_WIRE_DECODE_PRIVATE_H
#define RSTBLAME_WIRE_DECODE_PRIVATE_H

#include "bpf/event.h"
#include "wire/decode.h"

/* ---- decode_parts.c ---- */

/* `in` need not end with a zero; what does not fit is cut. */
void decode_text(char *out, size_t size, const char *in, size_t in_size);
void decode_tuple(const struct event_tuple *in, struct tuple *out);
void decode_flow(uint8_t family, const struct event_tuple *orig, const struct event_tuple *reply,
		 struct flow *out);
void decode_actor(const struct event_task *in, struct actor *out);
/* Of an actor that decode_actor() has filled. */
void decode_exe(const struct event_exe *in, struct actor *actor);
uint8_t decode_hooks(uint8_t in);  /* enum event_hook to enum hooks_flag */
uint8_t decode_ending(uint8_t in); /* to enum socket_end_how */

/* The functions of a stack, innermost first, without our own. `names` has room for
 * EVENT_STACK_MAX; returns how many there are. */
size_t decode_stack_names(const struct decoder *d, const __u64 *stack, const char **names);

/* ---- decode_resets.c ---- */

void decode_reset(struct decoder *d, const struct event_reset *in, struct observation *out);
void decode_listener_closed(const struct event_listener *in, struct observation *out);

#endif
