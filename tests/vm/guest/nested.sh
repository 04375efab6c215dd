# SPDX-License-Identifier: GPL-2.0-only
# A node within the node: namespace p1 is a pod behind c1, which masquerades for it as the
# node does for c1. The node knows the pod's flows by c1's address, which no socket has.
#
#   p1 10.77.0.2 -- 10.77.0.1 c1 10.88.0.2 -- br0 [node] up0 10.9.0.1 -- 10.9.0.2 srv

. /guest/service.sh

INNER=10.77.0.2
INNER6=fd00:77::2

nested_network() {
	network_make
	node_address_add
	ip netns add p1
	ip -n p1 link set lo up
	ip -n c1 link add p1-host type veth peer name eth0 netns p1
	ip -n c1 addr add 10.77.0.1/24 dev p1-host
	ip -n c1 link set p1-host up
	ip -n p1 addr add $INNER/24 dev eth0
	ip -n p1 link set eth0 up
	ip -n p1 route add default via 10.77.0.1
	ip netns exec c1 sysctl -q -w net.ipv4.ip_forward=1
	masquerade nft
	masquerade_in_c1 ip
}
nested_network6() {
	nested_network
	network_make6
	ip netns exec c1 sysctl -q -w net.ipv6.conf.all.forwarding=1
	ip -n c1 addr add fd00:77::1/64 dev p1-host nodad
	ip -n p1 addr add $INNER6/64 dev eth0 nodad
	ip -n p1 route add default via fd00:77::1
	masquerade6
	masquerade_in_c1 ip6
}
masquerade_in_c1() { # ip | ip6
	ip netns exec c1 nft "table $1 nat {
		chain postrouting {
			type nat hook postrouting priority 100;
			oifname \"eth0\" masquerade
		}
	}"
}

# kill_unheard LABEL PORT: its sockets in p1 are gone, and nobody hears of it.
kill_unheard() {
	ip netns exec p1 nft "table inet mute { chain out { type filter hook output priority -300; tcp dport $2 drop; }; }"
	# Soon given up: an orphan is not killed by `ss -K` on 5.10.
	ip netns exec p1 sysctl -q -w net.ipv4.tcp_orphan_retries=1
	end KILL $1
	wait_for "[[ -z \$(ss -N p1 -tanH 'dport = :$2') ]]" 15 "$1's sockets to be gone"
	ip netns exec p1 nft delete table inet mute
}

established_in_pod() { socket_count p1 established "dport = :$1"; }
