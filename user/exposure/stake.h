/* SPDX-License-Identifier: GPL-2.0-only */
/* Whom a finding would hit: the flows that would go, and the sockets, processes and
 * containers at their inner ends. Pure. */
#ifndef RSTBLAME_EXPOSURE_STAKE_H
#define RSTBLAME_EXPOSURE_STAKE_H

#include "exposure/look.h"

enum { STAKE_NAMES_MAX = 8 };

/* A process that has some of the flows. */
struct stake_name {
	struct look_process process;
	uint64_t flows;
};

struct stake {
	char why_unknown[LOOK_WHY_BYTES]; /* it cannot be told; "": it can */
	uint64_t flows;                   /* that would go */
	uint64_t unsure;                  /* that would, if rules that cannot be judged apply */
	uint64_t sockets;                 /* of the flows, those with a socket on this node */
	uint64_t without_keepalive;       /* of the sockets; their clients would never notice */
	bool knows_keepalive;             /* of all the sockets */
	bool has_idle;
	uint64_t longest_idle_s;
	uint64_t processes, containers;           /* different ones */
	struct stake_name names[STAKE_NAMES_MAX]; /* those with the most flows first */
	size_t names_count;
};

/* Whether a flow would go: NAT_MAYBE where that cannot be told. */
typedef enum nat_answer (*stake_fn)(const void *ctx, const struct look *look,
				    const struct look_flow *flow);

/* Fills `out` with the flows of the look that would go. */
void stake_find(const struct look *look, stake_fn would_go, const void *ctx, struct stake *out);

/* "5 established flows of redis-cli (container web) and 2 more processes, …" without an end.
 * Returns `buf`. */
const char *stake_format(const struct stake *stake, char *buf, size_t size);

/* What a process is called: "redis-cli[412] (container web)". Returns `buf`. */
const char *stake_name_format(const struct look_process *process, char *buf, size_t size);

#endif
