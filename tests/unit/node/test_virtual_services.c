// SPDX-License-Identifier: GPL-2.0-only
/* /proc/net/ip_vs, line by line. */
#include "cast/make.h"

#include <arpa/inet.h>
#include <string.h>

#include "node/virtual_services.h"

static void services(void **state)
{
	struct virtual_service s;
	uint8_t want[16];

	(void)state;
	assert_true(virtual_service_parse("TCP  0A090001:1B5D rr \n", &s));
	assert_int_equal(s.family, AF_INET);
	assert_int_equal(s.port, 7005);
	inet_pton(AF_INET, "10.9.0.1", want);
	assert_memory_equal(s.address.bytes, want, 4);
	assert_true(virtual_service_parse(
		"TCP  [fd00:0009:0000:0000:0000:0000:0000:0001]:0050 wlc persistent 360\n", &s));
	assert_int_equal(s.family, AF_INET6);
	assert_int_equal(s.port, 80);
	inet_pton(AF_INET6, "fd00:9::1", want);
	assert_memory_equal(s.address.bytes, want, 16);
}

static void others(void **state)
{
	static const char *const lines[] = {
		"IP Virtual Server version 1.2.1 (size=4096)\n",
		"Prot LocalAddress:Port Scheduler Flags\n",
		"  -> RemoteAddress:Port Forward Weight ActiveConn InActConn\n",
		"  -> 0A580002:1B5D      Masq    1      3          0         \n",
		"UDP  0A090001:0035 rr \n",
		"FWM  00000001 rr \n",
		"TCP  [fd00:::1]:0050 rr\n",
		"TCP  \n",
		"",
	};
	struct virtual_service s;

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		assert_false(virtual_service_parse(lines[i], &s));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(services),
		cmocka_unit_test(others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
