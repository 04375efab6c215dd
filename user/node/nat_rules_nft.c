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

enum { REGISTERS_BYTES = 96, HEADER_BYTES = 44 };

struct rule {
	struct rule *next;
	struct nlmsghdr *message; /* a copy */
};

struct chain {
	struct chain *next;
	uint8_t family;
	bool is_postrouting_nat; /* where a walk begins */
	char table[NFT_TABLE_MAXNAMELEN], name[NFT_CHAIN_MAXNAMELEN];
	struct rule *first, **last;
};

struct nft_rules {
	struct chain *chains;
	int err;
};

/* ---- reading ---- */

static const struct nlattr *find_top(const struct nlmsghdr *h, uint16_t type)
{
	return netlink_find(h, sizeof(struct nfgenmsg), type);
}

static struct chain *find_chain(const struct nft_rules *rules, uint8_t family, const char *table,
				const char *name)
{
	for (struct chain *c = rules->chains; c; c = c->next)
		if (c->family == family && !strcmp(c->table, table) && !strcmp(c->name, name))
			return c;
	return NULL;
}

static int take_chain(const struct nlmsghdr *h, void *data)
{
	struct nft_rules *rules = data;
	const struct nlattr *hook = find_top(h, NFTA_CHAIN_HOOK);
	struct chain *c = calloc(1, sizeof(*c));

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
	c->last = &c->first;
	c->next = rules->chains;
	rules->chains = c;
	return MNL_CB_OK;
}

static int take_rule(const struct nlmsghdr *h, void *data)
{
	struct nft_rules *rules = data;
	struct chain *c = find_chain(rules, netlink_netfilter_family(h),
				     netlink_text(find_top(h, NFTA_RULE_TABLE)),
				     netlink_text(find_top(h, NFTA_RULE_CHAIN)));
	struct rule *rule = c ? calloc(1, sizeof(*rule)) : NULL;

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
	for (struct chain *c = rules->chains, *next; c; c = next) {
		next = c->next;
		for (struct rule *r = c->first, *after; r; r = after) {
			after = r->next;
			free(r->message);
			free(r);
		}
		free(c);
	}
	free(rules);
	errno = err;
}

/* ---- a rule's expressions ---- */

/* The registers, byte by byte: what is not known here spoils what is made of it. */
struct machine {
	const struct nat_question *q;
	uint8_t data[REGISTERS_BYTES];
	bool is_known[REGISTERS_BYTES];
};

static size_t register_at(uint32_t number)
{
	size_t at = number >= NFT_REG32_00 ? (number - NFT_REG32_00) * 4 :
		    number                 ? (number - 1) * 16 :
					     0;

	return at < REGISTERS_BYTES ? at : 0;
}

static void load(struct machine *m, uint32_t reg, const void *data, size_t len)
{
	size_t at = register_at(reg);

	/* A register is 16 bytes for who reads more than was loaded; zeroes. */
	for (size_t i = 0; at + i < REGISTERS_BYTES && i < 16; i++) {
		m->data[at + i] = data && i < len ? ((const uint8_t *)data)[i] : 0;
		m->is_known[at + i] = data != NULL;
	}
}

static void load_meta(struct machine *m, const struct nlattr *data)
{
	uint32_t reg = netlink_be32(netlink_find_in(data, NFTA_META_DREG), 0);
	uint8_t tcp = IPPROTO_TCP, family = m->q->family == AF_INET ? NFPROTO_IPV4 : NFPROTO_IPV6;
	uint16_t ethertype = htons(m->q->family == AF_INET ? 0x0800 : 0x86dd);

	if (!reg)
		return; /* it sets something */
	switch (netlink_be32(netlink_find_in(data, NFTA_META_KEY), UINT32_MAX)) {
	case NFT_META_OIFNAME:
		return load(m, reg, m->q->oifname, NAT_IFNAME_BYTES);
	case NFT_META_IIFNAME:
		return load(m, reg, m->q->iifname, NAT_IFNAME_BYTES);
	case NFT_META_OIF:
		return load(m, reg, &m->q->oif, sizeof(m->q->oif));
	case NFT_META_IIF:
		return load(m, reg, &m->q->iif, sizeof(m->q->iif));
	case NFT_META_L4PROTO:
		return load(m, reg, &tcp, sizeof(tcp));
	case NFT_META_NFPROTO:
		return load(m, reg, &family, sizeof(family));
	case NFT_META_PROTOCOL:
		return load(m, reg, &ethertype, sizeof(ethertype));
	default:
		return load(m, reg, NULL, 0);
	}
}

/* The packet's headers as far as they are known, network then transport. */
static bool read_header(const struct nat_question *q, uint32_t base, uint32_t offset, uint32_t len,
			uint8_t *out)
{
	uint8_t header[HEADER_BYTES] = { 0 };
	size_t size = q->family == AF_INET ? 4 : 16, src = q->family == AF_INET ? 12 : 8;
	uint16_t ports[2] = { htons(q->tuple.sport), htons(q->tuple.dport) };

	if (base == NFT_PAYLOAD_TRANSPORT_HEADER) {
		memcpy(header, ports, sizeof(ports));
		src = 0;
		size = sizeof(ports) / 2;
	} else if (base == NFT_PAYLOAD_NETWORK_HEADER) {
		memcpy(header + src, q->tuple.src.bytes, size);
		memcpy(header + src + size, q->tuple.dst.bytes, size);
		if (q->family == AF_INET && offset == 9 && len == 1) {
			*out = IPPROTO_TCP;
			return true;
		}
	} else {
		return false;
	}
	if (offset < src || (uint64_t)offset + len > src + 2 * size)
		return false;
	memcpy(out, header + offset, len);
	return true;
}

static void load_payload(struct machine *m, const struct nlattr *data)
{
	uint32_t reg = netlink_be32(netlink_find_in(data, NFTA_PAYLOAD_DREG), 0);
	uint32_t len = netlink_be32(netlink_find_in(data, NFTA_PAYLOAD_LEN), 0);
	uint8_t bytes[HEADER_BYTES];

	if (!reg)
		return;
	if (read_header(m->q, netlink_be32(netlink_find_in(data, NFTA_PAYLOAD_BASE), UINT32_MAX),
			netlink_be32(netlink_find_in(data, NFTA_PAYLOAD_OFFSET), UINT32_MAX / 2),
			len, bytes))
		load(m, reg, bytes, len);
	else
		load(m, reg, NULL, 0);
	/* Both addresses of IPv6 at once are two registers. */
	if (len > 16)
		load(m, reg + 1, NULL, 0);
}

static const struct nlattr *value_of(const struct nlattr *data, uint16_t type)
{
	return netlink_find_in(netlink_find_in(data, type), NFTA_DATA_VALUE);
}

static void apply_bitwise(struct machine *m, const struct nlattr *data)
{
	size_t from = register_at(netlink_be32(netlink_find_in(data, NFTA_BITWISE_SREG), 0));
	size_t to = register_at(netlink_be32(netlink_find_in(data, NFTA_BITWISE_DREG), 0));
	const struct nlattr *mask = value_of(data, NFTA_BITWISE_MASK);
	const struct nlattr *flip = value_of(data, NFTA_BITWISE_XOR);
	uint32_t len = netlink_be32(netlink_find_in(data, NFTA_BITWISE_LEN), 0);

	for (size_t i = 0; i < len && from + i < REGISTERS_BYTES && to + i < REGISTERS_BYTES; i++) {
		bool is_plain = mask && flip && i < mnl_attr_get_payload_len(mask) &&
				i < mnl_attr_get_payload_len(flip);

		m->is_known[to + i] = is_plain && m->is_known[from + i];
		if (is_plain)
			m->data[to + i] =
				(uint8_t)((m->data[from + i] &
					   ((const uint8_t *)mnl_attr_get_payload(mask))[i]) ^
					  ((const uint8_t *)mnl_attr_get_payload(flip))[i]);
	}
}

static bool is_known(const struct machine *m, size_t at, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (at + i >= REGISTERS_BYTES || !m->is_known[at + i])
			return false;
	return true;
}

static enum nat_match compare_register(const struct machine *m, const struct nlattr *data)
{
	size_t at = register_at(netlink_be32(netlink_find_in(data, NFTA_CMP_SREG), 0));
	const struct nlattr *value = value_of(data, NFTA_CMP_DATA);
	size_t len = value ? mnl_attr_get_payload_len(value) : 0;
	int order;
	bool is_so;

	if (!value || !is_known(m, at, len))
		return MATCH_MAYBE;
	order = memcmp(&m->data[at], mnl_attr_get_payload(value), len);
	switch (netlink_be32(netlink_find_in(data, NFTA_CMP_OP), UINT32_MAX)) {
	case NFT_CMP_EQ:
		is_so = order == 0;
		break;
	case NFT_CMP_NEQ:
		is_so = order != 0;
		break;
	case NFT_CMP_LT:
		is_so = order < 0;
		break;
	case NFT_CMP_LTE:
		is_so = order <= 0;
		break;
	case NFT_CMP_GT:
		is_so = order > 0;
		break;
	case NFT_CMP_GTE:
		is_so = order >= 0;
		break;
	default:
		return MATCH_MAYBE;
	}
	return is_so ? MATCH_YES : MATCH_NO;
}

static enum nat_match compare_range(const struct machine *m, const struct nlattr *data)
{
	size_t at = register_at(netlink_be32(netlink_find_in(data, NFTA_RANGE_SREG), 0));
	const struct nlattr *from = value_of(data, NFTA_RANGE_FROM_DATA);
	const struct nlattr *to = value_of(data, NFTA_RANGE_TO_DATA);
	size_t len = from ? mnl_attr_get_payload_len(from) : 0;
	bool is_inside;

	if (!from || !to || mnl_attr_get_payload_len(to) != len || !is_known(m, at, len))
		return MATCH_MAYBE;
	is_inside = memcmp(&m->data[at], mnl_attr_get_payload(from), len) >= 0 &&
		    memcmp(&m->data[at], mnl_attr_get_payload(to), len) <= 0;
	return is_inside == (netlink_be32(netlink_find_in(data, NFTA_RANGE_OP), 0) ==
			     NFT_RANGE_EQ) ?
		       MATCH_YES :
		       MATCH_NO;
}

/* Those that change nothing that matters here. */
static bool is_harmless(const char *name, const struct nlattr *data)
{
	static const char *const names[] = { "counter", "log", "objref", "comment", "last" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(name, names[i]))
			return true;
	return !strcmp(name, "match") &&
	       !strcmp(netlink_text(netlink_find_in(data, NFTA_MATCH_NAME)), "comment");
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

static enum nat_match step(struct machine *m, const char *name, const struct nlattr *data)
{
	if (!strcmp(name, "meta"))
		load_meta(m, data);
	else if (!strcmp(name, "payload"))
		load_payload(m, data);
	else if (!strcmp(name, "bitwise"))
		apply_bitwise(m, data);
	else if (!strcmp(name, "ct"))
		load(m, netlink_be32(netlink_find_in(data, NFTA_CT_DREG), 0), NULL, 0);
	else if (!strcmp(name, "cmp"))
		return compare_register(m, data);
	else if (!strcmp(name, "range"))
		return compare_range(m, data);
	else if (!is_harmless(name, data) && strcmp(name, "target") != 0)
		return MATCH_MAYBE; /* a set, a limit, a match of xtables, … */
	return MATCH_YES;
}

/* ---- walking ---- */

static enum nat_end walk_chain(const struct nft_rules *rules, const struct chain *chain,
			       struct nat_walk *walk);

/* -1: go on in this chain. */
static int follow(const struct nft_rules *rules, const struct chain *chain, struct nat_walk *walk,
		  const struct nlattr *data, enum nat_match match)
{
	const struct nlattr *verdict =
		netlink_find_in(netlink_find_in(data, NFTA_IMMEDIATE_DATA), NFTA_DATA_VERDICT);
	int32_t code = (int32_t)netlink_be32(netlink_find_in(verdict, NFTA_VERDICT_CODE),
					     (uint32_t)NFT_CONTINUE);
	const struct chain *to;
	enum nat_end end = NAT_END_DONE;

	if (!verdict || code == NFT_CONTINUE)
		return -1;
	if (code == NFT_JUMP || code == NFT_GOTO) {
		to = find_chain(rules, chain->family, chain->table,
				netlink_text(netlink_find_in(verdict, NFTA_VERDICT_CHAIN)));
		end = to ? walk_chain(rules, to, walk) : NAT_END_FALL;
		if (end == NAT_END_FALL && code == NFT_JUMP)
			return -1;
	} else if (code == NFT_RETURN) {
		end = NAT_END_FALL;
	}
	return nat_walk_ends(walk, match, end);
}

static int walk_rule(const struct nft_rules *rules, const struct chain *chain,
		     struct nat_walk *walk, const struct rule *rule)
{
	const struct nlattr *list = find_top(rule->message, NFTA_RULE_EXPRESSIONS), *element;
	struct machine machine = { .q = walk->q };
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
		if (!strcmp(name, "immediate") &&
		    netlink_find_in(netlink_find_in(data, NFTA_IMMEDIATE_DATA), NFTA_DATA_VERDICT))
			return follow(rules, chain, walk, data, match);
		if (!strcmp(name, "immediate"))
			continue; /* an address for nat */
		got = step(&machine, name, data);
		if (got == MATCH_NO)
			return -1;
		if (got == MATCH_MAYBE)
			match = MATCH_MAYBE;
	}
	return -1;
}

static enum nat_end walk_chain(const struct nft_rules *rules, const struct chain *chain,
			       struct nat_walk *walk)
{
	enum nat_end end = NAT_END_FALL;

	walk->depth++;
	for (const struct rule *r = chain->first; r && nat_walk_goes_on(walk); r = r->next) {
		int ended = walk_rule(rules, chain, walk, r);

		if (ended >= 0) {
			end = (enum nat_end)ended;
			break;
		}
	}
	walk->depth--;
	return end;
}

static bool is_for(const struct chain *c, uint8_t family)
{
	return c->is_postrouting_nat &&
	       (c->family == NFPROTO_INET ||
		c->family == (family == AF_INET ? NFPROTO_IPV4 : NFPROTO_IPV6));
}

static unsigned int rule_kinds(const struct rule *rule)
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

	for (const struct chain *c = rules->chains; c; c = c->next)
		for (const struct rule *r = c->first; r; r = r->next)
			kinds |= rule_kinds(r);
	return kinds;
}

enum nat_answer nft_rules_ask(const struct nft_rules *rules, const struct nat_question *q,
			      bool masquerade_only)
{
	enum nat_answer answer = NAT_NO;

	for (const struct chain *c = rules->chains; c; c = c->next) {
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
