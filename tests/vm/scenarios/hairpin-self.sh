# SPDX-License-Identifier: GPL-2.0-only
# A pod talks to itself: a sidecar reaches its own pod's server by the node's published port,
# translated at both ends. The entries are deleted, the server speaks first: the node, by
# whose address it knows its client, resets it (3), and victim is the pod's own client. Of
# the same pod's connections past the node nothing is said (2).

. /guest/service.sh
RUNS=test-kernels

setup() {
	network_make
	node_address_add
	bridge link set dev c1-host hairpin on
	service_rules $NODE $CLIENT 8080:80
	nft 'table ip nat {
		chain postrouting {
			type nat hook postrouting priority 100;
			ip saddr 10.88.0.0/24 oifname "br0" masquerade
		}
	}'
	listen web80 c1 $CLIENT 80
	clients a c1 3 $NODE 8080
	clients b c1 2 $CLIENT 80
	wait_for '[[ $(log_count web80 accepted) == 5 ]]' 10 "the connections"
}

act() {
	entries_delete $NODE
	wait_for_risks 3
	tell web80 say hello
	wait_for_rsts 3 15
	fact established "$(socket_count c1 established 'dport = :8080')"
	fact direct "$(socket_count c1 established "dport = :80 and dst $CLIENT")"
}
