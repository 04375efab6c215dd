# SPDX-License-Identifier: GPL-2.0-only
# Two nodes with the same addresses on one kernel, as two namespaces, and the same tuples
# in both. This one's flush (3) says nothing of the twin's flows, which were forgotten
# before anybody watched (2), nor of another conntrack zone of its own (1); its three victims
# are those behind it, not the two with the same tuples behind the twin. Last, an
# address moves from the twin to this node, without the twin's entries: failover (2).

twin() { ip netns exec "$@"; }

# c2 10.88.0.2 -- [node2] up0 10.9.0.1 and 10.9.5.1 -- 10.9.0.2 and 10.9.5.2 srv2
twin_make() {
	local ns
	for ns in c2 node2 srv2; do ip netns add $ns; ip -n $ns link set lo up; done
	ip -n node2 link add c2-host type veth peer name eth0 netns c2
	ip -n node2 link add up0 address 02:00:0a:09:00:01 type veth peer name eth0 netns srv2
	ip link add up1 address 02:00:0a:09:00:02 type veth peer name eth1 netns srv2
	ip -n node2 addr add 10.88.0.1/24 dev c2-host
	ip -n c2 addr add $CLIENT/24 dev eth0
	ip -n srv2 addr add $SERVER/24 dev eth0
	ip -n srv2 addr add 10.9.5.2/24 dev eth0
	ip -n node2 addr add $NODE/24 dev up0
	ip -n node2 addr add 10.9.5.1/24 dev up0
	for ns in node2/c2-host c2/eth0 node2/up0 srv2/eth0 srv2/eth1; do
		ip -n ${ns%/*} link set ${ns#*/} up
	done
	ip link set up1 up
	ip -n c2 route add default via 10.88.0.1
	twin node2 sysctl -q -w net.ipv4.ip_forward=1
	twin node2 nft 'table ip nat {
		chain postrouting {
			type nat hook postrouting priority 100;
			oifname "up0" masquerade
		}
	}'
	# What comes to the node by its second uplink is in a zone of its own.
	nft 'table ip zones {
		chain early {
			type filter hook prerouting priority -300;
			iifname "up1" ct zone set 2
		}
	}'
}

twin_flows() { # LABEL COUNT PORT SERVER FIRST-PORT
	spawn "${1}_server" ip netns exec srv2 tcpend listen "$4" "$3"
	wait_for "[[ \$(ss -N srv2 -tlnH 'sport = :$3') ]]" 10 "$1's server to listen"
	spawn "${1}_client" ip netns exec c2 tcpend connect "$4" "$3" "$2" "$5"
	wait_for "[[ \$(log_count ${1}_server accepted) == $2 ]]" 10 "$2 flows of $1"
}

# Over the second uplink from now on, to this node.
srv2_turns() { # ADDRESS
	ip -n srv2 route add "$1/32" dev eth1
	ip -n srv2 neigh add "$1" lladdr 02:00:0a:09:00:02 dev eth1 nud permanent
}

setup() {
	network_make
	node_address_add
	masquerade nft
	twin_make
	fact netns_node2 "$(stat -Lc %i /run/netns/node2)"
	flows_start_from 45001 a 3 7001
	twin_flows twin 2 7001 $SERVER 45001
	twin_flows moved 2 7002 10.9.5.2 45011
	ip -n node2 addr del $NODE/24 dev up0
	ip -n node2 addr add $NODE/24 dev up0
	wait_for "[[ \$(twin node2 conntrack -L -p tcp --reply-dst $NODE 2>/dev/null | wc -l) == 0 ]]" 15 "the twin's flush"
}

act() {
	local before
	before=$(out_rsts node2)
	flap
	tell a_server say hello
	tell twin_server say hello
	wait_for_rsts 3 15
	wait_for "(( \$(out_rsts node2) - $before == 2 ))" 15 "2 RST from the twin"
	srv2_turns $NODE
	twin srv2 rawtcp send $SERVER 7001 $NODE 45003 A,1000,2000
	wait_for_rsts 4 15

	srv2_turns 10.9.5.1
	ip -n node2 addr del 10.9.5.1/24 dev up0
	ip addr add 10.9.5.1/24 dev up1
	tell moved_server say hello
	wait_for_rsts 6 15
	try_ports 5 8001
	wait_for_rsts 11 15
	fact rsts_node2 $(($(out_rsts node2) - before))
}
