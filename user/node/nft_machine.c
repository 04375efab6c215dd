// SPDX-License-Identifier: GPL-2.0-only
/* What the expressions of a rule of nftables say of one packet, with what is known of it. */
#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netfilter/nfnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "node/netlink.h"
#include "node/nft_private.h"
#include "node/xt_match.h"

enum { HEADER_BYTES = 44, TCP_FLAGS_AT = 13 };

static size_t register_at(uint32_t number)
{
	size_t at = number >= NFT_REG32_00 ? (number - NFT_REG32_00) * 4 :
		    number                 ? (number - 1) * 16 :
					     0;

	return at < REGISTERS_BYTES ? at : 0;
}

static void load(struct nft_machine *m, uint32_t reg, const void *data, size_t len)
{
	size_t at = register_at(reg);

	/* A register is 16 bytes for who reads more than was loaded; zeroes. */
	for (size_t i = 0; at + i < REGISTERS_BYTES && i < 16; i++) {
		m->data[at + i] = data && i < len ? ((const uint8_t *)data)[i] : 0;
		m->is_known[at + i] = data != NULL;
	}
}

static void load_meta(struct nft_machine *m, const struct nlattr *data)
{
	uint32_t reg = netlink_be32(netlink_find_in(data, NFTA_META_DREG), 0);
	uint8_t tcp = IPPROTO_TCP, family = m->q->family == AF_INET ? NFPROTO_IPV4 : NFPROTO_IPV6;
	uint16_t ethertype = htons(m->q->family == AF_INET ? 0x0800 : 0x86dd);

	if (!reg)
		return; /* it sets something */
	switch (netlink_be32(netlink_find_in(data, NFTA_META_KEY), UINT32_MAX)) {
	case NFT_META_OIFNAME:
		return load(m, reg, m->q->is_oif_unknown ? NULL : m->q->oifname, NAT_IFNAME_BYTES);
	case NFT_META_IIFNAME:
		return load(m, reg, m->q->is_iif_unknown ? NULL : m->q->iifname, NAT_IFNAME_BYTES);
	case NFT_META_OIF:
		return load(m, reg, m->q->is_oif_unknown ? NULL : &m->q->oif, sizeof(m->q->oif));
	case NFT_META_IIF:
		return load(m, reg, m->q->is_iif_unknown ? NULL : &m->q->iif, sizeof(m->q->iif));
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
		if (q->tcp_flags && offset == TCP_FLAGS_AT && len == 1) {
			*out = q->tcp_flags;
			return true;
		}
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

static void load_payload(struct nft_machine *m, const struct nlattr *data)
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

static void apply_bitwise(struct nft_machine *m, const struct nlattr *data)
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

static bool is_known(const struct nft_machine *m, size_t at, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (at + i >= REGISTERS_BYTES || !m->is_known[at + i])
			return false;
	return true;
}

static enum nat_match compare_register(const struct nft_machine *m, const struct nlattr *data)
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

static enum nat_match compare_range(const struct nft_machine *m, const struct nlattr *data)
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

/* nft_ct_get_eval(): of a packet without an entry it knows the state, and any other question ends
 * the rule. */
static enum nat_match load_ct(struct nft_machine *m, const struct nlattr *data)
{
	const uint32_t *states = &m->q->ct_states;
	uint32_t reg = netlink_be32(netlink_find_in(data, NFTA_CT_DREG), 0);
	bool is_state = netlink_be32(netlink_find_in(data, NFTA_CT_KEY), UINT32_MAX) ==
			NFT_CT_STATE;

	if (reg && !is_state && *states == NAT_STATE_INVALID)
		return MATCH_NO;
	load(m, reg, reg && is_state && *states ? states : NULL, sizeof(*states));
	return MATCH_YES;
}

static const struct nlattr *find_element(const struct nft_set *set, const uint8_t *key)
{
	for (const struct nft_rule *r = set->first; r; r = r->next) {
		const struct nlattr *list = netlink_find(r->message, sizeof(struct nfgenmsg),
							 NFTA_SET_ELEM_LIST_ELEMENTS),
				    *element;

		if (!list)
			continue;
		netlink_for_each_in(element, list)
		{
			const struct nlattr *value = netlink_find_in(
				netlink_find_in(element, NFTA_SET_ELEM_KEY), NFTA_DATA_VALUE);

			if (value && mnl_attr_get_payload_len(value) == set->key_bytes &&
			    !memcmp(key, mnl_attr_get_payload(value), set->key_bytes))
				return element;
		}
	}
	return NULL;
}

static enum nat_match look_up(struct nft_machine *m, const struct nlattr *data)
{
	const struct nft_set *set =
		m->rules && m->chain ?
			nft_set_find(m->rules, m->chain->family, m->chain->table,
				     netlink_text(netlink_find_in(data, NFTA_LOOKUP_SET))) :
			NULL;
	size_t at = register_at(netlink_be32(netlink_find_in(data, NFTA_LOOKUP_SREG), 0));
	const struct nlattr *to = netlink_find_in(data, NFTA_LOOKUP_DREG), *element, *given;
	bool is_inverted = netlink_be32(netlink_find_in(data, NFTA_LOOKUP_FLAGS), 0) &
			   NFT_LOOKUP_F_INV;

	if (!set || !set->key_bytes || !is_known(m, at, set->key_bytes)) {
		if (to)
			load(m, netlink_be32(to, 0), NULL, 0);
		return MATCH_MAYBE;
	}
	element = find_element(set, &m->data[at]);
	if (!to)
		return (element != NULL) != is_inverted ? MATCH_YES : MATCH_NO;
	if (!element)
		return MATCH_NO;
	given = netlink_find_in(element, NFTA_SET_ELEM_DATA);
	if (netlink_be32(to, UINT32_MAX) == NFT_REG_VERDICT) {
		m->verdict = netlink_find_in(given, NFTA_DATA_VERDICT);
		return m->verdict ? MATCH_YES : MATCH_MAYBE;
	}
	load(m, netlink_be32(to, 0), NULL, 0);
	return MATCH_YES;
}

/* Those that change nothing that matters here. */
static bool is_harmless(const char *name)
{
	static const char *const names[] = { "counter", "log", "objref", "comment", "last" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

static enum nat_match ask_xtables(const struct nft_machine *m, const struct nlattr *data)
{
	const struct nlattr *info = netlink_find_in(data, NFTA_MATCH_INFO);

	return xt_match_ask(netlink_text(netlink_find_in(data, NFTA_MATCH_NAME)),
			    (uint8_t)netlink_be32(netlink_find_in(data, NFTA_MATCH_REV), 0),
			    info ? mnl_attr_get_payload(info) : NULL,
			    info ? mnl_attr_get_payload_len(info) : 0, m->q);
}

enum nat_match nft_machine_step(struct nft_machine *m, const char *name, const struct nlattr *data)
{
	if (!strcmp(name, "meta"))
		load_meta(m, data);
	else if (!strcmp(name, "payload"))
		load_payload(m, data);
	else if (!strcmp(name, "bitwise"))
		apply_bitwise(m, data);
	else if (!strcmp(name, "ct"))
		return load_ct(m, data);
	else if (!strcmp(name, "cmp"))
		return compare_register(m, data);
	else if (!strcmp(name, "range"))
		return compare_range(m, data);
	else if (!strcmp(name, "lookup"))
		return look_up(m, data);
	else if (!strcmp(name, "match"))
		return ask_xtables(m, data);
	else if (!strcmp(name, "immediate"))
		m->verdict = netlink_find_in(netlink_find_in(data, NFTA_IMMEDIATE_DATA),
					     NFTA_DATA_VERDICT); /* or an address for NAT */
	else if (!is_harmless(name) && strcmp(name, "target") != 0)
		return MATCH_MAYBE; /* a limit, a quota, … */
	return MATCH_YES;
}
