# SPDX-License-Identifier: GPL-2.0-only
# Innocent: an agent deletes the UDP entries of a service, as it should. Connections of the
# same pod to the same address live (2), and the pod resets what comes for sockets that were
# dead before (3), with their entries where they were.

. /guest/service.sh
RUNS=test-kernels

setup() {
	service_network
	service_rules $CLUSTER $SERVER 80:7001 81:7002
	nft "add rule ip kube services ip daddr $CLUSTER udp dport 53 dnat to $SERVER:5353"
	listen one srv $SERVER 7001
	listen two srv $SERVER 7002
	clients dead c1 3 $CLUSTER 80
	clients alive c1 2 $CLUSTER 81
	ip netns exec c1 bash -c "echo hello >/dev/udp/$CLUSTER/53"
	die_unheard dead c1 80
}

act() {
	conntrack -D -p udp --orig-dst $CLUSTER >/dev/null 2>&1
	fact entries "$(entries_of $CLUSTER)"
	tell alive read
	tell two say hello
	wait_for '[[ $(log_count alive got) == 2 ]]' 15 "the others to live"
	tell one say hello
	wait_for_pod_rsts 3
}
