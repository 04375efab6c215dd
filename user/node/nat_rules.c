// SPDX-License-Identifier: GPL-2.0-only
#include "node/nat_rules.h"

#include <errno.h>
#include <stdlib.h>

#include "node/nat_rules_private.h"

bool nat_walk_goes_on(struct nat_walk *walk)
{
	if (walk->depth <= NAT_DEPTH_MAX && walk->rules++ < NAT_RULES_MAX)
		return true;
	walk->may_be_translated = walk->may_be_done = true;
	return false;
}

int nat_walk_translates(struct nat_walk *walk, enum nat_match match, bool is_masquerade)
{
	if (walk->masquerade_only && !is_masquerade)
		return nat_walk_ends(walk, match, NAT_END_DONE);
	walk->may_be_translated |= match == MATCH_MAYBE;
	return match == MATCH_YES ? NAT_END_TRANSLATED : -1;
}

int nat_walk_ends(struct nat_walk *walk, enum nat_match match, enum nat_end end)
{
	if (match == MATCH_YES)
		return (int)end;
	walk->may_be_done |= end != NAT_END_TRANSLATED;
	walk->may_be_translated |= end == NAT_END_TRANSLATED;
	return -1;
}

enum nat_answer nat_walk_answer(const struct nat_walk *walk, enum nat_end end)
{
	if (end == NAT_END_TRANSLATED)
		return walk->may_be_done ? NAT_MAYBE : NAT_YES;
	return walk->may_be_translated ? NAT_MAYBE : NAT_NO;
}

struct nat_rules *nat_rules_read(void)
{
	struct nat_rules *rules = calloc(1, sizeof(*rules));

	if (!rules)
		return NULL;
	errno = 0;
	rules->nft = nft_rules_read();
	if (!rules->nft && errno) {
		nat_rules_free(rules);
		return NULL;
	}
	rules->xt = xt_rules_read("nat");
	return rules;
}

void nat_rules_free(struct nat_rules *rules)
{
	int err = errno;

	if (!rules)
		return;
	nft_rules_free(rules->nft);
	xt_rules_free(rules->xt);
	for (size_t i = 0; i < XT_FILTER_TABLES; i++)
		xt_rules_free(rules->filters[i]);
	free(rules);
	errno = err;
}

static enum nat_answer ask(const struct nat_rules *rules, const struct nat_question *q,
			   bool masquerade_only)
{
	enum nat_answer nft = rules->nft ? nft_rules_ask(rules->nft, q, masquerade_only) : NAT_NO;
	enum nat_answer xt = rules->xt ? xt_rules_ask(rules->xt, q, masquerade_only) : NAT_NO;

	return nft > xt ? nft : xt;
}

enum nat_answer nat_rules_ask(const struct nat_rules *rules, const struct nat_question *q)
{
	return ask(rules, q, false);
}

enum nat_answer nat_rules_ask_masquerade(const struct nat_rules *rules,
					 const struct nat_question *q)
{
	return ask(rules, q, true);
}

unsigned int nat_rules_kinds(const struct nat_rules *rules)
{
	return (rules->nft ? nft_rules_kinds(rules->nft) : 0) |
	       (rules->xt ? xt_rules_kinds(rules->xt) : 0);
}
