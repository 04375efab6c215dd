// SPDX-License-Identifier: GPL-2.0-only
/* The inspector's thread, with this process's own sockets: no privilege is needed. */
#include "cast/connection.h"
#include "cast/make.h"

#include <arpa/inet.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "node/netns.h"
#include "victims/inspector.h"

static struct inspection *wait_for_one(struct inspector *inspector)
{
	struct pollfd fd = { .fd = inspector_fd(inspector), .events = POLLIN };
	struct inspection *i;

	while (!(i = inspector_take(inspector)))
		assert_int_equal(poll(&fd, 1, 20000), 1);
	return i;
}

/* This test's own socket, without a hint where it is. */
static struct inspection *inspect_one(struct inspector *inspector)
{
	struct inspection *i = inspection_new(INSPECT_ONE, 1);

	assert_non_null(inspector);
	i->sockets.rows[0] = own_tcp_row();
	i->sockets.rows[0].netns = 0;
	i->id = 5;
	inspector_submit(inspector, i);
	return wait_for_one(inspector);
}

static void inspections(void **state)
{
	struct inspector *inspector = inspector_new(NULL);
	struct inspection *i = inspect_one(inspector);
	uint32_t inode;
	size_t found = 0;

	(void)state;
	assert_false(i->is_cut); /* it has all the time that it takes */
	assert_int_equal(i->id, 5);
	assert_int_equal(i->victims[0].socket_state, SOCKET_ESTABLISHED);
	assert_int_equal(i->victims[0].process.pid, getpid());
	assert_int_equal(i->victims[0].process.netns, netns_own());
	inode = i->sockets.rows[0].inode;
	inspection_free(i);

	inspector_submit(inspector, inspection_new(INSPECT_SWEEP, 0));
	i = wait_for_one(inspector);
	for (size_t k = 0; k < i->sockets.count; k++)
		found += i->sockets.rows[k].inode == inode;
	assert_int_equal(found, 1);
	assert_true(i->namespaces >= 1);
	inspection_free(i);

	/* Sought by tuple: the one that is there, of two. */
	i = inspection_new(INSPECT_SWEEP, 2);
	i->sockets.rows[0] = i->sockets.rows[1] = own_tcp_row();
	i->sockets.rows[0].tuple.dport ^= 1;
	inspector_submit(inspector, i);
	i = wait_for_one(inspector);
	assert_int_equal(i->sought, 2);
	assert_int_equal(i->sockets.count, 1);
	assert_int_equal(i->sockets.rows[0].inode, inode);
	assert_int_equal(i->sockets.rows[0].netns, netns_own());
	inspection_free(i);

	i = inspection_new(INSPECT_AGAIN, 3);
	i->sockets.rows[0] = i->sockets.rows[1] = i->sockets.rows[2] = own_tcp_row();
	i->sockets.rows[0].inode = inode;
	i->sockets.rows[1].inode = inode + 1; /* the port is another socket's now */
	i->sockets.rows[2].netns = 0;         /* nobody knows where */
	for (uint32_t k = 0; k < 3; k++)
		i->sockets.rows[k].tag = k;
	inspector_submit(inspector, i);
	i = wait_for_one(inspector);
	for (size_t k = 0; k < 3; k++) {
		static const uint8_t states[] = { SOCKET_ESTABLISHED, SOCKET_NONE, SOCKET_UNKNOWN };

		assert_int_equal(i->sockets.rows[k].state, states[i->sockets.rows[k].tag]);
	}
	assert_int_equal(i->unseen, 1);
	inspection_free(i);

	/* What is still in its queues when it ends is nobody's any more. */
	inspector_submit(inspector, inspection_new(INSPECT_SWEEP, 0));
	inspector_submit(inspector, inspection_new(INSPECT_ONE, 1));
	inspector_free(inspector);
}

/* The kernel's look-up by tuple finds no socket that is bound to a device. */
static void a_socket_bound_to_a_device(void **state)
{
	struct inspector *inspector = inspector_new(NULL);
	struct inspection *i = NULL;

	(void)state;
	if (setsockopt(own_tcp.client, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3))
		skip(); /* before 5.7 that is root's */
	for (int tries = 0; !i || (i->is_cut && tries < 50); tries++) {
		inspection_free(i);
		i = inspection_new(INSPECT_ONE, 1);
		i->sockets.rows[0] = own_tcp_row();
		i->is_own = true;
		inspector_submit(inspector, i);
		i = wait_for_one(inspector);
	}
	assert_int_equal(i->victims[0].socket_state, SOCKET_ESTABLISHED);
	assert_int_equal(i->victims[0].process.pid, getpid());
	assert_int_equal(i->victims[0].bound_ifindex, 1);
	assert_string_equal(i->victims[0].bound_ifname, "lo");
	inspection_free(i);
	inspector_free(inspector);
}

static struct inspection *inspect_listener(struct inspector *inspector, uint16_t port,
					   const char *to)
{
	struct inspection *i = inspection_new(INSPECT_LISTENER, 1);

	i->sockets.rows[0] = own_tcp_row();
	i->sockets.rows[0].tuple = make_tuple(to, port, "10.9.0.2", 40000);
	strcpy(i->ifname, "lo");
	inspector_submit(inspector, i);
	return wait_for_one(inspector);
}

/* This test listens on loopback, and nobody on its client's port. */
static void who_listens_out_of_reach(void **state)
{
	struct inspector *inspector = inspector_new(NULL);
	struct address loopback = make_ip("127.0.0.1");
	struct inspection *i;

	(void)state;
	i = inspect_listener(inspector, own_tcp.tuple.dport, "10.9.0.1");
	assert_false(i->is_cut);
	assert_int_equal(i->victims[0].socket_state, SOCKET_LISTEN);
	assert_int_equal(i->victims[0].process.pid, getpid());
	assert_int_equal(i->victims[0].process.netns, netns_own());
	assert_int_equal(i->victims[0].barrier, BARRIER_LOOPBACK);
	assert_int_equal(i->victims[0].listens_family, AF_INET);
	assert_true(address_equal(&i->victims[0].listens_on, &loopback));
	inspection_free(i);

	i = inspect_listener(inspector, own_tcp.tuple.sport, "10.9.0.1");
	assert_false(i->is_cut);
	assert_int_equal(i->victims[0].socket_state, SOCKET_NONE);
	assert_int_equal(i->sockets.rows[0].state, SOCKET_NONE);
	inspection_free(i);
	inspector_free(inspector);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(inspections, own_tcp_connect, own_tcp_close),
		cmocka_unit_test_setup_teardown(who_listens_out_of_reach, own_tcp_connect,
						own_tcp_close),
		cmocka_unit_test_setup_teardown(a_socket_bound_to_a_device, own_tcp_connect,
						own_tcp_close),
	};

	return cmocka_run_group_tests_name("inspector", tests, NULL, NULL);
}
