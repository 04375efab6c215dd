# SPDX-License-Identifier: GPL-2.0-only
# Two uplinks, and a rule that leads to the second, as a failover has it; the first keeps its
# address. The clients of three flows speak: masquerade drops the entry with the packet, TCP
# sends it again, and it leaves from the second uplink's address: the server resets what it
# does not know. Two flows that nobody speaks on keep their entries; two ports have no
# listener.

WINDOW=60
RUNS=test-kernels
NODE_2=10.8.0.1

setup() {
	network_make
	node_address_add
	ip link add up1 type veth peer name eth1 netns srv
	ip -n srv addr add 10.8.0.2/24 dev eth1
	ip -n srv link set eth1 up
	ip addr add $NODE_2/24 dev up1
	ip link set up1 up
	nft 'table ip nat {
		chain postrouting {
			type nat hook postrouting priority 100;
			oifname { "up0", "up1" } masquerade
		}
	}'
	flows_start a 3 7001
	flows_start b 2 7002
}

act() {
	ip route add $SERVER/32 via 10.8.0.2 dev up1 table 100
	ip rule add to $SERVER lookup 100 priority 900
	tell a_client read
	tell a_client say hello
	wait_for '[[ $(log_count a_client reset) == 3 ]]' 30 "three clients to be reset"
	try_ports 2 8001 $NODE_2
	wait_for_rsts 2 15
	fact kept "$(conntrack -L -p tcp -s $CLIENT --dport 7002 2>/dev/null | wc -l)"
}

teardown() {
	ip rule del priority 900
	ip route flush table 100
}
