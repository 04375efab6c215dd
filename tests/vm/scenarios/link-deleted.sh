# SPDX-License-Identifier: GPL-2.0-only
# The uplink is deleted and made again, as by a cloud's agent that detaches it: the link
# goes down first, which is what flushes, and its addresses die with it.

setup() {
	network_make
	node_address_add
	masquerade nft
	flows_start a 3 7001
}

uplink_make() {
	ip link add up0 address 02:00:0a:09:00:01 type veth peer name eth0 netns srv
	ip -n srv addr add $SERVER/24 dev eth0
	ip -n srv link set eth0 up
	ip link set up0 up
	ip -n srv neigh add $NODE lladdr 02:00:0a:09:00:01 dev eth0 nud permanent
	node_address_add
}

act() {
	count_flows $NODE flows_before
	ip link del up0
	wait_for "[[ \$(entries_to $NODE) == 0 ]]" 15 "the flush"
	uplink_make
	tell a_server say hello
	wait_for_rsts 3 15
	try_ports 2 8001
	wait_for_rsts 5 15
}
