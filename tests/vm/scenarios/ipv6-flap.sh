# SPDX-License-Identifier: GPL-2.0-only
# flap-ip in IPv6.

setup() {
	network_make
	network_make6
	masquerade6
	redis_start redis srv $SERVER6 6379 60
	subscriber_start $SERVER6
}

act() {
	subscriber_refresh $SERVER6
	count_flows $NODE6 flows_before
	ip addr del $NODE6/64 dev up0
	ip addr add $NODE6/64 dev up0 nodad
	wait_for "[[ \$(entries_to $NODE6) == 0 ]]" 15 "the flush"
	publish $SERVER6
	wait_for_rsts 1 15
	wait_for server_socket_gone 15 "redis to drop the connection"
	fact_sockets_after
	count_flows $NODE6 flows_after
}
