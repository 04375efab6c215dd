# SPDX-License-Identifier: GPL-2.0-only
# Innocent: an address flaps that no flow is masqueraded to.

setup() {
	network_make
	node_address_add
	ip link add other0 type dummy
	ip link set other0 up
	ip addr add 192.0.2.1/24 dev other0
	masquerade nft
	redis_start redis srv $SERVER 6379 60
	subscriber_start
}

act() {
	count_flows $NODE flows_before
	ip addr del 192.0.2.1/24 dev other0
	ip addr add 192.0.2.1/24 dev other0
	publish
	wait_for 'grep -q hello $STATE/subscriber.log' 5 "the message to arrive"
	fact_sockets_after
	count_flows $NODE flows_after
}
