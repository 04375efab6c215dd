// SPDX-License-Identifier: GPL-2.0-only
#include "session/canary_rules.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "node/built_in.h"
#include "node/netlink.h"

#define TABLE "rstblame"

enum { BATCH_BYTES = 4096, TCP_DEST_OFFSET = 2, NAT_SRC_PRIORITY = 100 };

bool canary_rules_look(struct canary_rules *out, char why[CANARY_RULES_WHY_BYTES])
{
	*out = (struct canary_rules){ 0 };
	if (!module_is_here("nf_tables")) {
		snprintf(why, CANARY_RULES_WHY_BYTES, "nf_tables is not loaded");
		return false;
	}
	out->has_masquerade = module_is_here("nft_chain_nat") && module_is_here("nft_masq");
	out->has_reject = module_is_here("nft_reject_ipv4");
	snprintf(why, CANARY_RULES_WHY_BYTES, "%s is not loaded",
		 out->has_masquerade ? "nft_reject_ipv4" : "nft_chain_nat or nft_masq");
	return out->has_masquerade || out->has_reject;
}

/* ---- one transaction ---- */

struct batch {
	_Alignas(8) char buf[BATCH_BYTES];
	size_t used;
	uint32_t messages; /* each is acknowledged */
};

static struct nlmsghdr *begin(struct batch *b, unsigned int type, unsigned int flags)
{
	struct nlmsghdr *h = netlink_netfilter(b->buf + b->used, NFNL_SUBSYS_NFTABLES, type,
					       NLM_F_ACK | flags, NFPROTO_IPV4);

	h->nlmsg_seq = ++b->messages;
	return h;
}

static void end(struct batch *b, const struct nlmsghdr *h)
{
	b->used += (h->nlmsg_len + MNL_ALIGNTO - 1) & ~(size_t)(MNL_ALIGNTO - 1);
}

/* What begins and ends a batch names the subsystem as its resource. */
static void put_bound(struct batch *b, uint16_t type)
{
	struct nlmsghdr *h = mnl_nlmsg_put_header(b->buf + b->used);
	struct nfgenmsg *nf;

	h->nlmsg_type = type;
	h->nlmsg_flags = NLM_F_REQUEST;
	nf = mnl_nlmsg_put_extra_header(h, sizeof(*nf));
	*nf = (struct nfgenmsg){ .version = NFNETLINK_V0, .res_id = htons(NFNL_SUBSYS_NFTABLES) };
	end(b, h);
}

/* All or nothing: the first error is what it failed of. */
static int send_batch(struct batch *b)
{
	struct mnl_socket *nl = netlink_open(NETLINK_NETFILTER, 0);
	_Alignas(8) char answer[BATCH_BYTES];
	int err = 0;

	if (!nl)
		return -errno;
	put_bound(b, NFNL_MSG_BATCH_END);
	if (mnl_socket_sendto(nl, b->buf, b->used) < 0)
		err = -errno;
	for (uint32_t i = 0; !err && i < b->messages; i++) {
		ssize_t len = mnl_socket_recvfrom(nl, answer, sizeof(answer));

		if (len < 0 || mnl_cb_run(answer, (size_t)len, 0, 0, NULL, NULL) < 0)
			err = -errno;
	}
	mnl_socket_close(nl);
	return err;
}

static struct batch begin_batch(void)
{
	struct batch b = { .used = 0 };

	put_bound(&b, NFNL_MSG_BATCH_BEGIN);
	return b;
}

/* ---- what it is made of ---- */

static void put_table(struct batch *b, unsigned int type, unsigned int flags)
{
	struct nlmsghdr *h = begin(b, type, flags);

	mnl_attr_put_strz(h, NFTA_TABLE_NAME, TABLE);
	end(b, h);
}

static void put_chain(struct batch *b, const char *name, const char *type, uint32_t hook,
		      uint32_t priority)
{
	struct nlmsghdr *h = begin(b, NFT_MSG_NEWCHAIN, NLM_F_CREATE);
	struct nlattr *nest;

	mnl_attr_put_strz(h, NFTA_CHAIN_TABLE, TABLE);
	mnl_attr_put_strz(h, NFTA_CHAIN_NAME, name);
	nest = mnl_attr_nest_start(h, NFTA_CHAIN_HOOK);
	mnl_attr_put_u32(h, NFTA_HOOK_HOOKNUM, htonl(hook));
	mnl_attr_put_u32(h, NFTA_HOOK_PRIORITY, htonl(priority));
	mnl_attr_nest_end(h, nest);
	mnl_attr_put_strz(h, NFTA_CHAIN_TYPE, type);
	end(b, h);
}

/* An expression's beginning: what is put next goes into its data. */
struct expression {
	struct nlattr *element, *data;
};

static struct expression begin_expression(struct nlmsghdr *h, const char *name)
{
	struct expression e;

	e.element = mnl_attr_nest_start(h, NFTA_LIST_ELEM);
	mnl_attr_put_strz(h, NFTA_EXPR_NAME, name);
	e.data = mnl_attr_nest_start(h, NFTA_EXPR_DATA);
	return e;
}

static void end_expression(struct nlmsghdr *h, struct expression e)
{
	mnl_attr_nest_end(h, e.data);
	mnl_attr_nest_end(h, e.element);
}

static struct nlmsghdr *begin_rule(struct batch *b, const char *chain, struct nlattr **list)
{
	struct nlmsghdr *h = begin(b, NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND);

	mnl_attr_put_strz(h, NFTA_RULE_TABLE, TABLE);
	mnl_attr_put_strz(h, NFTA_RULE_CHAIN, chain);
	*list = mnl_attr_nest_start(h, NFTA_RULE_EXPRESSIONS);
	return h;
}

static void put_masquerade(struct batch *b)
{
	struct nlattr *list;
	struct nlmsghdr *h;

	put_chain(b, "leaving", "nat", NF_INET_POST_ROUTING, NAT_SRC_PRIORITY);
	h = begin_rule(b, "leaving", &list);
	end_expression(h, begin_expression(h, "masq"));
	mnl_attr_nest_end(h, list);
	end(b, h);
}

static void put_reject(struct batch *b, uint16_t port)
{
	const uint16_t wire_port = htons(port);
	struct nlattr *list, *value;
	struct expression e;
	struct nlmsghdr *h;

	put_chain(b, "coming", "filter", NF_INET_LOCAL_IN, 0);
	h = begin_rule(b, "coming", &list);
	e = begin_expression(h, "payload");
	mnl_attr_put_u32(h, NFTA_PAYLOAD_DREG, htonl(NFT_REG_1));
	mnl_attr_put_u32(h, NFTA_PAYLOAD_BASE, htonl(NFT_PAYLOAD_TRANSPORT_HEADER));
	mnl_attr_put_u32(h, NFTA_PAYLOAD_OFFSET, htonl(TCP_DEST_OFFSET));
	mnl_attr_put_u32(h, NFTA_PAYLOAD_LEN, htonl(sizeof(wire_port)));
	end_expression(h, e);
	e = begin_expression(h, "cmp");
	mnl_attr_put_u32(h, NFTA_CMP_SREG, htonl(NFT_REG_1));
	mnl_attr_put_u32(h, NFTA_CMP_OP, htonl(NFT_CMP_EQ));
	value = mnl_attr_nest_start(h, NFTA_CMP_DATA);
	mnl_attr_put(h, NFTA_DATA_VALUE, sizeof(wire_port), &wire_port);
	mnl_attr_nest_end(h, value);
	end_expression(h, e);
	e = begin_expression(h, "reject");
	mnl_attr_put_u32(h, NFTA_REJECT_TYPE, htonl(NFT_REJECT_TCP_RST));
	end_expression(h, e);
	mnl_attr_nest_end(h, list);
	end(b, h);
}

int canary_rules_put(const struct canary_rules *rules, uint16_t reject_port)
{
	struct batch b = begin_batch();

	put_table(&b, NFT_MSG_NEWTABLE, NLM_F_CREATE);
	if (rules->has_masquerade)
		put_masquerade(&b);
	if (rules->has_reject)
		put_reject(&b, reject_port);
	return send_batch(&b);
}

int canary_rules_remove(void)
{
	struct batch b = begin_batch();

	put_table(&b, NFT_MSG_DELTABLE, 0);
	return send_batch(&b);
}
