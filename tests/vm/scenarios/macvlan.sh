# SPDX-License-Identifier: GPL-2.0-only
# A container with two ways out: by the bridge it is masqueraded, by a macvlan of the uplink
# it has an address of its own and the node's conntrack sees nothing. The masquerade's
# address flaps: the node resets two flows. Three others, by the macvlan, have died before
# in silence: their resets are the container's own and nobody's doing here.

. /guest/service.sh
RUNS=test-kernels

setup() {
	modprobe macvlan
	network_make
	node_address_add
	network_b_make
	ip addr add $NODE_B/24 dev up0
	masquerade nft
	ip link add mac0 link up0 netns c1 type macvlan mode bridge
	ip -n c1 addr add 10.9.0.7/24 dev mac0
	ip -n c1 link set mac0 up
	flows_start a 2 7001 $SERVER_B
	flows_start dead 3 7002
	flows_start alive 1 7003
	die_unheard dead_client c1 7002
	fact by_the_bridge "$(conntrack -L -p tcp -s $CLIENT 2>/dev/null | wc -l)"
}

act() {
	flap $NODE_B
	tell a_server say hello
	wait_for_rsts 2 15
	tell dead_server say hello
	wait_for_pod_rsts 3
	tell alive_client read
	tell alive_server say hello
	wait_for '[[ $(log_count alive_client got) == 1 ]]' 15 "the other to live"
}
