# SPDX-License-Identifier: GPL-2.0-only
# Two pods of one bridge, the one behind a service address, and no br_netfilter: the answer to
# a SYN goes straight back over the bridge, untranslated, and the client, which asked another
# address, resets it (2). Nothing was removed. Of connections past the service address, and of
# a published port that is masqueraded on its way back (hairpin), nothing is said (2).

. /guest/service.sh
RUNS=test-kernels

setup() {
	network_make
	node_address_add
	pod_add p2 $OTHER_POD
	service_rules $CLUSTER $OTHER_POD 80:80 82:82
	nft 'table ip nat {
		chain postrouting {
			type nat hook postrouting priority 100;
			ip saddr 10.88.0.0/24 oifname "br0" tcp dport 82 masquerade
		}
	}'
	# A SYN that is sent again would be answered, and reset, again.
	ip netns exec c1 nft "table ip once {
		chain out {
			type filter hook output priority 0;
			ip daddr $CLUSTER tcp dport 80 tcp flags & (syn | ack) == syn limit rate over 1/hour burst 2 packets drop
		}
	}"
	modprobe nf_conntrack_netlink
	[[ ! -e /proc/sys/net/bridge ]] || fail "br_netfilter is loaded"
	listen web80 p2 $OTHER_POD 80
	listen web82 p2 $OTHER_POD 82
}

act() {
	spawn a ip netns exec c1 tcpend connect $CLUSTER 80 1
	spawn b ip netns exec c1 tcpend connect $CLUSTER 80 1
	wait_for_pod_rsts 2
	clients direct c1 1 $OTHER_POD 80
	clients hairpin c1 1 $CLUSTER 82
	tell web82 say hello
	wait_for '[[ $(log_count web82 accepted) == 1 && $(log_count web80 accepted) == 1 ]]' 10 "the connections"
	fact established "$(ss -N c1 -tnH state established | wc -l)"
	fact asking "$(ss -N c1 -tnH state syn-sent | wc -l)"
}
