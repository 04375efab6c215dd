// SPDX-License-Identifier: GPL-2.0-only
#include <endian.h>
#include <inttypes.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "node/filter_private.h"
#include "node/netlink.h"
#include "node/nft_private.h"
#include "node/xt_match.h"

static const char *family_name(uint8_t family)
{
	return family == NFPROTO_IPV4 ? "ip" : family == NFPROTO_IPV6 ? "ip6" : "inet";
}

static void put_place(const struct nft_chain *chain, const struct nft_rule *rule, char *out)
{
	const struct nlattr *handle =
		netlink_find(rule->message, sizeof(struct nfgenmsg), NFTA_RULE_HANDLE);

	if (!*out)
		snprintf(out, FILTER_RULE_BYTES, "%s %.40s %.40s handle %" PRIu64,
			 family_name(chain->family), chain->table, chain->name,
			 handle && mnl_attr_get_payload_len(handle) >= 8 ?
				 be64toh(mnl_attr_get_u64(handle)) :
				 0);
}

static unsigned int walk_chain(const struct nft_rules *rules, const struct nft_chain *chain,
			       struct filter_walk *walk);

static unsigned int follow(const struct nft_rules *rules, const struct nft_chain *chain,
			   struct filter_walk *walk, const struct nlattr *verdict)
{
	int32_t code = (int32_t)netlink_be32(netlink_find_in(verdict, NFTA_VERDICT_CODE),
					     (uint32_t)NFT_CONTINUE);
	const struct nft_chain *to;

	switch (code) {
	case NF_ACCEPT:
		return FILTER_PASSES;
	case NF_DROP:
		return FILTER_DROPS;
	case NFT_RETURN:
		return FILTER_FALLS;
	case NFT_JUMP:
	case NFT_GOTO:
		to = nft_chain_find(rules, chain->family, chain->table,
				    netlink_text(netlink_find_in(verdict, NFTA_VERDICT_CHAIN)));
		return to ? walk_chain(rules, to, walk) : FILTER_ANYTHING;
	case NFT_CONTINUE:
		return 0;
	default:
		return FILTER_ANYTHING; /* to a queue, for a program to decide */
	}
}

/* Whether what ends there ends the chain: a jump comes back. */
static bool comes_back(const struct nlattr *verdict)
{
	return (int32_t)netlink_be32(netlink_find_in(verdict, NFTA_VERDICT_CODE), 0) == NFT_JUMP;
}

/* What an expression that decides does: 0, it decides nothing. */
static unsigned int decide(const char *name, const struct nlattr *data, uint8_t family)
{
	const struct nlattr *info = netlink_find_in(data, NFTA_TARGET_INFO);

	if (!strcmp(name, "reject"))
		return netlink_be32(netlink_find_in(data, NFTA_REJECT_TYPE), 0) ==
				       NFT_REJECT_TCP_RST ?
			       FILTER_RESETS :
			       FILTER_REJECTS;
	if (!strcmp(name, "queue") || !strcmp(name, "synproxy"))
		return FILTER_ANYTHING;
	if (strcmp(name, "target") != 0)
		return 0;
	name = netlink_text(netlink_find_in(data, NFTA_TARGET_NAME));
	if (!strcmp(name, "REJECT"))
		return info && xt_reject_is_reset(mnl_attr_get_payload(info),
						  mnl_attr_get_payload_len(info),
						  family == AF_INET6) ?
			       FILTER_RESETS :
			       FILTER_REJECTS;
	if (!strcmp(name, "NFQUEUE") || !strcmp(name, "TARPIT"))
		return FILTER_ANYTHING;
	return 0;
}

struct outcome {
	unsigned int outcomes; /* with FILTER_FALLS: it may return */
	bool is_decided;       /* the rule decides something, for what it matches */
	bool comes_back;
	enum nat_match match;
};

static void ask_rule(const struct nft_rules *rules, const struct nft_chain *chain,
		     const struct nft_rule *rule, struct filter_walk *walk, struct outcome *out)
{
	const struct nlattr *list = netlink_find(rule->message, sizeof(struct nfgenmsg),
						 NFTA_RULE_EXPRESSIONS),
			    *element;
	struct nft_machine machine = { .q = walk->q, .rules = rules, .chain = chain };

	memset(out, 0, sizeof(*out));
	out->match = MATCH_YES;
	if (!list)
		return;
	netlink_for_each_in(element, list)
	{
		const char *name = netlink_text(netlink_find_in(element, NFTA_EXPR_NAME));
		const struct nlattr *data = netlink_find_in(element, NFTA_EXPR_DATA);
		enum nat_match got;

		out->outcomes = decide(name, data, walk->q->family);
		if (out->outcomes) {
			out->is_decided = true;
			return;
		}
		got = nft_machine_step(&machine, name, data);
		if (got < out->match)
			out->match = got;
		if (got == MATCH_NO)
			return;
		if (machine.verdict) {
			out->outcomes = follow(rules, chain, walk, machine.verdict);
			out->is_decided = out->outcomes != 0;
			out->comes_back = comes_back(machine.verdict);
			return;
		}
	}
}

static unsigned int walk_chain(const struct nft_rules *rules, const struct nft_chain *chain,
			       struct filter_walk *walk)
{
	unsigned int outcomes = 0;
	struct outcome o;

	walk->depth++;
	for (const struct nft_rule *r = chain->first; r; r = r->next) {
		if (!filter_walk_goes_on(walk)) {
			outcomes |= FILTER_ANYTHING;
			break;
		}
		ask_rule(rules, chain, r, walk, &o);
		if (o.match == MATCH_NO || !o.is_decided)
			continue;
		if (o.outcomes & FILTER_RESETS)
			put_place(chain, r, walk->answer->resets);
		outcomes |= o.comes_back ? o.outcomes & ~(unsigned int)FILTER_FALLS : o.outcomes;
		if (o.match == MATCH_YES && !(o.comes_back && o.outcomes & FILTER_FALLS)) {
			walk->depth--;
			return outcomes;
		}
	}
	walk->depth--;
	return outcomes | FILTER_FALLS;
}

unsigned int nft_filter_ask(const struct nft_rules *rules, const struct nft_chain *chain,
			    struct filter_walk *walk)
{
	unsigned int outcomes = walk_chain(rules, chain, walk);

	if (outcomes & FILTER_FALLS)
		outcomes |= chain->drops ? FILTER_DROPS : FILTER_PASSES;
	return outcomes & FILTER_ANYTHING;
}

void nft_filter_stages(const struct nft_rules *rules, uint32_t hook, uint8_t family,
		       struct filter_stages *out)
{
	for (const struct nft_chain *c = rules->chains; c; c = c->next)
		if (c->is_filter && c->hook == hook &&
		    (c->family == NFPROTO_INET ||
		     c->family == (family == AF_INET ? NFPROTO_IPV4 : NFPROTO_IPV6)))
			filter_stages_add(
				out, &(struct filter_stage){ .priority = c->priority, .chain = c });
}

/* iptables-nft's chains have the names that iptables gave them. */
static bool is_iptables(const struct nft_chain *c)
{
	return (c->family == NFPROTO_IPV4 || c->family == NFPROTO_IPV6) &&
	       !strcmp(c->table, "filter") &&
	       (!strcmp(c->name, "INPUT") || !strcmp(c->name, "FORWARD"));
}

void nft_filter_places(const struct nft_rules *rules, struct filter_places *out)
{
	for (const struct nft_chain *c = rules->chains; c; c = c->next) {
		char *place = c->hook == NF_INET_LOCAL_IN ? out->nft_input :
			      c->hook == NF_INET_FORWARD  ? out->nft_forward :
							    NULL;

		if (!c->is_filter || !place || c->family == NFPROTO_IPV6)
			continue;
		if (is_iptables(c))
			out->has_iptables = true;
		else if (!*place)
			snprintf(place, FILTER_RULE_BYTES, "%s %.50s %.50s", family_name(c->family),
				 c->table, c->name);
	}
}

static bool is_notrack(const char *name, const struct nlattr *data)
{
	const struct nlattr *info = netlink_find_in(data, NFTA_TARGET_INFO);

	return !strcmp(name, "notrack") ||
	       (!strcmp(name, "target") && info &&
		xt_target_is_notrack(netlink_text(netlink_find_in(data, NFTA_TARGET_NAME)),
				     mnl_attr_get_payload(info), mnl_attr_get_payload_len(info)));
}

void nft_filter_traits(const struct nft_rules *rules, struct filter_traits *out)
{
	const struct nlattr *list, *element;

	out->has_hardware_flowtable = rules->has_hardware_flowtable;
	for (const struct nft_chain *c = rules->chains; c; c = c->next)
		for (const struct nft_rule *r = c->first; r; r = r->next) {
			list = netlink_find(r->message, sizeof(struct nfgenmsg),
					    NFTA_RULE_EXPRESSIONS);
			if (!list)
				continue;
			netlink_for_each_in(
				element,
				list) if (is_notrack(netlink_text(netlink_find_in(element,
										  NFTA_EXPR_NAME)),
						     netlink_find_in(element, NFTA_EXPR_DATA)))
				put_place(c, r, out->notrack);
		}
}
