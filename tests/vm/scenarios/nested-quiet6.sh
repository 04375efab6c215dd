# SPDX-License-Identifier: GPL-2.0-only
# nested-quiet in IPv6.

. /guest/nested.sh
RUNS=test-kernels

setup() {
	nested_network6
	listen one srv $SERVER6 7001
	listen two srv $SERVER6 7002
	clients a p1 3 $SERVER6 7001
	clients b p1 2 $SERVER6 7002
	kill_unheard b 7002
}

act() {
	count_flows $NODE6 flows_before
	ip addr del $NODE6/64 dev up0
	ip addr add $NODE6/64 dev up0 nodad
	wait_for "[[ \$(entries_to $NODE6) == 0 ]]" 15 "the flush"
	wait_for_risks 3
	fact established_in_pod "$(established_in_pod 7001)"
}
