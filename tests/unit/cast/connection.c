// SPDX-License-Identifier: GPL-2.0-only
#include "cast/connection.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cast/make.h"
#include "node/netns.h"

struct own_tcp own_tcp;

static struct sockaddr_in own_name(int fd)
{
	struct sockaddr_in name;
	socklen_t len = sizeof(name);

	assert_int_equal(getsockname(fd, (struct sockaddr *)&name, &len), 0);
	return name;
}

int own_tcp_connect(void **state)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000001) };

	(void)state;
	own_tcp.listener = socket(AF_INET, SOCK_STREAM, 0);
	own_tcp.client = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(own_tcp.listener, (struct sockaddr *)&to, sizeof(to)), 0);
	assert_int_equal(listen(own_tcp.listener, 4), 0);
	to = own_name(own_tcp.listener);
	assert_int_equal(connect(own_tcp.client, (struct sockaddr *)&to, sizeof(to)), 0);
	own_tcp.server = accept(own_tcp.listener, NULL, NULL);
	assert_true(own_tcp.server >= 0);
	own_tcp.tuple = make_tuple("127.0.0.1", ntohs(own_name(own_tcp.client).sin_port),
				   "127.0.0.1", ntohs(to.sin_port));
	return 0;
}

int own_tcp_close(void **state)
{
	(void)state;
	close(own_tcp.client);
	close(own_tcp.server);
	close(own_tcp.listener);
	return 0;
}

struct socket_row own_tcp_row(void)
{
	return (struct socket_row){ .family = AF_INET,
				    .tuple = own_tcp.tuple,
				    .netns = netns_own() };
}
