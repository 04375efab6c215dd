# SPDX-License-Identifier: GPL-2.0-only
# Somebody empties the table and then the ruleset: the entries would not have
# helped any more, and this is said.

RUNS=test-kernels

setup() {
	network_make
	node_address_add
	masquerade nft
	flows_start a 3 7001
}

act() {
	conntrack -F 2>/dev/null
	nft flush ruleset
	tell a_server say hello
	wait_for_rsts 3 15
}
