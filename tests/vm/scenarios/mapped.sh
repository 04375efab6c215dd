# SPDX-License-Identifier: GPL-2.0-only
# IPv6 sockets that carry IPv4 (::ffff:a.b.c.d), as dual-stack programs have: all that is
# told of them is IPv4, and their owners are found.

setup() {
	network_make
	node_address_add
	masquerade nft
	flows_start flow 3 7001 ::ffff:$SERVER
	node_server dual 7002 ::ffff:$NODE
	node_clients abort 2 7002
}

act() {
	count_flows $NODE flows_before
	tell dual linger
	tell dual close
	wait_for_rsts 2 15
	flap
	tell flow_server say hello
	wait_for_rsts 5 15
}
