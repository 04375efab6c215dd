/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The audit of now: open connections whose path is translated, and that conntrack does
 * not know. No tracing; it reads sockets, conntrack's table, routes and rules.
 */
#ifndef RSTBLAME_VICTIMS_AUDIT_H
#define RSTBLAME_VICTIMS_AUDIT_H

#include "node/sockets.h"

struct audit {
	struct sockets at_risk;
	struct sockets outer; /* of those with is_inner: what the audited namespace knows */
	uint64_t connections; /* open ones that were looked at */
	uint64_t entries;     /* TCP entries of conntrack */
	/* Unknown to conntrack; but no route, or rules that ask what is not known here, so
	 * that nobody can tell whether their path is translated. */
	uint64_t unsure;
	uint64_t untraced; /* could not be followed through another namespace that may translate */
	uint32_t namespaces;
	bool has_walked; /* all sockets of the node were found by one walk */
	uint32_t asked;  /* namespaces whose sockets were listed one namespace at a time */
	uint32_t unseen; /* namespaces that could not be looked into */
};

enum { AUDIT_WHY_BYTES = 256 };

struct socket_walk;

/* Audits the connections that the namespace `inum` translates (0: this process's). `walk` (NULL,
 * or one that cannot be had: none) spares a walk over all sockets for each namespace. 0, or
 * -1 and one line in `why`, the cure included. The caller releases it. */
int audit_run(struct audit *audit, uint32_t inum, const struct socket_walk *walk,
	      char why[AUDIT_WHY_BYTES]);
/* The tuple by which the audited namespace knows one of `at_risk`. */
const struct tuple *audit_outer_tuple(const struct audit *audit, const struct socket_row *row);
void audit_release(struct audit *audit);

/* Of the sockets of one namespace: keeps the open ones that it opened itself, that is
 * those whose port nobody listens on. What was accepted is not this end's to lose: a
 * NAT rule finds it again. Returns how many are kept, in front. Pure. */
size_t audit_keep_clients(struct socket_row *rows, size_t count);

#endif
