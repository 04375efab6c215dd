# SPDX-License-Identifier: GPL-2.0-only
# `iptables -t nat -F`, where masquerade was the only user of conntrack: with its
# last rule conntrack's hooks go, and the entries that are alive are of no use.

RUNS=test-kernels

setup() {
	network_make
	node_address_add
	save variant "$(iptables_variant)"
	fact comm_variant "\"$variant\""
	masquerade $variant
	flows_start a 5 7001
}

act() {
	$variant -t nat -F
	tell a_server say hello
	wait_for_rsts 5 15
	count_flows $NODE flows_after
}
