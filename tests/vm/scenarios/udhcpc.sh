# SPDX-License-Identifier: GPL-2.0-only
# udhcpc gives its lease up and takes it again. Its script flushes the interface, which
# takes another network's address along, and a secondary one that nobody uses: each flow
# is blamed on its own address. Beside it, ports that nobody listens on are scanned, by
# SYN (2) and by ACK (3).

setup() {
	network_make
	network_b_make
	dhcp_server_start
	udhcpc_start
	ip addr add 10.9.0.3/24 dev up0
	ip addr add $NODE_B/24 dev up0
	masquerade nft
	flows_start a 3 7001
	flows_start b 2 7002 $SERVER_B
}

act() {
	kill -USR2 $udhcpc_pid
	wait_for "[[ \$(entries_to $NODE tcp) == 0 && \$(entries_to $NODE_B) == 0 ]]" 15 "the flush"
	kill -USR1 $udhcpc_pid
	wait_for node_has_address 20 "udhcpc to have its lease again"
	ip addr add $NODE_B/24 dev up0
	try_ports 2 8001
	rawtcp_srv send $SERVER 41901 $NODE 8011 A,1000,2000
	rawtcp_srv send $SERVER 41902 $NODE 8012 A,1000,2000
	rawtcp_srv send $SERVER 41903 $NODE 8013 A,1000,2000
	tell a_server say hello
	tell b_server say hello
	wait_for_rsts 10 15
}
