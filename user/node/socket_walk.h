/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One walk over the open files of all processes, which the kernel does for whoever reads from a
 * descriptor (bpf/sockets.bpf.c; attach/socket_iterator.h opens it): a record for each that is a
 * TCP socket, wherever it is. No namespace is entered, no module asked, no /proc read.
 */
#ifndef RSTBLAME_NODE_SOCKET_WALK_H
#define RSTBLAME_NODE_SOCKET_WALK_H

#include <stdint.h>

#include "bpf/socket_record.h"

/* Where walks come from. `open` gives the descriptor of a new one, which the caller closes; or
 * -errno, -ENODEV where this kernel has none or it was not loaded (yet). From any thread. */
struct socket_walk {
	int (*open)(void *ctx);
	void *ctx;
	uint64_t capabilities; /* that the thread needs which opens one (base/capabilities.h) */
};

/* Takes one of the records; not 0: ends the walk, and is what that returns. */
typedef int (*socket_walk_fn)(void *ctx, const struct socket_record *record);

/* Reads them all. 0; -ETIME when it is not through at `deadline_ns` (CLOCK_MONOTONIC); -EBADMSG:
 * that was none of our programs; or another -errno. What was taken until then is true. */
int socket_walk_read(int fd, uint64_t deadline_ns, socket_walk_fn take, void *ctx);

#endif
