/* SPDX-License-Identifier: GPL-2.0-only */
/* What nftables' and xtables' halves of filter_rules share. */
#ifndef RSTBLAME_NODE_FILTER_PRIVATE_H
#define RSTBLAME_NODE_FILTER_PRIVATE_H

#include "node/filter_rules.h"
#include "node/nat_rules_private.h"

/* The chain may end without having decided. */
enum { FILTER_FALLS = 16 };

struct filter_walk {
	const struct nat_question *q;
	struct filter_answer *answer;
	unsigned int depth, rules; /* NAT_DEPTH_MAX, NAT_RULES_MAX */
};

/* False: there are too many rules, and anything may come of it. */
bool filter_walk_goes_on(struct filter_walk *walk);

/* Chains that are asked one after the other, by their priority. */
enum { FILTER_STAGES_MAX = 64 };
struct filter_stage {
	int32_t priority;
	const void *chain;  /* nftables' */
	unsigned int table; /* else xtables' */
};
struct filter_stages {
	size_t count;
	bool is_cut;
	struct filter_stage items[FILTER_STAGES_MAX];
};
void filter_stages_add(struct filter_stages *stages, const struct filter_stage *stage);

struct nft_rules;
struct nft_chain;
void nft_filter_stages(const struct nft_rules *rules, uint32_t hook, uint8_t family,
		       struct filter_stages *out);
unsigned int nft_filter_ask(const struct nft_rules *rules, const struct nft_chain *chain,
			    struct filter_walk *walk);
void nft_filter_places(const struct nft_rules *rules, struct filter_places *out);
void nft_filter_traits(const struct nft_rules *rules, struct filter_traits *out);

struct xt_rules;
unsigned int xt_filter_ask(const struct xt_rules *rules, uint32_t hook, struct filter_walk *walk);
bool xt_filter_has_hook(const struct xt_rules *rules, uint32_t hook);
/* Whether it has a rule beside its policies. */
bool xt_filter_has_rules(const struct xt_rules *rules);
bool xt_filter_has_notrack(const struct xt_rules *rules);

#endif
