# SPDX-License-Identifier: GPL-2.0-only
# Somebody empties the table by hand.

setup() {
	network_make
	node_address_add
	masquerade nft
	redis_start redis srv $SERVER 6379 60
	idle_flows_start 2
	subscriber_start
}

act() {
	subscriber_refresh
	# -F empties the whole table, IPv6 included, which -L does not show.
	count_flows $NODE flows_before
	fact flows_before "$(conntrack -C)"
	conntrack -F 2>/dev/null
	publish
	wait_for_rsts 1 15
	wait_for server_socket_gone 15 "redis to drop the connection"
	fact_sockets_after
	count_flows $NODE flows_after
}
