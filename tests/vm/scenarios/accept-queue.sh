# SPDX-License-Identifier: GPL-2.0-only
# The accept queue of a server that does not accept() is full when the last ACK of a
# handshake comes: with tcp_abort_on_overflow the kernel resets at once (2). Without, it
# drops the ACK; the clients believe that they are connected, and their first data, after
# the request was given up, is reset (3). No connection was ever this host's.

. /guest/backlog.sh

setup() {
	backlog_setup
	node_server_stopped slow 7100 $NODE
	node_server_stopped slow2 7101 $NODE
}

act() { accept_queue $NODE; }

teardown() { backlog_teardown; }
