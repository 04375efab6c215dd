# SPDX-License-Identifier: GPL-2.0-only
# A storm of SYNs to closed ports, most of which are only counted: three ports many times,
# twenty thousand ports once each, one port over IPv6, and one in the container. Amid it
# the address is taken away and given back, and the one connection that it costs is told.

setup() {
	network_make
	network_make6
	node_address_add
	# One that stays: what comes in for the other while it is away is not answered.
	ip addr add $NODE_FIXED/32 dev up0
	ip -n srv neigh add $NODE_FIXED lladdr 02:00:0a:09:00:01 dev eth0 nud permanent
	masquerade nft
	redis_start redis srv $SERVER 6379 60
	subscriber_start
	wait_for 'resting c1 "dport = :6379"' 10 "the connection to rest"
}

storm() {
	local to
	for to in 8001:3000 8002:1500 8003:500; do
		ip netns exec srv scale syns $SERVER $NODE_FIXED ${to%:*} ${to#*:} 4000 1
	done
	# More ports than there is room for at a time.
	ip netns exec srv scale syns $SERVER $NODE_FIXED 20000 20000 2000 20000
	ip netns exec srv rawtcp send $SERVER6 4000 $NODE6 8001 $(printf 'S,1,0 %.0s' {1..600})
	ip netns exec c1 scale syns $CLIENT $CLIENT 9000 500 0 1
}

# Whether it did not wake up for two seconds.
is_asleep() { # PID
	local before
	before=$(grep voluntary /proc/$1/status)
	sleep 2
	[[ $(grep voluntary /proc/$1/status) == "$before" ]]
}

act() {
	local storm before
	subscriber_refresh
	count_flows $NODE flows_before
	before=$(out_rsts root)
	storm &
	storm=$!
	wait_for "((\$(out_rsts root) > $before + 1000))" 15 "the storm to begin"
	ip addr del $NODE/24 dev up0
	ip addr add $NODE/24 dev up0
	wait_for "[[ \$(entries_to $NODE) == 0 ]]" 15 "the flush"
	publish
	wait_for server_socket_gone 15 "redis to drop the connection"
	# Its client would notice by its own keepalive, should the storm take that long.
	ip -n c1 route del default
	wait $storm
	wait_for_rsts 25601 15
	# Nothing is left to look at.
	wait_for "is_asleep $PPID" 30 "rstblame to sleep"
}
