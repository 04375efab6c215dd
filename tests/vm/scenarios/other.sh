# SPDX-License-Identifier: GPL-2.0-only
# None of the known causes: traffic control's `action ct force` removes the entries of
# what comes back to the container (3), and drops the packet. Nobody is named; the stack
# is shown. Innocent: a flow that it does not match (2), and a closed port (2).

setup() {
	network_make
	node_address_add
	masquerade nft
	flows_start a 3 7001
	flows_start b 2 7002
	tc qdisc add dev c1-host clsact
}

act() {
	tc filter add dev c1-host egress protocol ip flower ip_proto tcp src_port 7001 \
		action ct force pipe action drop
	tell a_server say hello
	wait_for "[[ \$(flows_to 7001) == 0 ]]" 10 "the three to be gone"
	tc filter del dev c1-host egress
	tell a_server say hello
	wait_for_rsts 3 10
	tell b_server say hello
	wait_for "[[ \$(ip netns exec c1 ss -tnH 'dport = :7002' | awk '\$2 > 0' | wc -l) == 2 ]]" 5 "the others to hear"
	try_ports 2 8001
	wait_for_rsts 5 5
}

# Its module holds nf_nat.
teardown() {
	tc qdisc del dev c1-host clsact
	modprobe -r act_ct
}

flows_to() { conntrack -L -p tcp --dport "$1" 2>/dev/null | wc -l; }
