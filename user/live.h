/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The live source: both rings, merged by time. A reset is handed on only when
 * every state event that could precede it has been; the rings themselves are
 * the queue, so that nothing is copied twice.
 */
#ifndef RSTBLAME_LIVE_H
#define RSTBLAME_LIVE_H

#include "loader.h"
#include "source.h"

struct live;

/* Borrows the loader. NULL and errno set on failure. */
struct live *live_new(struct loader *loader, bool with_stacks, source_take_fn take, void *ctx);
void live_free(struct live *live);

/* To poll: readable when a ring has something. */
int live_fd(const struct live *live);

/* Hands on what happened before `until_mono_ns`, in the order of time. 0, or
 * what `take` returned. *is_empty tells whether the rings were left empty. */
int live_drain(struct live *live, uint64_t until_mono_ns, bool *is_empty);

#endif
