// SPDX-License-Identifier: GPL-2.0-only
/* What keeps a SYN from a listener on its port: each barrier, beside what is none. */
#include "cast/make.h"

#include <string.h>
#include <sys/socket.h>

#include "victims/barrier.h"

enum { UPLINK = 3, OTHER = 4, VRF = 9, PORT = 80 };

static struct socket_row rows[4];
static struct sockets listeners = { .rows = rows };

static void nobody_listens(void)
{
	listeners.count = 0;
}

static struct socket_row *listen_on(const char *address, uint16_t port)
{
	struct socket_row *row = &rows[listeners.count++];

	memset(row, 0, sizeof(*row));
	row->family = strchr(address, ':') ? AF_INET6 : AF_INET;
	row->tuple.src = make_ip(address);
	row->tuple.sport = port;
	row->state = SOCKET_LISTEN;
	return row;
}

static struct syn_arrival syn_to(const char *address)
{
	return (struct syn_arrival){ .family = strchr(address, ':') ? AF_INET6 : AF_INET,
				     .to = make_ip(address),
				     .port = PORT,
				     .ifindex = UPLINK };
}

static enum barrier met(const struct syn_arrival *syn)
{
	enum barrier barrier;

	assert_non_null(barrier_choose(&listeners, syn, &barrier));
	return barrier;
}

static enum barrier met_by(const char *listener, const char *to)
{
	struct syn_arrival syn = syn_to(to);

	nobody_listens();
	listen_on(listener, PORT);
	return met(&syn);
}

static void addresses(void **state)
{
	static const struct {
		const char *listener, *to;
		enum barrier barrier;
	} cases[] = {
		{ "0.0.0.0", "10.9.0.1", BARRIER_NONE },
		{ "10.9.0.1", "10.9.0.1", BARRIER_NONE },
		{ "::", "10.9.0.1", BARRIER_NONE },
		{ "::", "fd00:9::1", BARRIER_NONE },
		{ "::ffff:10.9.0.1", "10.9.0.1", BARRIER_NONE },
		{ "127.0.0.1", "10.9.0.1", BARRIER_LOOPBACK },
		{ "127.0.0.53", "10.9.0.1", BARRIER_LOOPBACK },
		{ "127.0.0.53", "127.0.0.1", BARRIER_ADDRESS },
		{ "::ffff:127.0.0.1", "10.9.0.1", BARRIER_LOOPBACK },
		{ "::1", "fd00:9::1", BARRIER_LOOPBACK },
		{ "::1", "10.9.0.1", BARRIER_LOOPBACK },
		{ "127.0.0.1", "fd00:9::1", BARRIER_LOOPBACK },
		{ "10.9.0.9", "10.9.0.1", BARRIER_ADDRESS },
		{ "fd00:9::9", "fd00:9::1", BARRIER_ADDRESS },
		{ "fd00:9::9", "10.9.0.1", BARRIER_ADDRESS },
		{ "0.0.0.0", "fd00:9::1", BARRIER_V4ONLY },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(met_by(cases[i].listener, cases[i].to), cases[i].barrier);
}

static void v6only(void **state)
{
	struct syn_arrival v4 = syn_to("10.9.0.1"), v6 = syn_to("fd00:9::1");

	(void)state;
	nobody_listens();
	listen_on("::", PORT)->is_v6only = true;
	assert_int_equal(met(&v4), BARRIER_V6ONLY);
	assert_int_equal(met(&v6), BARRIER_NONE);
}

static void devices(void **state)
{
	struct syn_arrival syn = syn_to("10.9.0.1");
	struct socket_row *row;

	(void)state;
	nobody_listens();
	row = listen_on("0.0.0.0", PORT);
	row->bound_ifindex = OTHER;
	assert_int_equal(met(&syn), BARRIER_DEVICE);
	row->bound_ifindex = UPLINK;
	assert_int_equal(met(&syn), BARRIER_NONE);
	syn.ifindex = 0; /* that it came in by is not known */
	assert_int_equal(met(&syn), BARRIER_UNKNOWN);
	/* Its address is enough, whatever the device. */
	row->tuple.src = make_ip("127.0.0.1");
	assert_int_equal(met(&syn), BARRIER_LOOPBACK);
}

static void vrfs(void **state)
{
	struct syn_arrival syn = syn_to("10.9.0.1");
	struct socket_row *row;

	(void)state;
	nobody_listens();
	row = listen_on("0.0.0.0", PORT);
	syn.vrf_ifindex = VRF;
	assert_int_equal(met(&syn), BARRIER_VRF);
	syn.is_free_of_vrf = true;
	assert_int_equal(met(&syn), BARRIER_NONE);
	row->bound_ifindex = VRF;
	assert_int_equal(met(&syn), BARRIER_NONE);
	row->bound_ifindex = OTHER; /* that takes nothing of a VRF, whatever the switch */
	assert_int_equal(met(&syn), BARRIER_DEVICE);
}

/* /proc says no more than the address. */
static void without_sock_diag(void **state)
{
	struct syn_arrival syn = syn_to("10.9.0.1");

	(void)state;
	syn.is_blind = true;
	syn.vrf_ifindex = VRF;
	nobody_listens();
	listen_on("::", PORT);
	assert_int_equal(met(&syn), BARRIER_UNKNOWN);
	nobody_listens();
	listen_on("127.0.0.1", PORT);
	assert_int_equal(met(&syn), BARRIER_LOOPBACK);
}

static void the_nearest_of_several(void **state)
{
	struct syn_arrival syn = syn_to("10.9.0.1");
	const struct socket_row *best;
	enum barrier barrier;

	(void)state;
	nobody_listens();
	assert_null(barrier_choose(&listeners, &syn, &barrier));
	listen_on("0.0.0.0", PORT + 1);
	assert_null(barrier_choose(&listeners, &syn, &barrier));
	listen_on("::1", PORT);
	listen_on("127.0.0.1", PORT);
	best = barrier_choose(&listeners, &syn, &barrier);
	assert_int_equal(best->family, AF_INET);
	listen_on("0.0.0.0", PORT)->bound_ifindex = OTHER;
	best = barrier_choose(&listeners, &syn, &barrier);
	assert_int_equal(barrier, BARRIER_DEVICE);
	assert_int_equal(best->bound_ifindex, OTHER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses),         cmocka_unit_test(v6only),
		cmocka_unit_test(devices),           cmocka_unit_test(vrfs),
		cmocka_unit_test(without_sock_diag), cmocka_unit_test(the_nearest_of_several),
	};

	return cmocka_run_group_tests_name("barrier", tests, NULL, NULL);
}
