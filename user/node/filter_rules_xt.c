// SPDX-License-Identifier: GPL-2.0-only
#include "node/xt_private.h"

#include <stdio.h>
#include <string.h>

#include "node/filter_private.h"
#include "node/xt_match.h"

static const struct xt_entry_target *target_of(const struct ipt_entry *e)
{
	return (const void *)((const char *)e + e->target_offset);
}

static bool is_named(const struct xt_entry_target *target, const char *name)
{
	return !strncmp(target->u.user.name, name, XT_EXTENSION_MAXNAMELEN);
}

static size_t info_bytes(const struct xt_entry_target *target)
{
	return target->u.target_size > sizeof(*target) ? target->u.target_size - sizeof(*target) :
							 0;
}

static unsigned int walk_from(const struct xt_rules *rules, struct filter_walk *walk, size_t at);

/* 0: the rule decides nothing. */
static unsigned int decide(const struct xt_rules *rules, struct filter_walk *walk,
			   const struct ipt_entry *e, size_t next, bool *comes_back)
{
	const struct xt_entry_target *target = target_of(e);
	int verdict = ((const struct xt_standard_target *)(const void *)target)->verdict;

	*comes_back = false;
	if (is_named(target, "REJECT"))
		return xt_reject_is_reset(target->data, info_bytes(target), false) ? FILTER_RESETS :
										     FILTER_REJECTS;
	if (is_named(target, "NFQUEUE") || is_named(target, "TARPIT"))
		return FILTER_ANYTHING;
	if (target->u.user.name[0])
		return 0; /* MARK, LOG, … */
	if (verdict == XT_RETURN)
		return FILTER_FALLS;
	if (verdict < 0)
		return -verdict - 1 == NF_ACCEPT ? FILTER_PASSES :
		       -verdict - 1 == NF_DROP   ? FILTER_DROPS :
						   FILTER_ANYTHING;
	if ((size_t)verdict == next)
		return 0; /* a rule without a target */
	*comes_back = !(e->ip.flags & IPT_F_GOTO);
	return walk_from(rules, walk, (size_t)verdict);
}

static unsigned int walk_from(const struct xt_rules *rules, struct filter_walk *walk, size_t at)
{
	const struct ipt_entry *e;
	unsigned int outcomes = 0;

	walk->depth++;
	for (; (e = xt_entry_at(rules, at)); at += e->next_offset) {
		enum nat_match match = xt_entry_match(e, walk->q);
		unsigned int got;
		bool comes_back;

		if (!filter_walk_goes_on(walk)) {
			outcomes |= FILTER_ANYTHING;
			break;
		}
		if (match == MATCH_NO)
			continue;
		got = decide(rules, walk, e, at + e->next_offset, &comes_back);
		if (!got)
			continue;
		if (got & FILTER_RESETS && !walk->answer->resets[0])
			snprintf(walk->answer->resets, FILTER_RULE_BYTES,
				 "table %.31s of iptables-legacy", rules->info.name);
		outcomes |= comes_back ? got & ~(unsigned int)FILTER_FALLS : got;
		if (match == MATCH_YES && !(comes_back && got & FILTER_FALLS)) {
			walk->depth--;
			return outcomes;
		}
	}
	walk->depth--;
	return outcomes | FILTER_FALLS;
}

bool xt_filter_has_hook(const struct xt_rules *rules, uint32_t hook)
{
	return rules->info.valid_hooks & (1U << hook);
}

/* A base chain ends with its policy, a rule without matches. */
unsigned int xt_filter_ask(const struct xt_rules *rules, uint32_t hook, struct filter_walk *walk)
{
	unsigned int outcomes = walk_from(rules, walk, rules->info.hook_entry[hook]);

	return outcomes & FILTER_FALLS ? FILTER_ANYTHING : outcomes;
}

bool xt_filter_has_rules(const struct xt_rules *rules)
{
	unsigned int policies = 1; /* the table's end */

	for (unsigned int hooks = rules->info.valid_hooks; hooks; hooks &= hooks - 1)
		policies++;
	return rules->info.num_entries > policies;
}

bool xt_filter_has_notrack(const struct xt_rules *rules)
{
	const struct ipt_entry *e;

	for (size_t at = 0; (e = xt_entry_at(rules, at)); at += e->next_offset)
		if (xt_target_is_notrack(target_of(e)->u.user.name, target_of(e)->data,
					 info_bytes(target_of(e))))
			return true;
	return false;
}
