# SPDX-License-Identifier: GPL-2.0-only
# keepalived has a service address on a link that networkd manages, and containers are
# masqueraded to it. `networkctl reconfigure` takes the link's own address away, too, and
# which of the two then removes the service address is a matter of time: networkd, to which
# it is foreign, or keepalived, whose instance is at fault without an address of its own.
# Here both, one after the other: the other one is stopped meanwhile. Each time three flows
# are reset, and who did it is named. Beside them: two ports that nobody listens on.

. /guest/managers.sh
NEEDS=extra
RUNS=test-kernels
WINDOW=120

setup() {
	network_make
	network_b_make
	networkd_static_start
	keepalived_start $NODE_B/24
	masquerade nft
	flows_start a 3 7001 $SERVER_B
}

faults() { grep -c 'Entering FAULT STATE' "$STATE/keepalived.log" || true; }

act() {
	local before
	networkd_drops $NODE_B/24
	tell a_server say hello
	wait_for_rsts 3 15

	flows_start b 3 7002 $SERVER_B
	kill -STOP "$networkd_pid"
	before=$(faults)
	ip addr del $NODE/24 dev up0
	wait_for "[[ \$(entries_to $NODE_B tcp) == 0 ]]" 30 "the second flush"
	fact faults $(($(faults) - before))
	ip addr add $NODE/24 dev up0
	wait_for "up0_has $NODE_B/24" 30 "keepalived to put it back again"
	kill -CONT "$networkd_pid"
	tell b_server say hello
	wait_for_rsts 6 15
	try_ports 2 8001
	wait_for_rsts 8 15
}

teardown() { rm -f $UP0_NETWORK; }
