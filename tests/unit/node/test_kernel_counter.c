// SPDX-License-Identifier: GPL-2.0-only
#include "cast/make.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "node/kernel_counter.h"
#include "node/netns.h"

#define SNMP                                                                                       \
	"Ip: Forwarding DefaultTTL\nIp: 1 64\n"                                                    \
	"Tcp: RtoAlgorithm MaxConn ActiveOpens OutRsts InCsumErrors\nTcp: 1 -1 17 4294967299 2\n"  \
	"Udp: InDatagrams OutRsts\nUdp: 5 6\n"

static void a_value_is_found_by_its_name(void **state)
{
	uint64_t value = 0;

	(void)state;
	assert_true(snmp_read(SNMP, "Tcp", "OutRsts", &value));
	assert_int_equal(value, 4294967299);
	assert_true(snmp_read(SNMP, "Tcp", "InCsumErrors", &value));
	assert_int_equal(value, 2);
	assert_true(snmp_read(SNMP, "Udp", "OutRsts", &value));
	assert_int_equal(value, 6);
}

static void what_is_not_there_is_not_read(void **state)
{
	uint64_t value = 0;

	(void)state;
	assert_false(snmp_read(SNMP, "Tcp", "OutRst", &value));
	assert_false(snmp_read(SNMP, "Ip", "OutRsts", &value));
	assert_false(snmp_read(SNMP, "Icmp", "OutRsts", &value));
	assert_false(snmp_read("Tcp: A OutRsts\nTcp: 1", "Tcp", "OutRsts", &value));
	assert_false(snmp_read("Tcp: A OutRsts", "Tcp", "OutRsts", &value));
	assert_false(snmp_read("", "Tcp", "OutRsts", &value));
}

static uint64_t resets_here(struct kernel_counter *counter)
{
	struct kernel_reading *reading;
	uint64_t resets = UINT64_MAX;

	kernel_counter_ask(counter);
	reading = kernel_counter_wait(counter, SECONDS(10));
	assert_non_null(reading);
	for (size_t i = 0; i < reading->count; i++)
		if (reading->counts[i].inum == netns_own())
			resets = reading->counts[i].resets;
	kernel_reading_free(reading);
	return resets;
}

/* One connection of this process's own, to a port where nobody listens. */
static void provoke_reset(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(to);
	int taken = socket(AF_INET, SOCK_STREAM, 0), fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(taken, (struct sockaddr *)&to, sizeof(to)), 0);
	assert_int_equal(getsockname(taken, (struct sockaddr *)&to, &size), 0);
	assert_int_not_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	close(fd);
	close(taken);
}

/* Unprivileged it may enter no namespace, and then its own is among those not read. */
static void this_kernel_counts(void **state)
{
	struct kernel_counter *counter = kernel_counter_new();
	uint64_t before;

	(void)state;
	assert_non_null(counter);
	before = resets_here(counter);
	provoke_reset();
	if (before != UINT64_MAX)
		assert_true(resets_here(counter) > before);
	else
		print_message("its own namespace cannot be read here\n");
	kernel_counter_free(counter);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_value_is_found_by_its_name),
		cmocka_unit_test(what_is_not_there_is_not_read),
		cmocka_unit_test(this_kernel_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
