# SPDX-License-Identifier: GPL-2.0-only
# Two tenants of one node have the same addresses, kept apart by zones; two flows of the one
# and three of the other have the same tuples. The entries of the second zone are deleted:
# the node resets its three. The first tenant's sockets are dead, with their good-bye lost:
# its two resets look the same and are innocent.

. /guest/service.sh
RUNS=test-kernels

tenant_add() { # c2, behind br1, as c1 is behind br0
	ip netns add c2
	ip -n c2 link set lo up
	ip link add br1 type bridge
	ip addr add 10.88.0.1/24 dev br1 noprefixroute
	ip link set br1 up
	ip link add c2-host type veth peer name eth0 netns c2
	ip link set c2-host master br1 up
	ip -n c2 addr add $CLIENT/24 dev eth0
	ip -n c2 link set eth0 up
	ip -n c2 route add default via 10.88.0.1
	ip rule add fwmark 2 lookup 2 priority 900
	ip route add 10.88.0.0/24 dev br1 table 2
}

setup() {
	network_make
	node_address_add
	tenant_add
	nft 'table ip tenants {
		chain early {
			type filter hook prerouting priority -300;
			iifname "br0" ct original zone set 1
			iifname "br1" ct original zone set 2
		}
		chain steer {
			type filter hook prerouting priority -150;
			iifname "br1" ct mark set 2
			meta mark set ct mark
		}
	}'
	masquerade nft
	listen server srv $SERVER 7001
	clients_from a c1 2
	clients_from b c2 3
	wait_for '[[ $(log_count server accepted) == 5 ]]' 10 "the connections"
	die_unheard a c1 7001
}

# clients_from LABEL NAMESPACE COUNT: from the same ports in both
clients_from() {
	spawn "$1" ip netns exec "$2" tcpend connect $SERVER 7001 "$3" 45001
	wait_for "[[ \$(log_count $1 connected) == $3 ]]" 10 "$3 connections of $1"
}

act() {
	conntrack -D -p tcp --orig-zone 2 >/dev/null 2>&1
	fact entries "$(conntrack -L -p tcp --orig-dst $SERVER 2>/dev/null | wc -l)"
	tell server say hello
	wait_for_rsts 3 15
	wait_for_pod_rsts 2
	fact established "$(ss -N c2 -tnH state established | wc -l)"
}

teardown() {
	ip rule del priority 900
	ip link del c2-host
	ip link del br1
}
