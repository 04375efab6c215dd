# SPDX-License-Identifier: GPL-2.0-only
# rst-dropped in IPv6, and no connection is reset: the one RST that leaves is the answer to
# a SYN.

RUNS=test-kernels

setup() {
	network_make
	network_make6
	masquerade6
	nft 'table ip6 hard {
		chain output {
			type filter hook output priority 0;
			tcp flags & rst == rst tcp dport 7001 drop
		}
	}'
	flows_start dropped 1 7001 $SERVER6
}

act() {
	ip addr del $NODE6/64 dev up0
	ip addr add $NODE6/64 dev up0 nodad
	wait_for "[[ \$(entries_to $NODE6) == 0 ]]" 15 "the flush"
	try_ports 1 8001 $NODE6
	wait_for_rsts 1 15
	tell dropped_server say hello
	wait_for_rsts 4 60
	fact established "$(socket_count srv established 'sport = :7001')"
}
