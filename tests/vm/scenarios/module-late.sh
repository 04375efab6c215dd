# SPDX-License-Identifier: GPL-2.0-only
# The first masquerade rule of the day comes while rstblame watches: neither conntrack
# nor NAT is loaded before.

. /guest/modules.sh

setup() {
	network_make
	node_address_add
	redis_start redis srv $SERVER 6379 60
	modules_unload
}

flap_and_reset() {
	subscriber_start
	wait_for 'resting c1 "dport = :6379"' 10 "the connection to rest"
	count_flows $NODE flows_before
	ip addr del $NODE/24 dev up0
	ip addr add $NODE/24 dev up0
	wait_for "[[ \$(entries_to $NODE) == 0 ]]" 15 "the flush"
	publish
	wait_for_rsts 1 15
	wait_for server_socket_gone 15 "redis to drop the connection"
	fact_sockets_after
}

act() {
	masquerade_and_wait 1
	flap_and_reset
}
