# SPDX-License-Identifier: GPL-2.0-only
# A strict firewall resets what is new without a SYN. Somebody empties the table: the node's
# own connections, which nothing translates, meet that rule when their peers speak (3), and so
# do a pod's, which are only routed, in IPv6 (2). Where this side speaks first they live (2).
# Innocent: two ports that the same chain refuses as it should.

RUNS=test-kernels

setup() {
	network_make
	network_make6
	node_address_add
	ip -n srv route add fd00:88::/64 via $NODE6
	patient_ends -6
	nft 'table inet strict {
		chain strict {
			iifname "up0" ct state new tcp flags & (fin | syn | rst | ack) != syn reject with tcp reset
			iifname "up0" tcp dport 8001-8002 reject with tcp reset
		}
		chain incoming { type filter hook input priority 0; jump strict; }
		chain passing { type filter hook forward priority 0; jump strict; }
	}'
	node_server own 7101
	node_server first 7102
	node_clients at_own 3 7101
	node_clients at_first 2 7102
	wait_for '[[ $(log_count first accepted) == 2 ]]' 10 "them to be accepted"
	flows_start pods 2 7103 $SERVER6
}

act() {
	conntrack -F >/dev/null 2>&1
	tell at_first read
	tell first say hello
	wait_for '[[ $(log_count at_first got) == 2 ]]' 15 "two to live"
	tell at_first say hello
	tell at_own say hello
	tell pods_server say hello
	wait_for '[[ $(socket_count srv established "dport = :7101 or sport = :7103") == 0 ]]' 15 "five to be refused"
	try_ports 2 8001
	fact established "$(ss -tnH state established 'sport = :7101 or sport = :7102' | wc -l)"
	fact established_c1 "$(socket_count c1 established 'dport = :7103')"
}
