# SPDX-License-Identifier: GPL-2.0-only
# A published port, masqueraded to a random port of the node, whose clients are elsewhere.
# The table is emptied; the clients' next segments are translated anew from another port, and
# the pod, whose three connections are open, resets them.

. /guest/service.sh

PORTS="41001 41002 41003"

setup() {
	network_make
	node_address_add
	nft -f - <<-RULES
		table ip kube {
			chain services {
				type nat hook prerouting priority -100;
				ip daddr $NODE tcp dport 30080 dnat to $CLIENT:7001
			}
			chain masq {
				type nat hook postrouting priority 100;
				oifname "br0" ip daddr $CLIENT masquerade random,fully-random
			}
		}
	RULES
	raw_ports_guard
	listen pod c1 $CLIENT 7001
	for port in $PORTS; do rawtcp_srv open $SERVER $port $NODE 30080 A,1,1; done
	wait_for '[[ $(log_count pod accepted) == 3 ]]' 10 "3 connections"
}

act() {
	conntrack -F >/dev/null 2>&1
	for port in $PORTS; do rawtcp_srv send $SERVER $port $NODE 30080 PA,2,2,20; done
	wait_for_pod_rsts 3
	fact pod_established "$(socket_count c1 established 'sport = :7001')"
}
