# SPDX-License-Identifier: GPL-2.0-only
# As clusterip-bypassed, but the node's ruleset had been flushed before the window: the
# entries are there, the hooks of the namespace that the packet came from are not, and nobody
# is known to have taken them. The pod has no hooks of its own.

. /guest/service.sh
RUNS=test-kernels

setup() {
	service_network
	service_rules $CLUSTER $SERVER 80:7001
	listen one srv $SERVER 7001
	clients a c1 3 $CLUSTER 80
	nft flush ruleset
}

act() {
	fact entries_before "$(entries_of $CLUSTER)" # and conntrack can be asked
	tell one say hello
	wait_for_pod_rsts 3
	fact entries_after "$(conntrack -L -p tcp --orig-dst $CLUSTER 2>/dev/null | grep -c ESTABLISHED)"
}
