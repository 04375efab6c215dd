# SPDX-License-Identifier: GPL-2.0-only
# An IPv6 address's lifetime runs out, as a SLAAC address's does when no router
# advertises it any more: the kernel removes it, in a kworker. The rule is ip6tables'.

setup() {
	network_make
	network_make6
	masquerade ip6tables
	flows_start a 3 7001 $SERVER6
}

node_has_address6() { [[ $(ip -6 -o addr show dev up0) == *" $NODE6/"* ]]; }

act() {
	count_flows $NODE6 flows_before
	ip addr change $NODE6/64 dev up0 valid_lft 2 preferred_lft 1 nodad
	wait_for '! node_has_address6' 10 "the lifetime to run out"
	wait_for "[[ \$(entries_to $NODE6) == 0 ]]" 15 "the flush"
	ip addr add $NODE6/64 dev up0 nodad
	tell a_server say hello
	wait_for_rsts 3 15
}
