# SPDX-License-Identifier: GPL-2.0-only
# Somebody deletes the entry of one connection; its neighbours stay.

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
	# What is deleted is the subscriber's only.
	fact flows_before 1
	fact flows_before_tcp 1
	conntrack -D -p tcp --dport 6379 >/dev/null 2>&1
	publish
	wait_for_rsts 1 15
	wait_for server_socket_gone 15 "redis to drop the connection"
	fact_sockets_after
	count_flows $NODE flows_after
}
