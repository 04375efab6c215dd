# SPDX-License-Identifier: GPL-2.0-only
# accept-queue over IPv6, and the listeners are of any address.

. /guest/backlog.sh
RUNS=test-kernels

setup() {
	backlog_setup
	network_make6
	masquerade6
	node_server_stopped slow 7100 ::
	node_server_stopped slow2 7101 ::
}

act() { accept_queue $NODE6; }

teardown() { backlog_teardown; }
