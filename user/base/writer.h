/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A thread that writes, with a bounded queue before it: a reader that stalls, a slow disk
 * or a hung mount never keeps waiting who has the rings to drain. What finds no room in the
 * queue is refused whole, never cut.
 */
#ifndef RSTBLAME_BASE_WRITER_H
#define RSTBLAME_BASE_WRITER_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How it is written, all in the thread: each 0, or -errno, after which nothing more is
 * written. `flush` may be NULL; `close` is called once, last, whatever failed. */
struct writer_target {
	int (*write)(void *ctx, const char *text, size_t len);
	int (*flush)(void *ctx);
	int (*close)(void *ctx);
};

struct writer;

enum { WRITER_LIMIT_BYTES = 8 << 20 };

/* Holds up to `limit` bytes; borrows `ctx` until it is closed. The thread has no capabilities
 * but `keep` (base/capabilities.h). NULL: no thread. */
struct writer *writer_new(const struct writer_target *target, void *ctx, size_t limit,
			  uint64_t keep);

/* Copies `text` whole into the queue; never waits. 0, -EAGAIN: no room; else -errno of the
 * writing so far. With `is_last` there is always room: for what ends a report. */
int writer_put(struct writer *writer, const char *text, size_t len, bool is_last);

/* Lets the thread write what was put. 0, or -errno of the writing so far. */
int writer_kick(struct writer *writer);

/* Whether so much was written that it is worth going on: half of the room is free. */
bool writer_has_room(struct writer *writer);

/* Bytes put and not written. */
size_t writer_held(struct writer *writer);

/* Readable once the writing has failed. */
int writer_fd(const struct writer *writer);

/* Waits until all is written, for as long as that goes on: `patience_ns` without a byte
 * written, or *hurry not 0 (may be NULL), end it. 0, -ETIMEDOUT, or -errno. */
int writer_wait(struct writer *writer, uint64_t patience_ns, const volatile sig_atomic_t *hurry);

/* Waits in the same way, closes and frees. -ETIMEDOUT: the thread hangs in a write, and is
 * left behind with what it holds: the process is about to end. */
int writer_close(struct writer *writer, uint64_t patience_ns, const volatile sig_atomic_t *hurry);

#endif
