/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All TCP sockets that a process holds, of all network namespaces, and who holds them, by one
 * walk (node/socket_walk.h). What it does not see: sockets of which no process has a descriptor.
 * Those are in the queue of a listener and not accepted yet, closed by their process and still
 * closing (orphans), the kernel's own (NFS, SMC, the subflows of MPTCP), on their way to another
 * process over a unix socket, or io_uring's alone (a registered file); and time-wait and request
 * sockets, which are no sockets of anybody. How many of the former a namespace has, the kernel
 * counts: where it counts as many as were seen, nothing was missed. /proc and sock_diag show
 * sockets of the first three kinds, of neither kind a process.
 */
#ifndef RSTBLAME_NODE_SOCKET_CENSUS_H
#define RSTBLAME_NODE_SOCKET_CENSUS_H

#include <stddef.h>

#include "node/socket_walk.h"
#include "node/sockets.h"

struct held_socket {
	struct socket_row row; /* every state, SOCKET_CLOSE too */
	uint64_t id;           /* one socket's alone while it is there */
	uint64_t cookie;       /* sock_diag's; 0: nobody has asked for it */
	/* Of several processes that share it, the one that began first. */
	uint32_t pid, tid; /* tid: of a thread that has files of its own */
	uint32_t fd;
	uint64_t start_ns; /* CLOCK_BOOTTIME */
	char comm[SOCKET_RECORD_COMM];
	/* Bytes; of a LISTEN one, how many wait to be accepted and how many may. */
	uint32_t receive_queue, send_queue;
	/* Whether SO_KEEPALIVE is on, and what holds for it then; 0: not known. */
	bool is_kept_alive;
	uint8_t keepalive_probes;
	uint32_t keepalive_time_ms, keepalive_interval_ms;
	uint32_t user_timeout_ms; /* 0: none */
	bool is_mptcp;            /* no tuple: its subflows are the TCP sockets */
};

struct socket_census {
	struct held_socket *sockets; /* by namespace, each once */
	size_t count, size;
	uint32_t *by_inode; /* their places, for socket_census_find() */
	uint32_t hz;        /* jiffies a second; 0: not known */
	bool is_cut;        /* there was no time for all */
};

/* Makes one (`out` needs no initialization). 0, or -errno, and nothing is in it: -ENODEV where no
 * walk can be had. What is not through at `deadline_ns` (CLOCK_MONOTONIC) is cut. The caller
 * releases it. */
int socket_census_take(struct socket_census *out, const struct socket_walk *walk,
		       uint64_t deadline_ns);
void socket_census_release(struct socket_census *census);

/* Those of one namespace. */
const struct held_socket *socket_census_in(const struct socket_census *census, uint32_t netns,
					   size_t *count);

/* The one with that inode, with who holds it; NULL: no process does. */
const struct held_socket *socket_census_find(const struct socket_census *census, uint32_t inode);

/* Appends those of that namespace in `states` (sets as of sockets_list()). The calling thread must
 * be in it. 0; -ENODATA, and nothing was appended: the walk missed some, for the kernel counts
 * another number there; or -errno. */
int socket_census_list(const struct socket_census *census, uint32_t netns, uint32_t states,
		       struct sockets *out);

/* How many sockets that is of one line of /proc/net/sockstat or sockstat6. False for another. */
bool socket_census_parse_count(const char *line, uint64_t *count);

#endif
