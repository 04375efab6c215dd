# SPDX-License-Identifier: GPL-2.0-only
# The route to the server moves to a second uplink. Masquerade kills the entry of each
# flow whose client speaks next (3), with the packet; the server's next word is answered
# by a reset. A flow whose client is silent keeps its entry (2).

setup() {
	network_make
	node_address_add
	ip link add up1 type veth peer name eth1 netns srv
	ip -n srv addr add 10.9.1.2/24 dev eth1
	ip -n srv link set eth1 up
	ip addr add 10.9.1.1/24 dev up1
	ip link set up1 up
	masquerade nft
	nft 'add rule ip nat postrouting oifname "up1" masquerade'
	# What the client says is lost with its entry; said again, it would make a new one.
	ip -n c1 route change default via 10.88.0.1 dev eth0 rto_min 20s
	ip netns exec c1 sysctl -q -w net.ipv4.tcp_early_retrans=0
	flows_start a 3 7001
	flows_start b 2 7002
}

act() {
	ip route add $SERVER/32 via 10.9.1.2 dev up1
	tell a_client say hello
	wait_for "[[ \$(entries_to $NODE tcp) == 2 ]]" 5 "masquerade to kill three"
	tell a_server say hello
	wait_for_rsts 3 5
	fact kept "$(entries_to $NODE tcp)"
}

teardown() { ip link del up1; }
