# SPDX-License-Identifier: GPL-2.0-only
# Innocent: clients of a container die in silence and connect again from the same ports, as
# after a restart of their host, in IPv4 (2) and IPv6 (2). The server still has the old
# connections, and acknowledges what it knows of them: the new ones' RST ends those, and the
# next SYN is taken.

RUNS=test-kernels

setup() {
	network_make
	network_make6
	node_address_add
	masquerade nft
	masquerade6
	flows_start_from 45000 a 2 7001
	flows_start_from 46000 b 2 7002 $SERVER6
}

again() { # LABEL SERVER PORT FROM
	die_unheard "$1_client" c1 "$3"
	spawn "$1_again" ip netns exec c1 tcpend connect "$2" "$3" 2 "$4"
	wait_for "[[ \$(log_count $1_again connected) == 2 ]]" 20 "the clients to be connected again"
}

act() {
	again a $SERVER 7001 45000
	again b $SERVER6 7002 46000
	fact again "$(socket_count c1 established 'dport = :7001 or dport = :7002')"
}
