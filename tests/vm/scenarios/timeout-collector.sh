# SPDX-License-Identifier: GPL-2.0-only
# Time-outs that the collector finds, before anybody looks the entries up: of flows that
# were silent for too long (3), and of half-closed ones (5), which have a minute by
# default where the others have five days. Beside them: flows that have time left (2),
# and a port where nobody listens (7).

. /guest/collector.sh
RUNS=test-kernels

setup() {
	network_make
	node_address_add
	masquerade nft
	flows_start a 3 7001
	flows_start b 5 7002
	flows_start c 2 7003
}

act() {
	local before
	# The time-out is that of the next packet, so that c's stays what it was.
	sysctl -q -w net.netfilter.nf_conntrack_tcp_timeout_established=2
	sysctl -q -w net.netfilter.nf_conntrack_tcp_timeout_close_wait=2
	tell a_client say hello
	tell b_client shut
	wait_for '[[ $(ss -N srv -tnH state established "sport = :7001" | awk "\$1 > 0" | wc -l) == 3 ]]' 5 "the clients' words to arrive"
	wait_for "[[ \$(socket_count srv close-wait 'sport = :7002') == 5 ]]" 5 "five half-closed flows"
	before=$(collector_count)
	wait_for "(( \$(collector_count) <= $before - 8 ))" $COLLECTOR_SECONDS "the collector"
	sysctl -q -w net.netfilter.nf_conntrack_tcp_timeout_established=432000
	tell a_server say hello
	tell b_server say hello
	tell c_server say hello
	wait_for_rsts 8 15
	try_ports 7 8001
	wait_for_rsts 15 15
	wait_for '[[ $(ss -N c1 -tnH "dport = :7003" | awk "\$2 > 0" | wc -l) == 2 ]]' 5 "the others' words to arrive"
}

teardown() {
	sysctl -q -w net.netfilter.nf_conntrack_tcp_timeout_established=432000
	sysctl -q -w net.netfilter.nf_conntrack_tcp_timeout_close_wait=60
}
