# SPDX-License-Identifier: GPL-2.0-only
# Innocent: resets that come from the peer. Nobody listens there (3), and a server
# there hangs up on the container's connections with linger 0 (2).

setup() {
	network_make
	network_make6
	node_address_add
	masquerade nft
	flows_start a 2 7001
}

act() {
	local i
	for i in 1 2 3; do tcpend connect $SERVER $((8000 + i)) </dev/null >/dev/null; done
	tell a_client read
	tell a_server linger
	tell a_server close
	wait_for "[[ \$(log_count a_client reset) == 2 ]]" 5 "the container to be hung up on"
}
