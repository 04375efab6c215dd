# SPDX-License-Identifier: GPL-2.0-only
# The node's ruleset is flushed, and with it go the hooks by which the entries of a pod's
# connections to a service address were used. The endpoint's words come to the pod as they
# are, and the pod, which has never seen them so, resets them: of open sockets (3), and of
# some that had died before, unheard (2), which is not the flush's doing. The pod has a
# translation of its own, for other ports.

. /guest/service.sh

setup() {
	service_network
	service_rules $CLUSTER $SERVER 80:7001 81:7002
	listen one srv $SERVER 7001
	listen two srv $SERVER 7002
	clients a c1 3 $CLUSTER 80
	clients b c1 2 $CLUSTER 81
	ip netns exec c1 nft 'table ip mute { chain out { type filter hook output priority -300; tcp dport 81 drop; }; }'
	ip netns exec c1 sysctl -q -w net.ipv4.tcp_orphan_retries=1
	end KILL b
	wait_for '[[ -z $(ss -N c1 -tanH "dport = :81") ]]' 15 "the sockets of b to be gone"
	ip netns exec c1 nft delete table ip mute
	ip netns exec c1 nft 'table ip own { chain out { type nat hook output priority -100; tcp dport 9999 redirect to :15001; }; }'
}

act() {
	fact entries_before "$(entries_of $CLUSTER)" # and conntrack can be asked
	nft flush ruleset
	tell one say hello
	tell two say hello
	wait_for_pod_rsts 5
	fact entries_after "$(conntrack -L -p tcp --orig-dst $CLUSTER 2>/dev/null | grep -c ESTABLISHED)"
	fact established_in_pod "$(socket_count c1 established 'dport = :80')"
}
