# SPDX-License-Identifier: GPL-2.0-only
# A pod reaches another pod of the same bridge by the node's published port, translated at
# both ends (hairpin). The table is emptied, the server speaks first: the node, by whose
# address it knows its client, resets it (3). Two flows whose client speaks first live.

. /guest/service.sh
RUNS=test-kernels

setup() {
	network_make
	node_address_add
	pod_add p2 $OTHER_POD
	service_rules $NODE $OTHER_POD 8080:80 8081:81
	nft 'table ip nat {
		chain postrouting {
			type nat hook postrouting priority 100;
			ip saddr 10.88.0.0/24 oifname "br0" masquerade
		}
	}'
	listen web80 p2 $OTHER_POD 80
	listen web81 p2 $OTHER_POD 81
	clients a c1 3 $NODE 8080
	clients b c1 2 $NODE 8081
	wait_for '[[ $(log_count web80 accepted) == 3 && $(log_count web81 accepted) == 2 ]]' 10 "the connections"
}

act() {
	conntrack -F >/dev/null 2>&1
	tell web81 read
	tell b say hello
	wait_for '[[ $(log_count web81 got) == 2 ]]' 15 "the others to live"
	tell web80 say hello
	wait_for_rsts 3 15
	fact established "$(ss -N c1 -tnH state established | wc -l)"
}
