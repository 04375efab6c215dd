# SPDX-License-Identifier: GPL-2.0-only
# The way to one server is gone when its packets come: TCP makes RSTs that have no route (3).
# The other server's connection is reset.

FAR=10.9.0.9

setup() {
	network_make
	node_address_add
	masquerade nft
	ip -n srv addr add $FAR/24 dev eth0
	patient_ends -4
	flows_start lost 1 7001 $FAR
	flows_start sent 1 7002
}

act() {
	flap
	ip route add unreachable $FAR
	tell sent_server read
	tell sent_server say hello
	wait_for_rsts 1 15
	wait_for '[[ $(log_count sent_server reset) == 1 ]]' 10 "its reset to arrive"
	tell lost_server say hello
	wait_for_rsts 4 60
	fact lost_established "$(socket_count srv established 'sport = :7001')"
	fact sent_established "$(socket_count srv established 'sport = :7002')"
}
teardown() { ip route del unreachable $FAR; }
