# SPDX-License-Identifier: GPL-2.0-only
# The clients of two forgotten connections are gone when the resets come: one was
# killed, the other went with its namespace. Their FINs were lost, so that their
# servers do not know. Nobody is named instead of them.

RUNS=test-kernels

client_start() { # LABEL NAMESPACE
	spawn "$1" ip netns exec "$2" redis-cli -h $SERVER subscribe ch
	wait_for 'grep -q "^1" $STATE/'"$1.log" 10 "$1 to be connected"
	wait_for "resting $2 'dport = :6379'" 10 "$1's connection to rest"
}

lose_fins() { # NAMESPACE
	ip netns exec "$1" nft "add table ip lost; \
		add chain ip lost output { type filter hook output priority 0; }; \
		add rule ip lost output tcp flags & fin == fin drop"
}

setup() {
	network_make
	node_address_add
	masquerade nft
	ip netns add c2
	ip link add c2-host type veth peer name eth0 netns c2
	ip link set c2-host master br0 up
	ip -n c2 addr add 10.88.0.3/24 dev eth0
	ip -n c2 link set eth0 up
	ip -n c2 route add default via 10.88.0.1
	# An orphan keeps its namespace until it gives up: after one retransmission, here.
	ip netns exec c2 sysctl -q -w net.ipv4.tcp_orphan_retries=1
	redis_start redis srv $SERVER 6379 60
	client_start killed c1
	client_start removed c2
	lose_fins c1
	lose_fins c2
}

lines_said() { grep -c "^{\"type\":\"$1\"" "$OUT/$NAME.json" || true; }

act() {
	count_flows $NODE flows_before
	ip addr del $NODE/24 dev up0
	ip addr add $NODE/24 dev up0
	wait_for "[[ \$(entries_to $NODE) == 0 ]]" 15 "the flush"
	if [[ -e $OUT/$NAME.json ]]; then
		wait_for '(( $(lines_said at_risk) >= 2 ))' 10 "both to be found at risk"
	fi
	end KILL killed
	end KILL removed
	ip netns del c2
	wait_for '[[ ! -e /sys/class/net/c2-host ]]' 20 "the namespace to go"
	publish
	wait_for_rsts 2 15
	wait_for server_socket_gone 5 "redis to drop the connections"
	fact_sockets_after
}

teardown() {
	if [[ -e /sys/class/net/c2-host ]]; then ip link del c2-host; fi
}
