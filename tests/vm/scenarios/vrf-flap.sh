# SPDX-License-Identifier: GPL-2.0-only
# The node's uplink and its bridge are in a VRF, in which the containers are masqueraded. An
# address flaps: three flows are reset. Beside them: two ports without a listener, and two
# flows of another address of the uplink, which live.

RUNS=test-kernels

setup() {
	modprobe vrf
	network_make
	node_address_add
	network_b_make
	ip addr add $NODE_B/24 dev up0
	ip link add mgmt type vrf table 10
	ip link set mgmt up
	ip link set up0 master mgmt
	ip link set br0 master mgmt
	masquerade nft
	flows_start a 3 7001
	flows_start b 2 7002 $SERVER_B
}

act() {
	flap
	tell b_client read
	tell b_server say hello
	wait_for '[[ $(log_count b_client got) == 2 ]]' 15 "the others to live"
	tell a_server say hello
	wait_for_rsts 3 15
	try_ports 2 8001
	wait_for_rsts 5 15
	fact established "$(socket_count c1 established 'dport = :7001 or dport = :7002')"
}
