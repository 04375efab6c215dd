/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether the ruleset of a namespace translates the source of a connection that leaves
 * it: masquerade and SNAT in nftables, iptables-nft and iptables-legacy (IPv4). What a
 * rule asks that is not known here (marks, sets, matches of xtables) makes the answer
 * "maybe", never "yes".
 */
#ifndef RSTBLAME_NODE_NAT_RULES_H
#define RSTBLAME_NODE_NAT_RULES_H

#include <stdbool.h>

#include "model/flow.h"

enum { NAT_IFNAME_BYTES = 16 };
enum nat_answer { NAT_NO, NAT_MAYBE, NAT_YES };
/* NF_CT_STATE_INVALID_BIT and NF_CT_STATE_BIT(IP_CT_NEW) of linux/netfilter/nf_conntrack_common.h,
 * which conflicts with the C library's. */
enum { NAT_STATE_INVALID = 1 << 0, NAT_STATE_NEW = 1 << 3 };

struct nat_question {
	uint8_t family;
	struct tuple tuple; /* as it leaves the container */
	char iifname[NAT_IFNAME_BYTES], oifname[NAT_IFNAME_BYTES];
	uint32_t iif, oif;
	/* Asked of filters only; 0: not known. */
	bool is_iif_unknown, is_oif_unknown;
	uint32_t ct_states; /* NAT_STATE_…, the one that conntrack has for it */
	uint8_t tcp_flags;  /* as in byte 13 of its header */
};

struct nat_rules;

/* Reads the rules of the namespace that the calling thread is in. It asks nobody who
 * would have to be loaded first. NULL and errno. */
struct nat_rules *nat_rules_read(void);
void nat_rules_free(struct nat_rules *rules);

enum nat_answer nat_rules_ask(const struct nat_rules *rules, const struct nat_question *q);

/* The same of masquerade alone: an entry that SNAT made does not go with its address. */
enum nat_answer nat_rules_ask_masquerade(const struct nat_rules *rules,
					 const struct nat_question *q);

/* Which translations of a source the rules have, whatever they ask. */
enum nat_kind {
	NAT_KIND_MASQUERADE = 1,
	NAT_KIND_OTHER = 2, /* SNAT, NETMAP */
};
unsigned int nat_rules_kinds(const struct nat_rules *rules);

#endif
