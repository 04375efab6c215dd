# SPDX-License-Identifier: GPL-2.0-only
# A rule keeps conntrack from the server's packets (NOTRACK): the entries are alive,
# the hooks are there, and the host answers all the same. None of the verdicts.

setup() {
	network_make
	node_address_add
	masquerade nft
	flows_start a 2 7001
}

act() {
	nft 'table ip raw {
		chain early {
			type filter hook prerouting priority -300;
			iifname "up0" tcp sport 7001 notrack
		}
	}'
	count_flows $NODE flows_before
	tell a_server say hello
	wait_for_rsts 2 15
	count_flows $NODE flows_after
}
