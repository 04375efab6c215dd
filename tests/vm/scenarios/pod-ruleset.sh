# SPDX-License-Identifier: GPL-2.0-only
# Packets of a translated flow are INVALID at the node, and the pod resets them (3). Before,
# a process of the pod took a ruleset of the pod's own away, for another port: it has nothing
# to do with it.

. /guest/service.sh

setup() {
	service_network
	service_rules $CLUSTER $SERVER 80:7001
	listen endpoint srv $SERVER 7001
	clients client c1 1 $CLUSTER 80
	save client_port "$(log_ports client)"
	ip netns exec c1 nft 'table ip own { chain out { type nat hook output priority -100; tcp dport 9999 redirect to :15001; }; }'
}

act() {
	ip netns exec c1 nft flush ruleset
	wait_for '[[ -z $(ip netns exec c1 nft list ruleset) ]]' 5 "the pod's ruleset to go"
	# The other host knows the client by its own address and port.
	stray $SERVER 7001 $CLIENT $client_port \
		A,500000000,-500000000 A,700000000,-300000000 A,900000000,-800000000
	tell client say hello
	wait_for_pod_rsts 3
	fact entries_after "$(entries_of $CLUSTER)"
	fact established_in_pod "$(socket_count c1 established 'dport = :80')"
}
