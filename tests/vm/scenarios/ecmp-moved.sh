# SPDX-License-Identifier: GPL-2.0-only
# Another node's connections to a service address come to this one, which has never heard of
# them and translates them like new ones: the pod resets them (3 to a port that somebody
# listens on, 2 to one that nobody does). Nothing here was lost.

. /guest/service.sh

VIP=10.9.0.100 PEER=$SERVER POD=$CLIENT

setup() {
	network_make
	node_address_add
	ip addr add $VIP dev lo
	ip -n srv neigh add $VIP lladdr 02:00:0a:09:00:01 dev eth0 nud permanent
	service_rules $VIP $POD 80:7001 81:7002
	raw_ports_guard
	listen pod c1 $POD 7001
}

act() {
	local port
	for port in 41001 41002 41003; do rawtcp_srv send $PEER $port $VIP 80 PA,123456,654321,20; done
	for port in 41004 41005; do rawtcp_srv send $PEER $port $VIP 81 PA,123456,654321,20; done
	wait_for_pod_rsts 5
}

teardown() { ip addr flush dev lo to $VIP; }
