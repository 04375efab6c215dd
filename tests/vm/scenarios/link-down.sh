# SPDX-License-Identifier: GPL-2.0-only
# The uplink is set down and up again. Its IPv4 address stays all the while, and
# masquerade flushes what went out through the interface.

setup() {
	network_make
	node_address_add
	masquerade nft
	redis_start redis srv $SERVER 6379 60
	subscriber_start
	idle_flows_start 2
	wait_for 'resting c1 "dport = :6379"' 10 "the connection to rest"
}

act() {
	subscriber_refresh
	count_flows $NODE flows_before
	ip link set up0 down
	wait_for "[[ \$(entries_to $NODE) == 0 ]]" 15 "the flush"
	ip link set up0 up
	wait_for '[[ $(ip -n srv -o link show dev eth0) == *LOWER_UP* ]]' 5 "the link"
	publish
	wait_for_rsts 1 15
	wait_for server_socket_gone 15 "redis to drop the connection"
	fact_sockets_after
}
