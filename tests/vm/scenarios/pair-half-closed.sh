# SPDX-License-Identifier: GPL-2.0-only
# timeout / address-removed: the clients of some flows have closed their half, and
# conntrack gives up on those after a short while (3); then an address flaps, which
# takes the others (2). All are reset after both.

RUNS=test-kernels

setup() {
	network_make
	node_address_add
	masquerade nft
	sysctl -q -w net.netfilter.nf_conntrack_tcp_timeout_close_wait=2
	flows_start a 2 7001
	flows_start b 3 7002
}

act() {
	tell b_client shut
	wait_for "[[ \$(entries_to $NODE tcp) == 2 ]]" 10 "three half-closed flows to be given up"
	flap
	tell a_server say hello
	tell b_server say hello
	wait_for_rsts 5 15
}

teardown() { sysctl -q -w net.netfilter.nf_conntrack_tcp_timeout_close_wait=60; }
