# SPDX-License-Identifier: GPL-2.0-only
# A published port of a pod behind a container: the node translates to the container, which
# translates to the pod. The node's rule and entries go; the clients' next words are reset by
# the node (3), and the victim is the pod's own end, two translations in.

. /guest/nested.sh
RUNS=test-kernels

setup() {
	nested_network
	service_rules $NODE $CLIENT 8080:80
	ip netns exec c1 nft 'table ip publish { chain in { type nat hook prerouting priority -100; tcp dport 80 dnat to '$INNER':80; }; }'
	listen web p1 $INNER 80
	clients a srv 3 $NODE 8080
	wait_for '[[ $(log_count web accepted) == 3 ]]' 10 "the connections"
}

act() {
	nft delete table ip kube
	conntrack -D -p tcp --orig-dst $NODE --dport 8080 >/dev/null 2>&1
	tell a say hello
	wait_for_rsts 3 15
	fact established_in_pod "$(socket_count p1 established 'sport = :80')"
}
