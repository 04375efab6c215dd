/* SPDX-License-Identifier: GPL-2.0-only */
/* Between the files of the audit: audit.c (what is listed, and judged), audit_outward.c
 * (through which translations it leaves). */
#ifndef RSTBLAME_VICTIMS_AUDIT_PRIVATE_H
#define RSTBLAME_VICTIMS_AUDIT_PRIVATE_H

#include "node/address_owners.h"
#include "node/conntrack_table.h"
#include "node/namespaces.h"
#include "node/nat_rules.h"
#include "node/routes.h"
#include "node/socket_census.h"
#include "victims/audit.h"

enum { OWN_ADDRESSES_MAX = 4096 };

struct own_address {
	uint8_t family;
	struct address address;
};

struct auditor {
	struct audit *audit;
	uint32_t outer; /* the namespace that translates */
	uint32_t home;  /* the one that it came from */
	int home_fd;
	struct namespaces namespaces;
	struct socket_census census;  /* of all sockets at once, where the audit has_walked */
	struct address_owners owners; /* of those but the outer one */
	struct conntrack_table table;
	struct nat_rules *rules;
	struct routes *routes; /* the outer namespace's */
	struct own_address own[OWN_ADDRESSES_MAX];
	size_t own_count;
	/* Sockets behind another namespace's translation, and, one for one, what the outer one
	 * sees of them: their tuple there, and the namespace that it comes from. */
	struct sockets behind, beyond;
	uint64_t until_ns; /* for following those */
};

/* 0, or -errno. */
int audit_enter(const struct auditor *auditor, uint32_t inum);

/* In the namespace of `inner`'s routes: whether the first hop of what has `tuple` is the
 * outer namespace. NAT_NO with a gateway in `route`, or with none (has_gateway). */
enum nat_answer audit_leads_to_outer(const struct auditor *auditor, struct routes *inner,
				     uint8_t family, const struct tuple *tuple,
				     struct route *route);

/* A socket whose first hop, `route`, may be another namespace that translates for it, as the
 * outer one does for that (truth rule 11): followed through four of them at most, by asking
 * each one's conntrack. What comes out at the outer one is noted in `behind` and `beyond`;
 * one that could not be followed is counted as untraced. */
void audit_follow_outward(struct auditor *auditor, const struct socket_row *socket,
			  const struct route *route);

#endif
