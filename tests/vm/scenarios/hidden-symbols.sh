# SPDX-License-Identifier: GPL-2.0-only
# The kernel hides the addresses of its symbols from root, too (kptr_restrict=2): an address
# flaps under two connections, then somebody empties the table under two others. Who runs is
# known all the same. Beside them: ports where nobody listens (3).

RUNS=test-kernels

setup() {
	network_make
	node_address_add
	masquerade nft
	flows_start a 2 7001
	save kptr_restrict "$(sysctl -n kernel.kptr_restrict)"
	sysctl -q -w kernel.kptr_restrict=2
}

act() {
	ip addr del $NODE/24 dev up0
	ip addr add $NODE/24 dev up0
	wait_for "[[ \$(entries_to $NODE) == 0 ]]" 15 "the flush"
	tell a_server say hello
	wait_for_rsts 2 15
	flows_start b 2 7002
	conntrack -F 2>/dev/null
	tell b_server say hello
	wait_for_rsts 4 15
	try_ports 3 8001
	wait_for_rsts 7 15
}

teardown() { sysctl -q -w kernel.kptr_restrict=$kptr_restrict; }
