# SPDX-License-Identifier: GPL-2.0-only
# Innocent: a server on the node dies and its good-bye is lost. One of its
# clients speaks before the server is back, one after: to nobody, and to a
# listener that knows nothing of the connection.

PORT=7777

# Its lines are sent on as they come.
client_start() { # LABEL
	spawn "$1" ip netns exec srv bash -c '
		exec 3<>/dev/tcp/'$NODE/$PORT'
		while read -r line; do printf "%s\r\n" "$line" >&3; done'
}

setup() {
	network_make
	node_address_add
	masquerade nft
	# An orphan gives up after one retransmission, not eight.
	sysctl -q -w net.ipv4.tcp_orphan_retries=1
	redis_start server root $NODE $PORT 0
	client_start early
	client_start late
	wait_for "[[ \$(ss -tnH state established 'sport = :$PORT' | wc -l) == 2 ]]" 10 "two clients"
}

act() {
	ip netns exec srv nft "add table ip lost; \
		add chain ip lost input { type filter hook input priority 0; }; \
		add rule ip lost input tcp sport $PORT drop"
	end KILL server
	wait_for "[[ -z \$(ss -tanH 'sport = :$PORT') ]]" 20 "the node to forget the connections"
	ip netns exec srv nft delete table ip lost

	echo PING >"$STATE/early.stdin"
	wait_for_rsts 1 15
	redis_start server root $NODE $PORT 0
	echo PING >"$STATE/late.stdin"
	wait_for_rsts 2 15
}

teardown() { sysctl -q -w net.ipv4.tcp_orphan_retries=0; }
