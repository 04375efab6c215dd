# SPDX-License-Identifier: GPL-2.0-only
# A real server of IPVS is taken out while clients are connected, with expire_nodest_conn=1:
# IPVS forgets the connections at their next packet, and what comes after meets the director
# itself. Without conntrack (3), as ipvsadm and keepalived leave it, and with it (2), as
# kube-proxy has it. Innocent: connections of the director's own whose sockets are dead (2).

RUNS=test-kernels

setup() {
	network_make
	node_address_add
	modprobe ip_vs
	modprobe ip_vs_rr
	sysctl -q -w net.ipv4.vs.expire_nodest_conn=1
	nft 'table ip filter { chain input { type filter hook input priority 0; ct state established counter; }; }'
	spawn real ip netns exec c1 tcpend listen $CLIENT 7005
	spawn real2 ip netns exec c1 tcpend listen $CLIENT 7006
	for port in 7005 7006; do
		ipvsadm -A -t $NODE:$port -s rr
		ipvsadm -a -t $NODE:$port -r $CLIENT:$port -m
	done
	wait_for '[[ $(ss -N c1 -tlnH | wc -l) == 2 ]]' 10 "the real servers to listen"
	sysctl -q -w net.ipv4.vs.conntrack=0
	node_clients peer 3 7005
	sysctl -q -w net.ipv4.vs.conntrack=1
	node_clients peer2 2 7006
	node_server own 7007
	node_clients peer3 2 7007
	wait_for '[[ $(log_count own accepted) == 2 ]]' 10 "the director's own connections"
	mute 7007
	ss -K -tn 'sport = :7007' >/dev/null
	wait_for '[[ -z $(ss -tanH state connected "sport = :7007") ]]' 15 "the sockets to be gone"
	unmute
	end KILL own
}

act() {
	fact connections_before "$(ipvsadm -Lnc | grep -c ESTABLISHED)"
	for port in 7005 7006; do ipvsadm -d -t $NODE:$port -r $CLIENT:$port; done
	tell peer say hello
	wait_for_rsts 3 20
	tell peer2 say hello
	wait_for_rsts 5 20
	tell peer3 say hello
	wait_for_rsts 7 15
	fact real_established "$(socket_count c1 established '( sport = :7005 or sport = :7006 )')"
}

teardown() {
	ipvsadm -C
	modprobe -q -r ip_vs_rr ip_vs || true
}
