# SPDX-License-Identifier: GPL-2.0-only
# The same as clusterip-delete, of a pod that has a translation of its own (a sidecar's
# redirect, for other ports): its hooks have nothing to do with the node's entries.

. /guest/clusterip.sh

setup() {
	service_network
	ip -n srv addr add 10.9.0.5/24 dev eth0
	ip netns exec c1 nft 'table ip own { chain out { type nat hook output priority -100; tcp dport 9999 redirect to :15001; }; }'
	clusterip_setup $CLUSTER $SERVER 10.9.0.5
}

act() { clusterip_act; }
