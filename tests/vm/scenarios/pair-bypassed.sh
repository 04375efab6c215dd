# SPDX-License-Identifier: GPL-2.0-only
# entry-removed / entry-bypassed: an address flaps and its flows are reset (3); then
# the ruleset is flushed, and the flows whose entries are alive are reset too (2).

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
	tell a_server say hello
	wait_for_rsts 3 15
	nft flush ruleset
	tell b_server say hello
	wait_for_rsts 5 15
	count_flows $NODE_FIXED flows_after
}
