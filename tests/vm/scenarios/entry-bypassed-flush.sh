# SPDX-License-Identifier: GPL-2.0-only
# `nft flush ruleset`: the entries stay, and nothing uses them any more. What comes
# for the container is the node's to answer.

setup() {
	network_make
	node_address_add
	masquerade nft
	flows_start a 3 7001
	try_ports 2 8001
}

act() {
	nft flush ruleset
	count_flows $NODE flows_before
	tell a_server say hello
	wait_for_rsts 3 15
	try_ports 2 8003
	wait_for_rsts 5 15
	count_flows $NODE flows_after
}
