# SPDX-License-Identifier: GPL-2.0-only
# A listener is closed over connections that wait for accept(), which the kernel aborts (3),
# and over handshakes, whose last ACKs were lost: the clients' first words find nobody (2).
# At a rolling restart with SO_REUSEPORT the next listener gets what was not for it (1).

. /guest/backlog.sh

setup() {
	backlog_setup
	node_server_stopped server 7100 $NODE
	node_server_stopped server2 7101 $NODE
	TCPEND_SHARE=1 node_server_stopped first 7102 $NODE
}

act() {
	node_clients waiting 3 7100
	end KILL server
	wait_for_rsts 3 15
	handshakes late 2 7101 $NODE
	end KILL server2
	handshakes_go 7101
	tell late1 say hello
	tell late2 say hello
	wait_for_rsts 5 15
	handshakes rolling 1 7102 $NODE
	TCPEND_SHARE=1 spawn second tcpend listen $NODE 7102
	wait_for '[[ $(ss -tlnH "sport = :7102" | wc -l) == 2 ]]' 10 "the second to listen"
	end KILL first
	handshakes_go 7102
	tell rolling1 say hello
	wait_for_rsts 6 15
}

teardown() { backlog_teardown; }
