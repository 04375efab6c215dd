# SPDX-License-Identifier: GPL-2.0-only
# keepalived: the node masquerades to a service address. Another router with a higher
# priority comes, the node gives the address up, and has it again when the other goes: three
# flows are reset. Beside them: two flows of the node's own address, which live, and two
# ports that nobody listens on.

. /guest/managers.sh
NEEDS=extra
RUNS=test-kernels
WINDOW=90

setup() {
	network_make
	node_address_add
	network_b_make
	keepalived_start $NODE_B/24
	masquerade nft
	flows_start a 3 7001 $SERVER_B
	flows_start b 2 7002
}

act() {
	keepalived_spawn other $NODE_B/24 eth0 200 ip netns exec srv
	wait_for "! up0_has $NODE_B/24" 30 "the node to give the address up"
	end TERM other
	wait_for "up0_has $NODE_B/24" 30 "the node to have it again"
	tell b_client read
	tell b_server say hello
	wait_for '[[ $(log_count b_client got) == 2 ]]' 15 "the others to live"
	tell a_server say hello
	wait_for_rsts 3 15
	try_ports 2 8001
	wait_for_rsts 5 15
}
