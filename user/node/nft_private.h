/* SPDX-License-Identifier: GPL-2.0-only */
/* nftables' rules as they were read, and what their expressions say of a packet: what NAT
 * and filter share. */
#ifndef RSTBLAME_NODE_NFT_PRIVATE_H
#define RSTBLAME_NODE_NFT_PRIVATE_H

#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_tables.h>

#include "node/nat_rules_private.h"

enum { REGISTERS_BYTES = 96 };

struct nft_rule {
	struct nft_rule *next;
	struct nlmsghdr *message; /* a copy */
};

struct nft_chain {
	struct nft_chain *next;
	uint8_t family;
	bool is_postrouting_nat; /* where a walk begins */
	bool is_filter;          /* a base chain of type filter */
	uint32_t hook;           /* of a base chain: enum nf_inet_hooks */
	int32_t priority;
	bool drops; /* its policy */
	char table[NFT_TABLE_MAXNAMELEN], name[NFT_CHAIN_MAXNAMELEN];
	struct nft_rule *first, **last;
};

/* One whose elements are in the rules that use it, as { 22, 80 }. */
struct nft_set {
	struct nft_set *next;
	uint8_t family;
	char table[NFT_TABLE_MAXNAMELEN], name[NFT_SET_MAXNAMELEN];
	uint32_t key_bytes;
	bool is_known;                  /* all of its elements were read, and none is an interval */
	struct nft_rule *first, **last; /* messages of its elements */
};

struct nft_rules {
	struct nft_chain *chains;
	struct nft_set *sets; /* once they were asked for */
	bool has_sets;
	bool has_hardware_flowtable;
	int err;
};

struct nft_chain *nft_chain_find(const struct nft_rules *rules, uint8_t family, const char *table,
				 const char *name);
/* NULL: it is not one whose elements are known. */
const struct nft_set *nft_set_find(const struct nft_rules *rules, uint8_t family, const char *table,
				   const char *name);
/* Reads the sets that are in rules, and what flowtables there are. 0, or -errno. */
int nft_sets_read(struct nft_rules *rules);
void nft_sets_free(struct nft_rules *rules);

/* The registers, byte by byte: what is not known here spoils what is made of it. */
struct nft_machine {
	const struct nat_question *q;
	const struct nft_rules *rules; /* NULL: sets are not known */
	const struct nft_chain *chain;
	uint8_t data[REGISTERS_BYTES];
	bool is_known[REGISTERS_BYTES];
	const struct nlattr *verdict; /* that the rule, or a map, gave */
};

/* What the expression says of the packet. */
enum nat_match nft_machine_step(struct nft_machine *m, const char *name, const struct nlattr *data);

#endif
