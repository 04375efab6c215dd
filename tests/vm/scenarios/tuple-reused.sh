# SPDX-License-Identifier: GPL-2.0-only
# After a flush and its resets (3) the same client ports open new connections, which are
# reset for other reasons: a SYN of just that tuple to the node itself (1), the server's
# own close (3), a rule (2). None of these is the flush's.

setup() {
	network_make
	node_address_add
	masquerade nft
	# A rule for another port: the modules that refuse are there before rstblame is.
	nft 'table ip deny {
		chain forward {
			type filter hook forward priority 0;
			tcp dport 7999 reject with tcp reset
		}
	}'
	flows_start_from 45001 a 3 7001
}

clients_again() { # LABEL COUNT
	spawn "$1" ip netns exec c1 tcpend connect $SERVER 7001 "$2" 45001
	wait_for "[[ \$(log_count $1 connected) == $2 ]]" 10 "$2 connections of $1"
}

act() {
	count_flows $NODE flows_before
	flap
	tell a_server say hello
	wait_for_rsts 3 15
	# Those that the server has hung up on are still open in the container.
	tell a_client linger
	tell a_client close
	wait_for "[[ \$(socket_count c1 established 'dport = :7001') == 0 ]]" 5 "the container's ends to close"
	rawtcp_srv send $SERVER 7001 $NODE 45001 S,1000,0
	wait_for_rsts 4 15

	clients_again b 3
	tell a_server linger
	tell a_server close
	wait_for "[[ \$(socket_count c1 established 'dport = :7001') == 0 ]]" 5 "the server's reset to arrive"

	clients_again c 2
	nft add rule ip deny forward tcp dport 7001 counter reject with tcp reset
	tell c say hello
	wait_for "[[ \$(socket_count c1 established 'dport = :7001') == 0 ]]" 5 "the rule's reset to arrive"
	fact rejects 2
}
