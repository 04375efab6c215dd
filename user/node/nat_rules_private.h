/* SPDX-License-Identifier: GPL-2.0-only */
/* What nftables' and xtables' halves of natrules share. */
#ifndef RSTBLAME_NODE_NAT_RULES_PRIVATE_H
#define RSTBLAME_NODE_NAT_RULES_PRIVATE_H

#include "node/nat_rules.h"

/* How a chain ended for a packet. */
enum nat_end { NAT_END_FALL, NAT_END_DONE, NAT_END_TRANSLATED };

/* One packet on its way: what cannot be told is remembered. */
struct nat_walk {
	const struct nat_question *q;
	bool masquerade_only;   /* other translations only end the chain */
	bool may_be_done;       /* a rule before may have ended it */
	bool may_be_translated; /* or may have translated it */
	unsigned int depth;
	unsigned int rules; /* that it met */
};

enum nat_match { MATCH_NO, MATCH_MAYBE, MATCH_YES };
/* Sixteen chains, each of which jumps to the next thirty times, are 30^16 rules on the way: who
 * has a namespace can write them. */
enum { NAT_DEPTH_MAX = 16, NAT_RULES_MAX = 100000 };

/* Another rule is met. False: it has met too many, and how the walk would end is not known. */
bool nat_walk_goes_on(struct nat_walk *walk);
/* A rule that translates was met, with its matches so. How it ended, or -1: go on. */
int nat_walk_translates(struct nat_walk *walk, enum nat_match match, bool is_masquerade);
/* A rule that ends its chain so was met. `end`, or -1: it may not have matched, go on. */
int nat_walk_ends(struct nat_walk *walk, enum nat_match match, enum nat_end end);
enum nat_answer nat_walk_answer(const struct nat_walk *walk, enum nat_end end);

struct nft_rules;
struct nft_rules *nft_rules_read(void); /* NULL and errno; 0: there are none */
void nft_rules_free(struct nft_rules *rules);
enum nat_answer nft_rules_ask(const struct nft_rules *rules, const struct nat_question *q,
			      bool masquerade_only);
unsigned int nft_rules_kinds(const struct nft_rules *rules);

struct xt_rules;
/* A table by its name. NULL: there is none. */
struct xt_rules *xt_rules_read(const char *table);
void xt_rules_free(struct xt_rules *rules);
enum nat_answer xt_rules_ask(const struct xt_rules *rules, const struct nat_question *q,
			     bool masquerade_only);
unsigned int xt_rules_kinds(const struct xt_rules *rules);

/* The rules of a namespace. */
enum { XT_FILTER_TABLES = 4 };
struct nat_rules {
	struct nft_rules *nft;
	struct xt_rules *xt; /* nat */
	struct xt_rules *filters[XT_FILTER_TABLES];
	bool has_ipv6_filters; /* of iptables-legacy, which are not read */
};

#endif
