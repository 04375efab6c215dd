# SPDX-License-Identifier: GPL-2.0-only
# The flush happens before anybody watches, the reset after.

setup() {
	network_make
	node_address_add
	masquerade nft
	# No keepalive: the server is silent until act lets it speak.
	redis_start redis srv $SERVER 6379 0
	subscriber_start
	count_flows $NODE flows_before
	ip addr del $NODE/24 dev up0
	ip addr add $NODE/24 dev up0
	wait_for "[[ \$(entries_to $NODE) == 0 ]]" 15 "the flush"
}

act() {
	publish
	wait_for_rsts 1 15
	wait_for server_socket_gone 15 "redis to drop the connection"
	fact_sockets_after
}
