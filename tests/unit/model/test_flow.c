// SPDX-License-Identifier: GPL-2.0-only
#include "cast/make.h"

#include <string.h>
#include <sys/socket.h>

static void formats(void **state)
{
	struct address v4 = make_ip("10.9.0.2"), v6 = make_ip("fd00:9::2");
	struct address longest = make_ip("fe80:1111:2222:3333:4444:5555:6666:7777");
	struct tuple t = make_tuple("10.9.0.2", 6379, "10.9.0.1", 40112);
	char buf[TUPLE_TEXT_BYTES];

	(void)state;
	assert_string_equal(address_format(&v4, AF_INET, buf, sizeof(buf)), "10.9.0.2");
	assert_string_equal(address_format(&v6, AF_INET6, buf, sizeof(buf)), "fd00:9::2");
	assert_string_equal(address_format(&v4, 0, buf, sizeof(buf)), "?");
	assert_string_equal(endpoint_format(&v4, AF_INET, 65535, buf, sizeof(buf)),
			    "10.9.0.2:65535");
	assert_string_equal(endpoint_format(&v6, AF_INET6, 1, buf, sizeof(buf)), "[fd00:9::2]:1");
	assert_string_equal(tuple_format(&t, AF_INET, buf, sizeof(buf)),
			    "10.9.0.2:6379 → 10.9.0.1:40112");
	t = (struct tuple){ .src = longest, .dst = longest, .sport = 65535, .dport = 65535 };
	assert_string_equal(tuple_format(&t, AF_INET6, buf, sizeof(buf)),
			    "[fe80:1111:2222:3333:4444:5555:6666:7777]:65535 → "
			    "[fe80:1111:2222:3333:4444:5555:6666:7777]:65535");
}

static void cut_not_overrun(void **state)
{
	struct tuple t = make_tuple("fd00:9::2", 6379, "fd00:9::1", 40112);
	char buf[TUPLE_TEXT_BYTES];

	(void)state;
	for (size_t size = 1; size < sizeof(buf); size++) {
		memset(buf, 'x', sizeof(buf));
		assert_true(strlen(tuple_format(&t, AF_INET6, buf, size)) < size);
		assert_true(strlen(endpoint_format(&t.src, AF_INET6, 1, buf, size)) < size);
		assert_true(strlen(address_format(&t.src, AF_INET6, buf, size)) < size);
	}
}

static void parses(void **state)
{
	struct address a;

	(void)state;
	assert_int_equal(address_parse("10.9.0.1", &a), AF_INET);
	assert_int_equal(a.bytes[3], 1);
	for (size_t i = 4; i < 16; i++)
		assert_int_equal(a.bytes[i], 0);
	assert_int_equal(address_parse("::ffff:10.9.0.1", &a), AF_INET6);
	assert_int_equal(address_parse("", &a), 0);
	assert_int_equal(address_parse("10.9.0", &a), 0);
	assert_int_equal(address_parse("10.9.0.256", &a), 0);
	assert_int_equal(address_parse("10.9.0.1/24", &a), 0);
	assert_int_equal(address_parse("fd00::1%up0", &a), 0);
	assert_int_equal(address_parse("localhost", &a), 0);
	assert_true(address_equal(&a, &(struct address){ { 0 } })); /* and nothing is left of it */
}

static void translation(void **state)
{
	struct flow plain = untranslated("10.88.0.2", 40112, "10.9.0.2", 6379), f;
	struct flow snat = masqueraded(40112), v6 = masqueraded_v6(40112);

	(void)state;
	assert_false(flow_is_translated(&plain));
	assert_true(flow_is_translated(&snat));
	assert_true(flow_is_translated(&v6));
	f = plain;
	f.reply.dport++; /* only the port */
	assert_true(flow_is_translated(&f));
	f = plain;
	f.reply.sport++; /* a redirect */
	assert_true(flow_is_translated(&f));
	f = plain;
	f.reply.src = make_ip("10.88.0.9"); /* DNAT */
	assert_true(flow_is_translated(&f));
}

static void equality(void **state)
{
	struct tuple a = make_tuple("10.9.0.2", 1, "10.9.0.1", 2), b = a,
		     inverse = tuple_inverse(&a);

	(void)state;
	assert_true(tuple_equal(&a, &b));
	assert_false(tuple_equal(&a, &inverse));
	b = tuple_inverse(&inverse);
	assert_true(tuple_equal(&a, &b));
	assert_int_equal(inverse.sport, 2);
	b.src.bytes[15] = 1; /* the last byte counts */
	assert_false(tuple_equal(&a, &b));
	assert_false(address_equal(&a.src, &b.src));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(formats),  cmocka_unit_test(cut_not_overrun),
		cmocka_unit_test(parses),   cmocka_unit_test(translation),
		cmocka_unit_test(equality),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
