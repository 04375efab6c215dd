/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Looks at sockets and processes for the report, in a thread of its own, so that
 * the rings are drained meanwhile whatever that takes. It goes into namespaces
 * and out again, and keeps none of them alive.
 */
#ifndef RSTBLAME_VICTIMS_INSPECTOR_H
#define RSTBLAME_VICTIMS_INSPECTOR_H

#include "node/socket_walk.h"
#include "node/sockets.h"

enum inspection_kind {
	INSPECT_ONE,      /* find the socket of rows[0] wherever it is, and its process; those
			  * that wait are looked at together */
	INSPECT_LISTENER, /* as INSPECT_ONE: who listens on the port that rows[0] has itself, in
			   * its namespace; rows[0] becomes his, or has no state */
	INSPECT_SWEEP,    /* find the open ones among the rows; without rows, list all */
	INSPECT_DETAILS,  /* the processes of rows that a sweep found */
	INSPECT_AGAIN,    /* whether rows are still open, by tuple and inode */
	INSPECT_BOUND,    /* find the open ones, and their processes, that are bound to rows'
			  * own addresses (tuple.src), which their namespaces have no more */
	INSPECTIONS,
};

/* One piece of work, handed there and back. */
struct inspection {
	enum inspection_kind kind;
	uint64_t id; /* the caller's own */
	struct sockets sockets;
	/* SWEEP: what it was given, by the tags of what it found. AGAIN: the flows of the rows,
	 * by their tags; not looked at. */
	struct sockets asked;
	struct victim *victims; /* ONE, LISTENER, DETAILS and BOUND: one for each row, or NULL */
	uint64_t until_ns;      /* ONE: nobody waits for it any longer than that; 0: it takes
				 * as long as it takes, however busy the machine is */
	uint64_t looked_ns;     /* when it began to look: what changed since is not in it */
	uint64_t spent_ns;
	uint32_t namespaces;
	uint64_t sought; /* SWEEP: rows that it was given */
	/* SWEEP: flows without a socket here, of which not all of this node's translations
	 * could be followed: at least so many. */
	uint64_t untraced;
	uint32_t unseen; /* namespaces that could not be looked into */
	int err;         /* first of the failures */
	/* ONE: the socket is the very one that a packet was addressed to, which came in by
	 * `ifname` in the namespace of the row; else a row's namespace is only where its
	 * socket was seen before. */
	bool is_own;
	uint32_t place;  /* ONE: the namespace that the packet came to; 0: not known */
	char ifname[16]; /* LISTENER, too */
	bool is_cut;     /* ONE: there was no time to look for it, or not everywhere */
	struct inspection *next;
};

struct inspector;

/* Starts the thread. With `walk` (copied; NULL: none) it looks at all sockets at once where that
 * is less work, as soon as and as long as one can be had. NULL and errno. */
struct inspector *inspector_new(const struct socket_walk *walk);
/* Ends it, after the piece of work it is at. */
void inspector_free(struct inspector *inspector);

/* A new inspection with room for `rows`; NULL when out of memory. */
struct inspection *inspection_new(enum inspection_kind kind, size_t rows);
void inspection_free(struct inspection *inspection);

/* Hands it over. INSPECT_ONE and INSPECT_LISTENER come before all else, even within a sweep. */
void inspector_submit(struct inspector *inspector, struct inspection *inspection);
/* The next that is done, or NULL. The caller frees it. */
struct inspection *inspector_take(struct inspector *inspector);
/* Readable when one is done. */
int inspector_fd(const struct inspector *inspector);

#endif
