# SPDX-License-Identifier: GPL-2.0-only
# The address's lifetime runs out: the kernel itself removes it, in a kworker,
# and nobody may be named for that.

setup() {
	network_make
	node_address_add
	masquerade nft
	redis_start redis srv $SERVER 6379 60
	subscriber_start
}

act() {
	subscriber_refresh
	count_flows $NODE flows_before
	ip addr change $NODE/24 dev up0 valid_lft 2 preferred_lft 2
	wait_for '! node_has_address' 10 "the lifetime to run out"
	wait_for "[[ \$(entries_to $NODE) == 0 ]]" 15 "the flush"
	node_address_add
	publish
	wait_for_rsts 1 15
	wait_for server_socket_gone 15 "redis to drop the connection"
	fact_sockets_after
}
