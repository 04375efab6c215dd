# SPDX-License-Identifier: GPL-2.0-only
# A rule drops the RSTs that go to one server: of its connection's packets, sent again and
# again, three are answered, nothing leaves, and the connection lives on at both ends. The
# other server's connection is reset by its first.

setup() {
	network_make
	node_address_add
	masquerade nft
	nft 'table ip hard {
		chain output {
			type filter hook output priority 0;
			tcp flags & rst == rst tcp dport 7001 drop
		}
	}'
	flows_start dropped 1 7001
	flows_start sent 1 7002
}

act() {
	flap
	tell sent_server read
	tell sent_server say hello
	wait_for_rsts 1 15
	wait_for '[[ $(log_count sent_server reset) == 1 ]]' 10 "its reset to arrive"
	tell dropped_server say hello
	wait_for_rsts 4 60
	fact dropped_established "$(socket_count srv established 'sport = :7001')"
	fact sent_established "$(socket_count srv established 'sport = :7002')"
}
