// SPDX-License-Identifier: GPL-2.0-only
/* Opening sockets in other namespaces. Unprivileged, so that none can be entered: what is
 * seen is who goes there, who waits, and for how long. */
#include "cast/make.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netlink.h>
#include <unistd.h>

#include "node/netns.h"
#include "node/netns_opener.h"

static struct mnl_socket *nl;

/* No namespace has that number. */
static void there_is_none(void **state)
{
	struct netns_opener *opener = netns_opener_new();

	(void)state;
	assert_non_null(opener);
	assert_int_equal(netns_opener_open(opener, 1, NETLINK_ROUTE, SECONDS(20), &nl), -ESRCH);
	assert_int_equal(netns_opener_open(opener, 1, NETLINK_ROUTE, SECONDS(20), &nl), -ESRCH);
	netns_opener_free(opener);
}

static void its_own(void **state)
{
	struct netns_opener *opener = netns_opener_new();
	uint32_t own = netns_own();
	int err = netns_opener_open(opener, own, NETLINK_ROUTE, SECONDS(20), &nl);

	(void)state;
	if (!err)
		mnl_socket_close(nl);
	else
		assert_int_equal(err, -EPERM);
	assert_int_equal(netns_own(), own);
	netns_opener_free(opener);
}

/* The other thread may be quicker than the one that does not wait. */
static void assert_not_waited_for(int got)
{
	assert_true(got == -ETIMEDOUT || got == -ESRCH);
}

/* What nobody waited for is done all the same, and then it is there for others. */
static void no_time(void **state)
{
	struct netns_opener *opener = netns_opener_new();
	int got = netns_opener_open(opener, 1, NETLINK_ROUTE, 0, &nl);

	(void)state;
	assert_not_waited_for(got);
	while ((got = netns_opener_open(opener, 1, NETLINK_ROUTE, SECONDS(20), &nl)) == -EBUSY)
		usleep(1000);
	assert_int_equal(got, -ESRCH);
	netns_opener_free(opener);
}

/* It may end before the thread has begun, or was needed. */
static void ends_at_once(void **state)
{
	struct netns_opener *opener = netns_opener_new();

	(void)state;
	netns_opener_free(opener);
	opener = netns_opener_new();
	assert_not_waited_for(netns_opener_open(opener, 1, NETLINK_ROUTE, 0, &nl));
	netns_opener_free(opener);
	netns_opener_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_is_none),
		cmocka_unit_test(its_own),
		cmocka_unit_test(no_time),
		cmocka_unit_test(ends_at_once),
	};

	return cmocka_run_group_tests_name("netns_opener", tests, NULL, NULL);
}
