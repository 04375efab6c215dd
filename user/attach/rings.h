/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The live source: what the probes write, read with libbpf and handed on as observations, in
 * the order that wire/merge.h gives it. The rings themselves are the queue, but for the few
 * records that it looks ahead.
 */
#ifndef RSTBLAME_ATTACH_RINGS_H
#define RSTBLAME_ATTACH_RINGS_H

#include "attach/loader.h"
#include "model/source.h"

struct rings;

/* Borrows the loader. NULL and errno set on failure. */
struct rings *rings_new(struct loader *loader, bool with_stacks, source_take_fn take, void *ctx);
void rings_free(struct rings *rings);

/* What happens in that network namespace is handed on as it was decoded: nobody is asked for
 * more of it. */
void rings_set_private(struct rings *rings, uint32_t netns);
/* A stack is named by the functions that there were at the first one, of all modules; what
 * is loaded after it would be called after its neighbour. For the next stack they are read
 * anew. */
void rings_forget_symbols(struct rings *rings);

/* To poll: readable when a ring has something. */
int rings_fd(const struct rings *rings);

/* Hands on what happened before `until_mono_ns`, in the order of time. 0, or
 * what `take` returned. *is_empty tells whether the rings were left empty. */
int rings_drain(struct rings *rings, uint64_t until_mono_ns, bool *is_empty);

/* The last rings_drain() left something that was due: a record before it was reserved and
 * not yet submitted, by a CPU that does not run. After a second it is waited for no more. */
bool rings_is_held(const struct rings *rings);

/* Nothing that the last rings_drain() was to hand on is left: no such record, and nothing
 * that is counted and handed on at the end only. */
bool rings_has_told_all(const struct rings *rings);

/* At the end: the losses that rings_drain() holds back for a second. 0, or what `take`
 * returned. */
int rings_end_losses(struct rings *rings);

/* CLOCK_MONOTONIC: when rings_drain() has counts to look at, or to tell; 0: it has none. */
uint64_t rings_due_ns(const struct rings *rings);

/* The window is over: what was counted up to now is part of it, and is told by the
 * rings_drain() that reaches it, or by rings_report_counts() at once. */
void rings_end_counts(struct rings *rings);
int rings_report_counts(struct rings *rings);

/* The longest that anything had to wait so far, from when it happened until it was
 * handed on. In it is the time that records are held to be put in order. */
uint64_t rings_worst_ns(const struct rings *rings);

/* Resets that conntrack was not asked about, since there were too many. */
uint64_t rings_unasked(const struct rings *rings);

/* Nothing but a flush under way is there to be read, and it can wait: reading it now would
 * take the CPU, or at least the cache lines, from the flush, which holds up whoever asked
 * for it. `now_ns`: CLOCK_MONOTONIC. */
bool rings_may_wait(struct rings *rings, uint64_t now_ns);

#endif
