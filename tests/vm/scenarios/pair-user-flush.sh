# SPDX-License-Identifier: GPL-2.0-only
# address-removed / user-flush: an address flaps, which flushes what was masqueraded
# to it (3); then somebody empties the table, and what is left goes (2).

RUNS=test-kernels

setup() {
	network_make
	node_address_add
	snat_fixed 7002
	masquerade nft
	flows_start a 3 7001
	flows_start b 2 7002
}

act() {
	flap
	conntrack -F 2>/dev/null
	tell b_server say hello
	tell a_server say hello
	wait_for_rsts 5 15
	try_ports 2 8001
	wait_for_rsts 7 15
}
