# SPDX-License-Identifier: GPL-2.0-only
# Two pods of one bridge, the one behind a service address. Their answers are bridged, and
# br_netfilter shows them to conntrack. While it does, the entries of two connections are
# deleted, which is an act's doing. Then bridge-nf-call-iptables is turned off: the entries of
# the others stay, and are not met any more. The pod resets what comes untranslated: of open
# sockets (3), and of one that had died before, unheard, which is nobody's doing.

. /guest/service.sh
RUNS=test-kernels

setup() {
	network_make
	node_address_add
	pod_add p2 $OTHER_POD
	modprobe br_netfilter
	sysctl -q -w net.bridge.bridge-nf-call-iptables=1
	service_rules $CLUSTER $OTHER_POD 80:80 81:81 82:82
	listen web80 p2 $OTHER_POD 80
	listen web81 p2 $OTHER_POD 81
	listen web82 p2 $OTHER_POD 82
	clients a c1 3 $CLUSTER 80
	clients b c1 2 $CLUSTER 81
	clients dead c1 1 $CLUSTER 82
	wait_for '[[ $(log_count web80 accepted) == 3 && $(log_count web81 accepted) == 2 ]]' 10 "the connections"
	die_unheard dead c1 82
}

act() {
	entries_delete $CLUSTER --dport 81
	wait_for_risks 2
	tell web81 say hello
	wait_for_pod_rsts 2
	wait_for_resets_said 2 # br_netfilter is asked after each
	sysctl -q -w net.bridge.bridge-nf-call-iptables=0
	tell web80 say hello
	tell web82 say hello
	wait_for_pod_rsts 6
	fact entries_after "$(entries_of $CLUSTER)"
	fact established "$(socket_count c1 established 'dport = :80')"
}

teardown() { modprobe -r br_netfilter; }
