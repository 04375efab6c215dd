# SPDX-License-Identifier: GPL-2.0-only
# address-removed / entry-invalid: an address flaps (3 flows); the flows to another
# server live, and get segments out of their window (2).

setup() {
	network_make
	node_address_add
	snat_fixed 7002
	masquerade nft
	flows_start a 3 7001
	flows_start b 2 7002
}

act() {
	local port
	flap
	tell a_server say hello
	wait_for_rsts 3 15
	for port in $(log_ports b_server); do
		stray $SERVER 7002 $NODE_FIXED $port A,500000000,-500000000
	done
	tell b_server say hello
	wait_for_rsts 5 15
	count_flows $NODE_FIXED flows_after
}
