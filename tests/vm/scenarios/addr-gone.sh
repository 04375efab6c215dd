# SPDX-License-Identifier: GPL-2.0-only
# The address is taken away and stays away: flows are forgotten, but whatever
# comes for them is not for this host any more, so that no RST answers.

setup() {
	network_make
	node_address_add
	masquerade nft
	redis_start redis srv $SERVER 6379 60
	subscriber_start
}

redis_retransmits() {
	ss -N srv -tnoH state established "sport = :6379" | grep -qE 'timer:\(on,[^,]*,([2-9]|[1-9][0-9])\)'
}

act() {
	count_flows $NODE flows_before
	ip addr del $NODE/24 dev up0
	wait_for "[[ \$(entries_to $NODE) == 0 ]]" 15 "the flush"
	publish
	wait_for redis_retransmits 10 "redis to send its message again and again"
	fact_sockets_after
	count_flows $NODE flows_after
}
