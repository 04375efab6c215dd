# SPDX-License-Identifier: GPL-2.0-only
# A virtual service of IPVS (NAT, with conntrack): three connections are silent for
# longer than IPVS keeps them, and the entries go with IPVS's own. The clients' next
# word meets the node itself. Beside it: a port that nobody listens on.

setup() {
	network_make
	node_address_add
	nft 'table ip filter { chain input { type filter hook input priority 0; ct state established counter; }; }'
	modprobe ip_vs
	modprobe ip_vs_rr
	sysctl -q -w net.ipv4.vs.conntrack=1
	spawn real ip netns exec c1 tcpend listen $CLIENT 7005
	ipvsadm -A -t $NODE:7005 -s rr
	ipvsadm -a -t $NODE:7005 -r $CLIENT:7005 -m
	wait_for '[[ $(ss -N c1 -tlnH "sport = :7005") ]]' 10 "the real server to listen"
	ip -n c1 route replace default via 10.88.0.1 dev eth0
	sysctl -q -w net.ipv4.ip_forward=1
}

act() {
	node_clients peer 3 7005
	fact connections_before "$(ipvsadm -Lnc | grep -c ESTABLISHED)"
	ipvsadm --set 1 1 1
	# The time-out is taken at the next packet.
	tell peer say hello
	wait_for '[[ $(ipvsadm -Lnc | grep -c ESTABLISHED) == 0 ]]' 20 "IPVS to forget them"
	tell peer say again
	wait_for_rsts 3 5
	try_ports 2 8001
	wait_for_rsts 5 5
}

teardown() {
	ipvsadm -C
	modprobe -q -r ip_vs_rr ip_vs || true
}
