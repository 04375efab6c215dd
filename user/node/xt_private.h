/* SPDX-License-Identifier: GPL-2.0-only */
/* A table of iptables-legacy as it was read: what NAT and filter share. */
#ifndef RSTBLAME_NODE_XT_PRIVATE_H
#define RSTBLAME_NODE_XT_PRIVATE_H

#include <netinet/in.h> /* before the kernel's headers, which then leave out theirs */

#include <linux/netfilter.h>
#include <linux/netfilter_ipv4/ip_tables.h>

#include "node/nat_rules_private.h"

struct xt_rules {
	struct ipt_getinfo info;
	struct ipt_get_entries *entries;
};

/* The rule there, if all of it and its target is in the table. NULL: the table ends, or is
 * not one. */
const struct ipt_entry *xt_entry_at(const struct xt_rules *rules, size_t at);

/* Whether the packet has what the rule asks. */
enum nat_match xt_entry_match(const struct ipt_entry *e, const struct nat_question *q);

#endif
