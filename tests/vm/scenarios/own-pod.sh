# SPDX-License-Identifier: GPL-2.0-only
# Innocent: the sockets of a pod's connections to a service address are dead, with their
# good-bye lost. The node's entries of some are deleted (3), of the others not (2): the
# endpoint's next words are reset by the pod either way.

. /guest/service.sh

setup() {
	service_network
	service_rules $CLUSTER $SERVER 80:7001 81:7002
	listen one srv $SERVER 7001
	listen two srv $SERVER 7002
	clients a c1 3 $CLUSTER 80
	clients b c1 2 $CLUSTER 81
	# The node's conntrack must not see them end.
	ip netns exec c1 nft 'table ip mute { chain out { type filter hook output priority -300; tcp dport { 80, 81 } drop; }; }'
	end KILL a
	end KILL b
	wait_for '[[ -z $(ss -N c1 -tnH state established) ]]' 15 "the sockets to be half gone"
	ip netns exec c1 ss -K -tn >/dev/null
	wait_for '[[ -z $(ss -N c1 -tanH state connected) ]]' 15 "the sockets to be gone"
	ip netns exec c1 nft delete table ip mute
}

act() {
	fact entries "$(conntrack -L -p tcp --orig-dst $CLUSTER 2>/dev/null | grep -c ESTABLISHED)"
	entries_delete $CLUSTER --dport 80
	tell one say hello
	tell two say hello
	wait_for_pod_rsts 5
}
