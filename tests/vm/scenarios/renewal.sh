# SPDX-License-Identifier: GPL-2.0-only
# Innocent: a clean renewal, which sets the address that is there again.

setup() {
	network_make
	ip addr add $NODE/24 dev up0 valid_lft 100 preferred_lft 100
	masquerade nft
	redis_start redis srv $SERVER 6379 60
	subscriber_start
}

act() {
	count_flows $NODE flows_before
	ip addr replace $NODE/24 dev up0 valid_lft 300 preferred_lft 300
	publish
	wait_for 'grep -q hello $STATE/subscriber.log' 5 "the message to arrive"
	fact_sockets_after
	count_flows $NODE flows_after
}
