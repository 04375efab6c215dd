# SPDX-License-Identifier: GPL-2.0-only
# A static address is taken away and given back by hand.

setup() {
	network_make
	node_address_add
	masquerade nft
	redis_start redis srv $SERVER 6379 60
	subscriber_start
	idle_flows_start 4
	wait_for 'resting c1 "dport = :6379"' 10 "the connection to rest"
}

act() {
	subscriber_refresh
	count_flows $NODE flows_before
	ip addr del $NODE/24 dev up0
	ip addr add $NODE/24 dev up0
	wait_for "[[ \$(entries_to $NODE) == 0 ]]" 15 "the flush"
	publish
	wait_for_rsts 1 15
	wait_for server_socket_gone 15 "redis to drop the connection"
	fact_sockets_after
	count_flows $NODE flows_after
}
