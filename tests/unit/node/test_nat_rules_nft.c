// SPDX-License-Identifier: GPL-2.0-only
/* Rulesets that nobody writes but to do harm: the walk ends, and says what it does not know. */
#include "cast/make.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "node/nat_rules_nft.c"

enum { CHAINS = 14, SECONDS_MAX = 30 };

static _Alignas(8) char buf[1024];
static struct nft_rules *rules;

static void put_u32(struct nlmsghdr *h, uint16_t type, uint32_t value)
{
	mnl_attr_put_u32(h, type, htonl(value));
}

static const char *chain_name(unsigned int i)
{
	static char name[16];

	snprintf(name, sizeof(name), "c%u", i);
	return name;
}

/* c0 is where packets leave. */
static void add_chain(unsigned int i)
{
	struct nlmsghdr *h =
		netlink_netfilter(buf, NFNL_SUBSYS_NFTABLES, NFT_MSG_NEWCHAIN, 0, NFPROTO_IPV4);
	struct nlattr *hook;

	mnl_attr_put_strz(h, NFTA_CHAIN_TABLE, "t");
	mnl_attr_put_strz(h, NFTA_CHAIN_NAME, chain_name(i));
	if (!i) {
		mnl_attr_put_strz(h, NFTA_CHAIN_TYPE, "nat");
		hook = mnl_attr_nest_start(h, NFTA_CHAIN_HOOK);
		put_u32(h, NFTA_HOOK_HOOKNUM, NF_INET_POST_ROUTING);
		mnl_attr_nest_end(h, hook);
	}
	assert_int_equal(take_chain(h, rules), MNL_CB_OK);
}

static struct nlmsghdr *begin_rule(unsigned int chain, struct nlattr **list)
{
	struct nlmsghdr *h =
		netlink_netfilter(buf, NFNL_SUBSYS_NFTABLES, NFT_MSG_NEWRULE, 0, NFPROTO_IPV4);

	mnl_attr_put_strz(h, NFTA_RULE_TABLE, "t");
	mnl_attr_put_strz(h, NFTA_RULE_CHAIN, chain_name(chain));
	*list = mnl_attr_nest_start(h, NFTA_RULE_EXPRESSIONS);
	return h;
}

static void end_rule(struct nlmsghdr *h, struct nlattr *list)
{
	mnl_attr_nest_end(h, list);
	assert_int_equal(take_rule(h, rules), MNL_CB_OK);
}

static struct nlattr *begin_expression(struct nlmsghdr *h, const char *name, struct nlattr **data)
{
	struct nlattr *element = mnl_attr_nest_start(h, NFTA_LIST_ELEM);

	mnl_attr_put_strz(h, NFTA_EXPR_NAME, name);
	*data = mnl_attr_nest_start(h, NFTA_EXPR_DATA);
	return element;
}

static void end_expression(struct nlmsghdr *h, struct nlattr *element, struct nlattr *data)
{
	mnl_attr_nest_end(h, data);
	mnl_attr_nest_end(h, element);
}

static void add_jump(unsigned int from, unsigned int to)
{
	struct nlattr *list, *data, *value, *verdict;
	struct nlmsghdr *h = begin_rule(from, &list);
	struct nlattr *element = begin_expression(h, "immediate", &data);

	value = mnl_attr_nest_start(h, NFTA_IMMEDIATE_DATA);
	verdict = mnl_attr_nest_start(h, NFTA_DATA_VERDICT);
	put_u32(h, NFTA_VERDICT_CODE, (uint32_t)NFT_JUMP);
	mnl_attr_put_strz(h, NFTA_VERDICT_CHAIN, chain_name(to));
	mnl_attr_nest_end(h, verdict);
	mnl_attr_nest_end(h, value);
	end_expression(h, element, data);
	end_rule(h, list);
}

/* It loads `len` bytes at `offset` of the network header, then masquerades. */
static void add_masquerade(unsigned int chain, uint32_t offset, uint32_t len)
{
	struct nlattr *list, *data, *element;
	struct nlmsghdr *h = begin_rule(chain, &list);

	element = begin_expression(h, "payload", &data);
	put_u32(h, NFTA_PAYLOAD_DREG, NFT_REG_1);
	put_u32(h, NFTA_PAYLOAD_BASE, NFT_PAYLOAD_NETWORK_HEADER);
	put_u32(h, NFTA_PAYLOAD_OFFSET, offset);
	put_u32(h, NFTA_PAYLOAD_LEN, len);
	end_expression(h, element, data);
	element = begin_expression(h, "masq", &data);
	end_expression(h, element, data);
	end_rule(h, list);
}

static enum nat_answer ask(void)
{
	const struct nat_question q = { .family = AF_INET,
					.tuple = make_tuple("10.88.0.2", 40000, "10.9.0.2", 6379) };

	return nft_rules_ask(rules, &q, false);
}

static int setup(void **state)
{
	(void)state;
	rules = calloc(1, sizeof(*rules));
	return rules ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	nft_rules_free(rules);
	return 0;
}

/* Each chain jumps `jumps` times to the next; the last one masquerades, or does nothing. */
static void add_ladder(unsigned int jumps)
{
	for (unsigned int i = 0; i < CHAINS; i++)
		add_chain(i);
	for (unsigned int i = 0; i + 1 < CHAINS; i++)
		for (unsigned int n = 0; n < jumps; n++)
			add_jump(i, i + 1);
}

static void many_ways(void **state)
{
	(void)state;
	alarm(SECONDS_MAX); /* 20^13 rules would take for ever */
	add_ladder(20);
	assert_int_equal(ask(), NAT_MAYBE);
	alarm(0);
}

static void one_long_way(void **state)
{
	(void)state;
	add_ladder(1);
	add_masquerade(CHAINS - 1, 12, 4);
	assert_int_equal(ask(), NAT_YES);
}

static void a_loop(void **state)
{
	(void)state;
	alarm(SECONDS_MAX);
	add_chain(0);
	add_chain(1);
	add_jump(0, 1);
	add_jump(1, 0);
	assert_int_equal(ask(), NAT_MAYBE);
	alarm(0);
}

/* Their sum is within the header, by going round; ASan sees the copy. */
static void length_beyond(void **state)
{
	(void)state;
	add_chain(0);
	add_masquerade(0, 13, UINT32_MAX);
	assert_int_equal(ask(), NAT_YES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(many_ways, setup, teardown),
		cmocka_unit_test_setup_teardown(one_long_way, setup, teardown),
		cmocka_unit_test_setup_teardown(a_loop, setup, teardown),
		cmocka_unit_test_setup_teardown(length_beyond, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
