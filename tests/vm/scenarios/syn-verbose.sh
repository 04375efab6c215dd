# SPDX-License-Identifier: GPL-2.0-only
# With -v each of three hundred SYNs to a closed port is told, not counted.

RUNS=test-kernels

RSTBLAME_ARGS=-v

setup() {
	network_make
	node_address_add
	masquerade nft
}

act() {
	ip netns exec srv scale syns $SERVER $NODE 8001 300 0 1
	wait_for_rsts 300 15
}
