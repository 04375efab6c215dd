// SPDX-License-Identifier: GPL-2.0-only
/* Attributes that are shorter than what they should hold. */
#include "cast/make.h"

#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <string.h>
#include <sys/socket.h>

#include "node/conntrack_get.h"
#include "node/conntrack_table.h"
#include "node/netlink.h"

static _Alignas(8) char buf[256];

static const struct nlattr *attribute(const void *data, size_t size)
{
	struct nlmsghdr *h = mnl_nlmsg_put_header(memset(buf, 0xff, sizeof(buf)));

	mnl_attr_put(h, 1, size, data);
	return netlink_find(h, 0, 1);
}

static void numbers(void **state)
{
	const uint8_t bytes[] = { 1, 2, 3, 4 };
	uint32_t whole;

	(void)state;
	memcpy(&whole, bytes, sizeof(whole));
	assert_int_equal(netlink_u8(attribute(bytes, 1), 9), 1);
	assert_int_equal(netlink_be16(attribute(bytes, 2), 9), 0x0102);
	assert_int_equal(netlink_u32(attribute(bytes, 4), 9), whole);
	assert_int_equal(netlink_be32(attribute(bytes, 4), 9), 0x01020304);
	assert_int_equal(netlink_u8(attribute(bytes, 0), 9), 9);
	assert_int_equal(netlink_be16(attribute(bytes, 1), 9), 9);
	assert_int_equal(netlink_u32(attribute(bytes, 3), 9), 9);
	assert_int_equal(netlink_be32(attribute(bytes, 3), 9), 9);
	assert_int_equal(netlink_be32(NULL, 9), 9);
}

static void texts(void **state)
{
	(void)state;
	assert_string_equal(netlink_text(attribute("nat", 4)), "nat");
	assert_string_equal(netlink_text(attribute("nat", 3)), "");
	assert_string_equal(netlink_text(attribute("", 0)), "");
	assert_string_equal(netlink_text(NULL), "");
}

static struct nlmsghdr *an_entry(const struct tuple *tuple)
{
	struct nlmsghdr *h = netlink_netfilter(memset(buf, 0, sizeof(buf)), NFNL_SUBSYS_CTNETLINK,
					       IPCTNL_MSG_CT_NEW, 0, AF_INET);

	conntrack_put_tuple(h, CTA_TUPLE_ORIG, AF_INET, tuple);
	return h;
}

/* Cut behind its header it is no entry, and one of no family; whole it is what it was. */
static void short_entry(void **state)
{
	const struct tuple tuple = make_tuple("10.88.0.2", 51710, "10.9.0.2", 6379);
	struct nlmsghdr *h = an_entry(&tuple);
	struct flow flow;

	(void)state;
	assert_true(conntrack_is_tcp(h));
	conntrack_get_parse(h, &flow);
	assert_int_equal(flow.family, AF_INET);
	assert_memory_equal(&flow.orig, &tuple, sizeof(tuple));
	h->nlmsg_len = NLMSG_HDRLEN + 1;
	memset(buf + h->nlmsg_len, 0xff, sizeof(buf) - h->nlmsg_len);
	assert_false(conntrack_is_tcp(h));
	conntrack_get_parse(h, &flow);
	assert_int_equal(flow.family, AF_UNSPEC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
		cmocka_unit_test(texts),
		cmocka_unit_test(short_entry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
