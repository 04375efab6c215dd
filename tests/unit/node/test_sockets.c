// SPDX-License-Identifier: GPL-2.0-only
/* Sockets and their processes, with this process's own: no privilege is needed. */
#include "cast/connection.h"
#include "cast/make.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "node/address_owners.h"
#include "node/conntrack_table.h"
#include "node/namespaces.h"
#include "node/netns.h"
#include "node/socket_owners.h"
#include "node/sockets.h"
#include "victims/audit.h"

static void look_up(void **state)
{
	struct socket_row row = own_tcp_row(), listening = own_tcp_row();
	uint32_t inode;

	(void)state;
	assert_int_equal(sockets_look_up(&row), 0);
	assert_int_equal(row.state, SOCKET_ESTABLISHED);
	assert_true(row.inode != 0);
	inode = row.inode;
	/* The port of the listener alone is no answer. */
	listening.tuple = tuple_inverse(&own_tcp.tuple);
	listening.tuple.dport ^= 1;
	assert_int_equal(sockets_look_up(&listening), 0);
	assert_int_equal(listening.state, SOCKET_NONE);

	assert_int_equal(shutdown(own_tcp.client, SHUT_WR), 0);
	assert_int_equal(sockets_look_up(&row), 0);
	assert_true(row.state == SOCKET_FIN_WAIT1 || row.state == SOCKET_FIN_WAIT2);
	assert_int_equal(row.inode, inode);
	assert_true(socket_is_open(&row)); /* half closed: it still reads */
	close(own_tcp.client);             /* nobody does any more */
	assert_int_equal(sockets_look_up(&row), 0);
	assert_false(socket_is_open(&row));
	own_tcp.client = -1;
}

static void list(void **state)
{
	struct sockets sockets = { 0 };
	size_t found = 0;

	(void)state;
	assert_int_equal(sockets_list(&sockets, 5, SOCKETS_OPEN), 0);
	for (size_t i = 0; i < sockets.count; i++) {
		found += tuple_equal(&sockets.rows[i].tuple, &own_tcp.tuple);
		assert_int_equal(sockets.rows[i].netns, 5);
		assert_true(SOCKETS_OPEN >> sockets.rows[i].state & 1);
	}
	assert_int_equal(found, 1);
	sockets_release(&sockets);
}

static void proc_lines(void **state)
{
	static const char v4[] =
		"   2: 0100580A:9C40 0200090A:18EB 01 00000000:00000000 00:00000000 "
		"00000000  1000        0 31337 1 0000000000000000 20 4 30 10 -1\n";
	static const char mapped[] =
		"   2: 0000000000000000FFFF00000200580A:9C40 0000000000000000FFFF00000200090A:18EB 08 "
		"00000000:00000000 00:00000000 00000000  1000        0 31338 1 0 20 4 30 10 -1\n";
	struct tuple expected = make_tuple("10.88.0.1", 40000, "10.9.0.2", 6379);
	struct socket_row row;

	(void)state;
	assert_true(sockets_parse_line(v4, AF_INET, &row));
	assert_int_equal(row.state, SOCKET_ESTABLISHED);
	assert_int_equal(row.inode, 31337);
	assert_true(tuple_equal(&row.tuple, &expected));
	/* An IPv6 socket that speaks IPv4 is an IPv4 flow. */
	assert_true(sockets_parse_line(mapped, AF_INET6, &row));
	assert_int_equal(row.family, AF_INET);
	assert_int_equal(row.state, SOCKET_CLOSE_WAIT);
	expected.src = make_ip("10.88.0.2");
	assert_true(tuple_equal(&row.tuple, &expected));
	assert_false(sockets_parse_line("  sl  local_address rem_address   st", AF_INET, &row));
	assert_false(sockets_parse_line(v4, AF_INET6, &row));
	assert_false(sockets_parse_line("", AF_INET, &row));
}

static void open_or_not(void **state)
{
	static const struct {
		uint8_t state;
		uint32_t inode;
		bool is_open;
	} cases[] = {
		{ SOCKET_ESTABLISHED, 1, true }, { SOCKET_ESTABLISHED, 0, true },
		{ SOCKET_CLOSE_WAIT, 1, true },  { SOCKET_FIN_WAIT1, 1, true },
		{ SOCKET_FIN_WAIT1, 0, false },  { SOCKET_FIN_WAIT2, 0, false },
		{ SOCKET_TIME_WAIT, 1, false },  { SOCKET_LISTEN, 1, false },
		{ SOCKET_NONE, 1, false },       { SOCKET_UNKNOWN, 1, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct socket_row row = { .state = cases[i].state, .inode = cases[i].inode };

		assert_int_equal(socket_is_open(&row), cases[i].is_open);
		row.is_asking = true;
		assert_int_equal(socket_is_open(&row), cases[i].is_open);
	}
	/* Of the answer to a SYN only. */
	assert_false(socket_is_open(&(struct socket_row){ .state = SOCKET_SYN_SENT }));
	assert_true(socket_is_open(
		&(struct socket_row){ .state = SOCKET_SYN_SENT, .is_asking = true }));
}

static void its_process(void **state)
{
	struct socket_row row = own_tcp_row();
	struct socket_owner socket_owner, wrong;
	struct victim victim = { .socket_state = SOCKET_ESTABLISHED };

	(void)state;
	assert_int_equal(sockets_look_up(&row), 0);
	socket_owner = (struct socket_owner){ .inode = row.inode, .netns = row.netns };
	socket_owners_find(NULL, &socket_owner, 1, clock_mono_ns() + SECONDS(10));
	assert_int_equal(socket_owner.pid, getpid());
	socket_owner_describe(&socket_owner, &victim);
	assert_int_equal(victim.process.pid, getpid());
	assert_string_equal(victim.process.comm, "test_sockets");
	assert_non_null(strstr(victim.process.exe, "/test_sockets"));
	assert_non_null(strstr(victim.cmdline, "test_sockets"));
	assert_true(victim.process.start_boottime_ns > 0);

	/* A pid that is another process by now. */
	memset(&victim, 0, sizeof(victim));
	victim.socket_state = SOCKET_ESTABLISHED;
	victim.process.netns = 7;
	wrong = socket_owner;
	wrong.start_ticks++;
	socket_owner_describe(&wrong, &victim);
	assert_int_equal(victim.process.pid, 0);
	assert_string_equal(victim.process.comm, "");
	assert_string_equal(victim.process.exe, "");
	assert_string_equal(victim.cmdline, "");
	assert_int_equal(victim.process.netns, 7);
	assert_int_equal(victim.socket_state, SOCKET_ESTABLISHED);
	/* None such, and no time. */
	wrong = (struct socket_owner){ .inode = 1, .netns = row.netns };
	socket_owners_find(NULL, &wrong, 1, clock_mono_ns() + SECONDS(10));
	assert_int_equal(wrong.pid, 0);
	socket_owner.pid = 0;
	socket_owners_find(NULL, &socket_owner, 1, 0);
	assert_int_equal(socket_owner.pid, 0);
	socket_owners_find(NULL, NULL, 0, 0);
}

/* What was found before is looked at first, and never believed unseen. */
static void found_before(void **state)
{
	struct socket_owner_memory *memory = socket_owner_memory_new();
	struct socket_row row = own_tcp_row();
	struct socket_owner twice[2], again;
	int fd;

	(void)state;
	assert_non_null(memory);
	assert_int_equal(sockets_look_up(&row), 0);
	twice[0] = twice[1] = (struct socket_owner){ .inode = row.inode, .netns = row.netns };
	socket_owners_find(memory, twice, 2, clock_mono_ns() + SECONDS(10));
	assert_int_equal(twice[0].pid, getpid());
	assert_int_equal(twice[1].pid, getpid());
	assert_int_equal(twice[0].fd, own_tcp.client);
	/* No time to search any more than that: a second is ample for one link. */
	again = (struct socket_owner){ .inode = row.inode };
	socket_owners_find(memory, &again, 1, clock_mono_ns() + SECONDS(1));
	assert_int_equal(again.pid, getpid());
	/* It has another number now, and its old one is another file. */
	fd = dup(own_tcp.client);
	assert_int_equal(dup2(own_tcp.listener, own_tcp.client), own_tcp.client);
	again = (struct socket_owner){ .inode = row.inode, .netns = row.netns };
	socket_owners_find(memory, &again, 1, clock_mono_ns() + SECONDS(10));
	assert_int_equal(again.pid, getpid());
	assert_int_equal(again.fd, fd);
	/* And now nobody has it. */
	close(fd);
	again = (struct socket_owner){ .inode = row.inode, .netns = row.netns };
	socket_owners_find(memory, &again, 1, clock_mono_ns() + SECONDS(10));
	assert_int_equal(again.pid, 0);
	socket_owner_memory_free(memory);
}

static void by_address(void **state)
{
	static const struct {
		const char *ip;
		uint32_t inum;
	} all[] = { { "10.88.0.3", 3 }, { "10.88.0.2", 2 }, { "fd00::2", 2 }, { "10.88.0.3", 1 } };
	struct address_owners address_owners = { 0 };
	struct address address = make_ip("10.88.0.3");
	const struct home *found;
	size_t count;

	(void)state;
	address_owners_find(&address_owners, AF_INET, &address, &count);
	assert_int_equal(count, 0);
	for (size_t i = 0; i < 4; i++) {
		address = make_ip(all[i].ip);
		assert_int_equal(address_owners_add(&address_owners,
						    strchr(all[i].ip, ':') ? AF_INET6 : AF_INET,
						    &address, all[i].inum),
				 0);
	}
	address_owners_sort(&address_owners);
	address = make_ip("10.88.0.3");
	found = address_owners_find(&address_owners, AF_INET, &address, &count);
	assert_int_equal(count, 2);
	assert_int_equal(found[0].inum, 1);
	assert_int_equal(found[1].inum, 3);
	address_owners_find(&address_owners, AF_INET6, &address, &count);
	assert_int_equal(count, 0);
	address_owners_release(&address_owners);
}

static void own_namespace(void **state)
{
	struct namespaces ns = { 0 };
	const struct namespace *own;

	(void)state;
	assert_int_equal(namespaces_scan(&ns), 0);
	own = namespaces_find(&ns, netns_own());
	assert_non_null(own);
	assert_null(namespaces_find(&ns, 1));
	assert_int_equal(namespaces_scan(&ns), 0); /* anew, not twice */
	for (size_t i = 1; i < ns.count; i++)
		assert_true(ns.items[i - 1].inum < ns.items[i].inum);
	namespaces_release(&ns);
}

/* What was accepted is the other end's: its port is listened on. */
static void clients(void **state)
{
	struct socket_row rows[] = {
		{ .state = SOCKET_ESTABLISHED, .inode = 1, .tuple.sport = 40000 },
		{ .state = SOCKET_ESTABLISHED, .inode = 2, .tuple.sport = 80 },
		{ .state = SOCKET_LISTEN, .inode = 3, .tuple.sport = 80 },
		{ .state = SOCKET_FIN_WAIT1, .inode = 0, .tuple.sport = 40001 },
		{ .state = SOCKET_CLOSE_WAIT, .inode = 5, .tuple.sport = 40002 },
	};

	(void)state;
	assert_int_equal(audit_keep_clients(rows, 5), 2);
	assert_int_equal(rows[0].inode, 1);
	assert_int_equal(rows[1].inode, 5);
	assert_int_equal(audit_keep_clients(rows, 0), 0);
}

static void conntrack_lines(void **state)
{
	static const char line[] =
		"ipv4     2 tcp      6 431999 ESTABLISHED src=10.88.0.2 dst=10.9.0.2 sport=40000 "
		"dport=6379 src=10.9.0.2 dst=10.9.0.1 sport=6379 dport=40000 [ASSURED] mark=0 "
		"zone=0 use=2\n";
	struct flow flow, expected = masqueraded(40000);

	(void)state;
	assert_true(conntrack_parse_line(line, &flow));
	assert_flow_equal(&flow, &expected);
	assert_false(conntrack_parse_line("ipv4     2 udp      17 29 src=1.2.3.4\n", &flow));
	assert_false(
		conntrack_parse_line("ipv4     2 tcp      6 9 ESTABLISHED src=1.2.3.4\n", &flow));
	assert_false(conntrack_parse_line("", &flow));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(look_up, own_tcp_connect, own_tcp_close),
		cmocka_unit_test_setup_teardown(list, own_tcp_connect, own_tcp_close),
		cmocka_unit_test(proc_lines),
		cmocka_unit_test(open_or_not),
		cmocka_unit_test_setup_teardown(its_process, own_tcp_connect, own_tcp_close),
		cmocka_unit_test_setup_teardown(found_before, own_tcp_connect, own_tcp_close),
		cmocka_unit_test(by_address),
		cmocka_unit_test(own_namespace),
		cmocka_unit_test(clients),
		cmocka_unit_test(conntrack_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
