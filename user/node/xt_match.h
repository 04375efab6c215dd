/* SPDX-License-Identifier: GPL-2.0-only */
/* Matches and targets of xtables, which iptables-nft hands to the kernel as iptables-legacy does. */
#ifndef RSTBLAME_NODE_XT_MATCH_H
#define RSTBLAME_NODE_XT_MATCH_H

#include "node/nat_rules_private.h"

/* Whether the packet has what a match of that name and revision asks of it: conntrack, state, tcp
 * and comment are known, all else is MATCH_MAYBE. `info` need not be aligned. */
enum nat_match xt_match_ask(const char *name, uint8_t revision, const void *info, size_t len,
			    const struct nat_question *q);

/* Whether REJECT with that info answers with a RST. */
bool xt_reject_is_reset(const void *info, size_t len, bool is_ipv6);
/* Whether the target takes packets from conntrack: NOTRACK, or CT --notrack. */
bool xt_target_is_notrack(const char *name, const void *info, size_t len);

#endif
