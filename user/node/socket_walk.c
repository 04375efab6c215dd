// SPDX-License-Identifier: GPL-2.0-only
#include "node/socket_walk.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "model/observation.h"

/* The kernel gathers eight pages (bpf_iter.c), and hands out what fits. */
enum { BUFFER_RECORDS = 512 };

static bool is_sound(const struct socket_record *r)
{
	return (r->family == AF_INET || r->family == AF_INET6) && r->state > SOCKET_NONE &&
	       r->state < SOCKET_STATES && memchr(r->comm, '\0', sizeof(r->comm));
}

static int take_all(const struct socket_record *records, size_t count, socket_walk_fn take,
		    void *ctx)
{
	for (size_t i = 0; i < count; i++) {
		int err = is_sound(&records[i]) ? take(ctx, &records[i]) : -EBADMSG;

		if (err)
			return err;
	}
	return 0;
}

/* It is tired of files that are none of ours, a million of them: there is more
 * (e679654a704e ("bpf: Fix a rcu_sched stall issue with bpf task/task_file iterator", 5.9)). */
static bool goes_on(ssize_t len)
{
	return len > 0 || (len < 0 && (errno == EAGAIN || errno == EINTR));
}

int socket_walk_read(int fd, uint64_t deadline_ns, socket_walk_fn take, void *ctx)
{
	struct socket_record records[BUFFER_RECORDS];
	size_t filled = 0; /* bytes: the last may be a part of one */
	ssize_t len;
	int err = 0;

	while (!err &&
	       goes_on(len = read(fd, (char *)records + filled, sizeof(records) - filled))) {
		size_t count, rest;

		filled += len > 0 ? (size_t)len : 0;
		count = filled / sizeof(records[0]);
		rest = filled % sizeof(records[0]);
		err = take_all(records, count, take, ctx);
		if (rest)
			memmove(records, &records[count], rest);
		filled = rest;
		if (!err && clock_mono_ns() >= deadline_ns)
			err = -ETIME;
	}
	if (err)
		return err;
	if (len < 0)
		return -errno;
	return filled ? -EBADMSG : 0;
}
