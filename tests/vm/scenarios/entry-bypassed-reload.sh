# SPDX-License-Identifier: GPL-2.0-only
# The ruleset is loaded anew without its NAT table, in one transaction. A filter
# rule keeps conntrack at work all the while: it knows the flows, and does not
# translate them.

setup() {
	network_make
	node_address_add
	masquerade nft
	nft add table ip filter
	nft 'add chain ip filter input { type filter hook input priority 0; }'
	nft add rule ip filter input ct state established counter
	flows_start a 3 7001
}

act() {
	nft -f - <<-'RULES'
		flush ruleset
		table ip filter {
			chain input {
				type filter hook input priority 0;
				ct state established counter
			}
		}
	RULES
	count_flows $NODE flows_before
	tell a_server say hello
	wait_for_rsts 3 15
	try_ports 2 8003
	wait_for_rsts 5 15
	count_flows $NODE flows_after
}
