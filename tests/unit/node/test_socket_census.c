// SPDX-License-Identifier: GPL-2.0-only
/* The walk's records, true and hostile ones, and what is made of them. */
#include "cast/connection.h"
#include "cast/make.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "node/netns.h"
#include "node/socket_census.h"

enum { JIFFIES_A_SECOND = 250 };

/* Of process 10, in descriptor 5, as the program writes it. */
static struct socket_record make_record(uint32_t netns, uint32_t inode)
{
	struct socket_record r = {
		.id = inode,
		.start_boottime_ns = 1000,
		.inode = inode,
		.netns = netns,
		.tgid = 10,
		.pid = 10,
		.fd = 5,
		.family = AF_INET,
		.state = SOCKET_ESTABLISHED,
		.sport = 40000,
		.dport = 6379,
		.src = { 10, 88, 0, 2 },
		.dst = { 10, 9, 0, 2 },
		.comm = "redis-cli",
	};

	return r;
}

/* A descriptor that gives these bytes, and no more. */
static int give(const void *bytes, size_t len)
{
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	assert_true(fcntl(ends[1], F_SETPIPE_SZ, 1 << 20) >= 0 || len < 65536);
	assert_int_equal(write(ends[1], bytes, len), (ssize_t)len);
	close(ends[1]);
	return ends[0];
}

struct given {
	const void *bytes;
	size_t len;
};

static int open_given(void *ctx)
{
	const struct given *g = ctx;

	return give(g->bytes, g->len);
}

static struct socket_census take(const struct socket_record *records, size_t count)
{
	struct given given = { records, count * sizeof(*records) };
	struct socket_walk walk = { .open = open_given, .ctx = &given };
	struct socket_census census;

	assert_int_equal(socket_census_take(&census, &walk, UINT64_MAX), 0);
	return census;
}

static int count_record(void *ctx, const struct socket_record *r)
{
	size_t *count = ctx;

	assert_int_equal(r->inode, 100 + *count);
	++*count;
	return 0;
}

static int read_bytes(const void *bytes, size_t len, size_t *count)
{
	int fd = give(bytes, len), err;

	*count = 0;
	err = socket_walk_read(fd, UINT64_MAX, count_record, count);
	close(fd);
	return err;
}

static void records_in_pieces(void **state)
{
	struct socket_record records[700];
	int ends[2], err;
	size_t count = 0;
	pid_t writer;

	(void)state;
	for (uint32_t i = 0; i < 700; i++)
		records[i] = make_record(1, 100 + i);
	assert_int_equal(read_bytes(records, sizeof(records), &count), 0);
	assert_int_equal(count, 700);
	assert_int_equal(read_bytes(records, 0, &count), 0);
	assert_int_equal(count, 0);

	/* As they come: a read may end within one. */
	assert_int_equal(pipe(ends), 0);
	writer = fork();
	assert_true(writer >= 0);
	if (!writer) {
		for (size_t at = 0; at < sizeof(records); at += 50)
			if (write(ends[1], (const char *)records + at,
				  sizeof(records) - at < 50 ? sizeof(records) - at : 50) < 0)
				_exit(1);
		_exit(0);
	}
	close(ends[1]);
	count = 0;
	err = socket_walk_read(ends[0], UINT64_MAX, count_record, &count);
	close(ends[0]);
	assert_int_equal(err, 0);
	assert_int_equal(count, 700);
}

/* Nothing behind what is none of ours is taken; what was before it is. */
static void hostile_records(void **state)
{
	struct socket_record good = make_record(1, 100), bad[3] = { good, good, good };
	size_t count;

	(void)state;
	bad[0].family = AF_UNIX;
	assert_int_equal(read_bytes(bad, sizeof(bad[0]), &count), -EBADMSG);
	bad[0] = good;
	bad[0].state = SOCKET_NONE;
	assert_int_equal(read_bytes(bad, sizeof(bad[0]), &count), -EBADMSG);
	bad[0].state = SOCKET_STATES;
	assert_int_equal(read_bytes(bad, sizeof(bad[0]), &count), -EBADMSG);
	assert_int_equal(count, 0);
	bad[0] = good;
	memset(bad[1].comm, 'x', sizeof(bad[1].comm));
	assert_int_equal(read_bytes(bad, sizeof(bad), &count), -EBADMSG);
	assert_int_equal(count, 1);
	/* It ends within one. */
	bad[1] = make_record(1, 101);
	assert_int_equal(read_bytes(bad, 2 * sizeof(good) + 1, &count), -EBADMSG);
	assert_int_equal(count, 2);
	assert_int_equal(read_bytes(bad, 2 * sizeof(good) - 1, &count), -EBADMSG);
	assert_int_equal(count, 1);
}

static int no_walk(void *ctx)
{
	(void)ctx;
	return -ENODEV;
}

static int broken_walk(void *ctx)
{
	(void)ctx;
	return open("/", O_RDONLY | O_CLOEXEC); /* no reading from that */
}

static void walks_that_cannot_be_had(void **state)
{
	struct socket_record cut[2] = { make_record(1, 1), make_record(1, 2) };
	struct given given = { cut, sizeof(cut) - 1 };
	struct socket_walk walk = { .open = no_walk };
	struct sockets sockets = { 0 };
	struct socket_census census;

	(void)state;
	assert_int_equal(socket_census_take(&census, NULL, UINT64_MAX), -ENODEV);
	assert_int_equal(socket_census_take(&census, &walk, UINT64_MAX), -ENODEV);
	walk.open = NULL;
	assert_int_equal(socket_census_take(&census, &walk, UINT64_MAX), -ENODEV);
	walk.open = broken_walk;
	assert_int_equal(socket_census_take(&census, &walk, UINT64_MAX), -EISDIR);
	walk = (struct socket_walk){ .open = open_given, .ctx = &given };
	assert_int_equal(socket_census_take(&census, &walk, UINT64_MAX), -EBADMSG);
	assert_null(census.sockets);

	/* Without time there is a part of it, which is never all of a namespace. */
	given.len = sizeof(cut);
	assert_int_equal(socket_census_take(&census, &walk, clock_mono_ns()), 0);
	assert_true(census.is_cut);
	assert_int_equal(socket_census_list(&census, netns_own(), SOCKETS_OPEN, &sockets),
			 -ENODATA);
	socket_census_release(&census);
}

static void by_namespace_and_inode(void **state)
{
	struct socket_record records[] = { make_record(7, 3), make_record(UINT32_MAX, 9),
					   make_record(7, 1), make_record(5, 2) };
	struct socket_census census;
	const struct held_socket *s;
	size_t count;

	(void)state;
	records[2].state = SOCKET_CLOSE;
	records[2].bound_ifindex = 4;
	census = take(records, 4);
	assert_int_equal(census.count, 4);
	s = socket_census_in(&census, 7, &count);
	assert_int_equal(count, 2);
	assert_int_equal(s[0].row.inode + s[1].row.inode, 4);
	socket_census_in(&census, 6, &count);
	assert_int_equal(count, 0);
	s = socket_census_in(&census, UINT32_MAX, &count);
	assert_int_equal(count, 1);
	assert_int_equal(s->row.inode, 9);
	s = socket_census_find(&census, 1);
	assert_int_equal(s->row.netns, 7);
	assert_int_equal(s->row.state, SOCKET_CLOSE);
	assert_int_equal(s->row.bound_ifindex, 4);
	assert_null(socket_census_find(&census, 4));
	assert_null(socket_census_find(&census, 0));
	assert_null(socket_census_find(&census, UINT32_MAX));
	socket_census_release(&census);
	census = take(records, 0);
	assert_null(socket_census_find(&census, 1));
	socket_census_in(&census, 7, &count);
	assert_int_equal(count, 0);
	socket_census_release(&census);
}

/* It was handed on: who had it first is named, whatever the order is. */
static void the_process_that_began_first(void **state)
{
	struct socket_record records[] = { make_record(7, 3), make_record(7, 3), make_record(7, 3),
					   make_record(7, 4) };
	struct socket_census census;
	const struct held_socket *s;

	(void)state;
	records[0].tgid = records[0].pid = 30;
	records[0].start_boottime_ns = 3000;
	records[1].tgid = records[1].pid = 20;
	records[1].start_boottime_ns = 2000;
	records[1].fd = 8;
	records[2].tgid = 20;
	records[2].pid = 21; /* a thread with files of its own */
	records[2].start_boottime_ns = 2000;
	census = take(records, 4);
	assert_int_equal(census.count, 2);
	s = socket_census_find(&census, 3);
	assert_int_equal(s->pid, 20);
	assert_int_equal(s->tid, 20);
	assert_int_equal(s->fd, 8);
	assert_string_equal(s->comm, "redis-cli");
	socket_census_release(&census);
}

/* The setting of this namespace, which /proc has in seconds, says what a jiffy is. */
static void times(void **state)
{
	struct socket_record r = make_record(7, 3);
	unsigned int seconds = 0;
	struct socket_census census;
	FILE *file = fopen("/proc/sys/net/ipv4/tcp_keepalive_time", "re");

	(void)state;
	if (!file || fscanf(file, "%u", &seconds) != 1 || !seconds)
		skip();
	fclose(file);
	r.walker_keepalive_time = seconds * JIFFIES_A_SECOND;
	r.flags = SOCKET_RECORD_KEEPALIVE;
	r.keepalive_time = 3 * JIFFIES_A_SECOND;
	r.keepalive_interval = 1;
	r.keepalive_probes = 9;
	r.user_timeout_ms = 77;
	census = take(&r, 1);
	assert_int_equal(census.hz, JIFFIES_A_SECOND);
	assert_true(census.sockets[0].is_kept_alive);
	assert_int_equal(census.sockets[0].keepalive_time_ms, 3000);
	assert_int_equal(census.sockets[0].keepalive_interval_ms, 4);
	assert_int_equal(census.sockets[0].keepalive_probes, 9);
	assert_int_equal(census.sockets[0].user_timeout_ms, 77);
	socket_census_release(&census);
	r.walker_keepalive_time = 0; /* nobody can tell */
	census = take(&r, 1);
	assert_int_equal(census.hz, 0);
	assert_int_equal(census.sockets[0].keepalive_time_ms, 0);
	socket_census_release(&census);
}

static void families(void **state)
{
	struct socket_record r[] = { make_record(7, 3), make_record(7, 4) };
	struct tuple expected = make_tuple("10.88.0.2", 40000, "10.9.0.2", 6379);
	struct socket_census census;
	const struct held_socket *s;

	(void)state;
	r[0].family = AF_INET6;
	memcpy(r[0].src, "\0\0\0\0\0\0\0\0\0\0\xff\xff\x0a\x58\0\x02", 16);
	memcpy(r[0].dst, "\0\0\0\0\0\0\0\0\0\0\xff\xff\x0a\x09\0\x02", 16);
	r[1].flags = SOCKET_RECORD_MPTCP | SOCKET_RECORD_V6ONLY;
	census = take(r, 2);
	s = socket_census_find(&census, 3);
	assert_int_equal(s->row.family, AF_INET); /* so conntrack has it */
	assert_true(tuple_equal(&s->row.tuple, &expected));
	s = socket_census_find(&census, 4);
	assert_true(s->is_mptcp);
	assert_int_equal(s->row.tuple.sport, 0);
	assert_false(s->row.is_v6only); /* of listeners only, as sock_diag has it */
	socket_census_release(&census);
}

/* This process's namespace has sockets that the walk did not see: the kernel counts them. */
static void what_the_walk_missed(void **state)
{
	struct socket_record r = make_record(netns_own(), 1);
	struct socket_census census = take(&r, 1);
	struct sockets sockets = { 0 };

	(void)state;
	assert_int_equal(socket_census_list(&census, netns_own(), SOCKETS_OPEN, &sockets),
			 -ENODATA);
	assert_int_equal(sockets.count, 0);
	socket_census_release(&census);
}

static void counts(void **state)
{
	uint64_t count = 0;

	(void)state;
	assert_true(
		socket_census_parse_count("TCP: inuse 17 orphan 1 tw 2 alloc 20 mem 3\n", &count));
	assert_int_equal(count, 17);
	assert_true(socket_census_parse_count("TCP6: inuse 4\n", &count));
	assert_int_equal(count, 4);
	assert_false(socket_census_parse_count("UDP: inuse 3 mem 1\n", &count));
	assert_false(socket_census_parse_count("sockets: used 290\n", &count));
	assert_false(socket_census_parse_count("TCP: inuse\n", &count));
	assert_false(socket_census_parse_count("", &count));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_in_pieces),
		cmocka_unit_test(hostile_records),
		cmocka_unit_test(walks_that_cannot_be_had),
		cmocka_unit_test(by_namespace_and_inode),
		cmocka_unit_test(the_process_that_began_first),
		cmocka_unit_test(times),
		cmocka_unit_test(families),
		cmocka_unit_test_setup_teardown(what_the_walk_missed, own_tcp_connect,
						own_tcp_close),
		cmocka_unit_test(counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
