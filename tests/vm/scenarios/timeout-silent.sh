# SPDX-License-Identifier: GPL-2.0-only
# A connection is silent for longer than conntrack remembers it: nobody did
# anything, and the server's next word is answered by a reset all the same.

setup() {
	network_make
	node_address_add
	masquerade nft
	redis_start redis srv $SERVER 6379 0
	subscriber_start
}

act() {
	# Only now: a slow guest may take longer than that to start rstblame. The time-out
	# is that of the next packet.
	sysctl -q -w net.netfilter.nf_conntrack_tcp_timeout_established=3
	publish
	wait_for 'grep -q hello $STATE/subscriber.log' 15 "the subscriber to be told"
	fact flows_before 1
	fact flows_before_tcp 1
	wait_for "[[ \$(entries_to $NODE tcp) == 0 ]]" 10 "the entry to expire"
	publish
	wait_for_rsts 1 15
	wait_for server_socket_gone 15 "redis to drop the connection"
	fact_sockets_after
}

teardown() { sysctl -q -w net.netfilter.nf_conntrack_tcp_timeout_established=432000; }
