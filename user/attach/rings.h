/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The live source: both rings, merged by time. A reset is handed on only when
 * every state event that could precede it has been; the rings themselves are
 * the queue, but for a few records (wire/reorder.h).
 */
#ifndef RSTBLAME_ATTACH_RINGS_H
#define RSTBLAME_ATTACH_RINGS_H

#include "attach/loader.h"
#include "model/source.h"

struct live;

/* Borrows the loader. NULL and errno set on failure. */
struct live *live_new(struct loader *loader, bool with_stacks, source_take_fn take, void *ctx);
/* From now on `expect` is told of resets, with live_new()'s context, when they are read
 * from the ring: mostly some before their turn comes. */
void live_set_expect(struct live *live, source_expect_fn expect);

void live_free(struct live *live);

/* To poll: readable when a ring has something. */
int live_fd(const struct live *live);

/* Hands on what happened before `until_mono_ns`, in the order of time. 0, or
 * what `take` returned. *is_empty tells whether the rings were left empty. */
int live_drain(struct live *live, uint64_t until_mono_ns, bool *is_empty);

/* The last live_drain() left something that was due: a record before it was reserved and
 * not yet submitted, by a CPU that does not run. After a second it is waited for no more. */
bool live_is_held(const struct live *live);

/* CLOCK_MONOTONIC: when live_drain() has counts to look at, or to tell; 0: it has none. */
uint64_t live_due_ns(const struct live *live);

/* The window is over: what was counted up to now is part of it, and is told by the
 * live_drain() that reaches it, or by live_tell_counts() at once. */
void live_end_counts(struct live *live);
int live_tell_counts(struct live *live);

/* The longest that anything had to wait so far, from when it happened until it was
 * handed on. In it is the time that records are held to be put in order. */
uint64_t live_worst_ns(const struct live *live);

/* Resets that conntrack was not asked about, since there were too many. */
uint64_t live_unasked(const struct live *live);

/* Nothing but a flush under way is there to be read, and it can wait: reading it now would
 * take the CPU, or at least the cache lines, from the flush, which holds up whoever asked
 * for it. `now_ns`: CLOCK_MONOTONIC. */
bool live_may_wait(struct live *live, uint64_t now_ns);

#endif
