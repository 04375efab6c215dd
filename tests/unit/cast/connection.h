/* SPDX-License-Identifier: GPL-2.0-only */
/* A TCP connection of this process with itself, over loopback: no privilege is needed. */
#ifndef RSTBLAME_TEST_CONNECTION_H
#define RSTBLAME_TEST_CONNECTION_H

#include "model/flow.h"
#include "node/sockets.h"

/* The connection's sockets while a test runs, and the client's tuple. */
extern struct own_tcp {
	int listener, client, server;
	struct tuple tuple;
} own_tcp;

/* cmocka's set-up and tear-down. */
int own_tcp_connect(void **state);
int own_tcp_close(void **state);

/* The client's row as a look for sockets starts with it: tuple and namespace only. */
struct socket_row own_tcp_row(void);

#endif
