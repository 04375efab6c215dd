// SPDX-License-Identifier: GPL-2.0-only
/* nftables (and iptables-nft, which is nftables): the rules as netlink hands them out,
 * walked for one packet with what is known of it. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "node/built_in.h"
#include "node/nat_rules_private.h"
#include "node/netlink.h"
#include "node/nft_private.h"

/* ---- reading ---- */

static const struct nlattr *find_top(const struct nlmsghdr *h, uint16_t type)
{
	return netlink_find(h, sizeof(struct nfgenmsg), type);
}

struct nft_chain *nft_chain_find(const struct nft_rules *rules, uint8_t family, const char *table,
				 const char *name)
{
	for (struct nft_chain *c = rules->chains; c; c = c->next)
		if (c->family == family && !strcmp(c->table, table) && !strcmp(c->name, name))
			return c;
	return NULL;
}

static int take_chain(const struct nlmsghdr *h, void *data)
{
	struct nft_rules *rules = data;
	const struct nlattr *hook = find_top(h, NFTA_CHAIN_HOOK);
	struct nft_chain *c = calloc(1, sizeof(*c));

	if (!c) {
		rules->err = -ENOMEM;
		return MNL_CB_STOP;
	}
	c->family = netlink_netfilter_family(h);
	strncpy(c->table, netlink_text(find_top(h, NFTA_CHAIN_TABLE)), sizeof(c->table) - 1);
	strncpy(c->name, netlink_text(find_top(h, NFTA_CHAIN_NAME)), sizeof(c->name) - 1);
	c->is_postrouting_nat = hook &&
				netlink_be32(netlink_find_in(hook, NFTA_HOOK_HOOKNUM), 0) ==
					NF_INET_POST_ROUTING &&
				!strcmp(netlink_text(find_top(h, NFTA_CHAIN_TYPE)), "nat");
	c->is_filter = hook && !strcmp(netlink_text(find_top(h, NFTA_CHAIN_TYPE)), "filter");
	c->hook = netlink_be32(netlink_find_in(hook, NFTA_HOOK_HOOKNUM), UINT32_MAX);
	c->priority = (int32_t)netlink_be32(netlink_find_in(hook, NFTA_HOOK_PRIORITY), 0);
	c->drops = netlink_be32(find_top(h, NFTA_CHAIN_POLICY), NF_ACCEPT) == NF_DROP;
	c->last = &c->first;
	c->next = rules->chains;
	rules->chains = c;
	return MNL_CB_OK;
}

static int take_rule(const struct nlmsghdr *h, void *data)
{
	struct nft_rules *rules = data;
	struct nft_chain *c = nft_chain_find(rules, netlink_netfilter_family(h),
					     netlink_text(find_top(h, NFTA_RULE_TABLE)),
					     netlink_text(find_top(h, NFTA_RULE_CHAIN)));
	struct nft_rule *rule = c ? calloc(1, sizeof(*rule)) : NULL;

	if (!c)
		return MNL_CB_OK; /* made after the chains were read */
	if (rule)
		rule->message = malloc(h->nlmsg_len);
	if (!rule || !rule->message) {
		free(rule);
		rules->err = -ENOMEM;
		return MNL_CB_STOP;
	}
	memcpy(rule->message, h, h->nlmsg_len);
	*c->last = rule;
	c->last = &rule->next;
	return MNL_CB_OK;
}

static int dump(struct mnl_socket *nl, uint16_t type, mnl_cb_t take, struct nft_rules *rules)
{
	_Alignas(8) char buf[64];
	int err = netlink_ask(
		nl, netlink_netfilter(buf, NFNL_SUBSYS_NFTABLES, type, NLM_F_DUMP, AF_UNSPEC), take,
		rules);

	return rules->err ? rules->err : err;
}

struct nft_rules *nft_rules_read(void)
{
	/* To ask for rules where nf_tables is not loaded would load it. */
	struct nft_rules *rules = module_is_here("nf_tables") ? calloc(1, sizeof(*rules)) : NULL;
	struct mnl_socket *nl;

	errno = 0;
	if (!rules)
		return NULL;
	nl = netlink_open(NETLINK_NETFILTER, 0);
	if (!nl)
		rules->err = -errno;
	if (!rules->err)
		rules->err = dump(nl, NFT_MSG_GETCHAIN, take_chain, rules);
	if (!rules->err)
		rules->err = dump(nl, NFT_MSG_GETRULE, take_rule, rules);
	if (nl)
		mnl_socket_close(nl);
	if (!rules->err)
		return rules;
	errno = rules->err == -EINVAL || rules->err == -EOPNOTSUPP ? 0 : -rules->err;
	nft_rules_free(rules);
	return NULL;
}

void nft_rules_free(struct nft_rules *rules)
{
	int err = errno;

	if (!rules)
		return;
	for (struct nft_chain *c = rules->chains, *next; c; c = next) {
		next = c->next;
		for (struct nft_rule *r = c->first, *after; r; r = after) {
			after = r->next;
			free(r->message);
			free(r);
		}
		free(c);
	}
	nft_sets_free(rules);
	free(rules);
	errno = err;
}

static bool is_masquerade(const char *name, const struct nlattr *data)
{
	return !strcmp(name, "masq") ||
	       (!strcmp(name, "target") &&
		!strcmp(netlink_text(netlink_find_in(data, NFTA_TARGET_NAME)), "MASQUERADE"));
}

static bool is_translation(const char *name, const struct nlattr *data)
{
	const char *target = netlink_text(netlink_find_in(data, NFTA_TARGET_NAME));

	if (is_masquerade(name, data))
		return true;
	if (!strcmp(name, "nat"))
		return netlink_be32(netlink_find_in(data, NFTA_NAT_TYPE), UINT32_MAX) ==
		       NFT_NAT_SNAT;
	return !strcmp(name, "target") && (!strcmp(target, "SNAT") || !strcmp(target, "NETMAP"));
}

/* ---- walking ---- */

static enum nat_end walk_chain(const struct nft_rules *rules, const struct nft_chain *chain,
			       struct nat_walk *walk);

/* -1: go on in this chain. */
static int follow(const struct nft_rules *rules, const struct nft_chain *chain,
		  struct nat_walk *walk, const struct nlattr *verdict, enum nat_match match)
{
	int32_t code = (int32_t)netlink_be32(netlink_find_in(verdict, NFTA_VERDICT_CODE),
					     (uint32_t)NFT_CONTINUE);
	const struct nft_chain *to;
	enum nat_end end = NAT_END_DONE;

	if (!verdict || code == NFT_CONTINUE)
		return -1;
	if (code == NFT_JUMP || code == NFT_GOTO) {
		to = nft_chain_find(rules, chain->family, chain->table,
				    netlink_text(netlink_find_in(verdict, NFTA_VERDICT_CHAIN)));
		end = to ? walk_chain(rules, to, walk) : NAT_END_FALL;
		if (end == NAT_END_FALL && code == NFT_JUMP)
			return -1;
	} else if (code == NFT_RETURN) {
		end = NAT_END_FALL;
	}
	return nat_walk_ends(walk, match, end);
}

static int walk_rule(const struct nft_rules *rules, const struct nft_chain *chain,
		     struct nat_walk *walk, const struct nft_rule *rule)
{
	const struct nlattr *list = find_top(rule->message, NFTA_RULE_EXPRESSIONS), *element;
	struct nft_machine machine = { .q = walk->q, .rules = rules, .chain = chain };
	enum nat_match match = MATCH_YES;

	if (!list)
		return -1;
	netlink_for_each_in(element, list)
	{
		const char *name = netlink_text(netlink_find_in(element, NFTA_EXPR_NAME));
		const struct nlattr *data = netlink_find_in(element, NFTA_EXPR_DATA);
		enum nat_match got;

		if (is_translation(name, data))
			return nat_walk_translates(walk, match, is_masquerade(name, data));
		got = nft_machine_step(&machine, name, data);
		if (got == MATCH_NO)
			return -1;
		if (got == MATCH_MAYBE)
			match = MATCH_MAYBE;
		if (machine.verdict)
			return follow(rules, chain, walk, machine.verdict, match);
	}
	return -1;
}

static enum nat_end walk_chain(const struct nft_rules *rules, const struct nft_chain *chain,
			       struct nat_walk *walk)
{
	enum nat_end end = NAT_END_FALL;

	walk->depth++;
	for (const struct nft_rule *r = chain->first; r && nat_walk_goes_on(walk); r = r->next) {
		int ended = walk_rule(rules, chain, walk, r);

		if (ended >= 0) {
			end = (enum nat_end)ended;
			break;
		}
	}
	walk->depth--;
	return end;
}

static bool is_for(const struct nft_chain *c, uint8_t family)
{
	return c->is_postrouting_nat &&
	       (c->family == NFPROTO_INET ||
		c->family == (family == AF_INET ? NFPROTO_IPV4 : NFPROTO_IPV6));
}

static unsigned int rule_kinds(const struct nft_rule *rule)
{
	const struct nlattr *list = find_top(rule->message, NFTA_RULE_EXPRESSIONS), *element;
	unsigned int kinds = 0;

	if (!list)
		return 0;
	netlink_for_each_in(element, list)
	{
		const char *name = netlink_text(netlink_find_in(element, NFTA_EXPR_NAME));
		const struct nlattr *data = netlink_find_in(element, NFTA_EXPR_DATA);

		if (is_translation(name, data))
			kinds |= is_masquerade(name, data) ? NAT_KIND_MASQUERADE : NAT_KIND_OTHER;
	}
	return kinds;
}

unsigned int nft_rules_kinds(const struct nft_rules *rules)
{
	unsigned int kinds = 0;

	for (const struct nft_chain *c = rules->chains; c; c = c->next)
		for (const struct nft_rule *r = c->first; r; r = r->next)
			kinds |= rule_kinds(r);
	return kinds;
}

enum nat_answer nft_rules_ask(const struct nft_rules *rules, const struct nat_question *q,
			      bool masquerade_only)
{
	enum nat_answer answer = NAT_NO;

	for (const struct nft_chain *c = rules->chains; c; c = c->next) {
		struct nat_walk walk = { .q = q, .masquerade_only = masquerade_only };
		enum nat_answer got;

		if (!is_for(c, q->family))
			continue;
		got = nat_walk_answer(&walk, walk_chain(rules, c, &walk));
		if (got > answer)
			answer = got;
	}
	return answer;
}
