# SPDX-License-Identifier: GPL-2.0-only
# Innocent: connections that have ended well still have an entry (TIME_WAIT) when
# the flush comes, and others end well after it.

setup() {
	one_cpu
	network_make
	node_address_add
	masquerade nft
	redis_start redis srv $SERVER 6379 60
}

# Each is one connection that both sides close by FIN.
pings() { # N
	local i
	for ((i = 0; i < $1; i++)); do
		[[ $(ip netns exec c1 redis-cli -h $SERVER ping) == PONG ]] || fail "no PONG"
	done
	wait_for "[[ \$(time_wait_entries) == $1 ]]" 5 "$1 connections to be closed"
}
time_wait_entries() { conntrack -L -p tcp --reply-dst $NODE --state TIME_WAIT 2>/dev/null | wc -l; }

act() {
	one_cpu
	pings 3
	count_flows $NODE flows_before
	ip addr del $NODE/24 dev up0
	ip addr add $NODE/24 dev up0
	wait_for "[[ \$(entries_to $NODE) == 0 ]]" 15 "the flush"
	pings 2
	count_flows $NODE flows_after
}
