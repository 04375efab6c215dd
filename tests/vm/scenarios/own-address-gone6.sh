# SPDX-License-Identifier: GPL-2.0-only
# A plain host, no NAT: the lifetime of an IPv6 address ends that three of its connections
# are bound to. No reset is sent, and both ends think that they are connected. Two
# connections of another address live on.

RUNS=test-kernels

OTHER6=fd00:9::3

setup() {
	network_make
	network_make6
	ip addr add $OTHER6/128 dev up0 nodad
	ip -n srv neigh add $OTHER6 lladdr 02:00:0a:09:00:01 dev eth0 nud permanent
	node_server gone 7201 $NODE6
	node_server stays 7202 $OTHER6
	node_clients at_gone 3 7201 $NODE6
	node_clients at_stays 2 7202 $OTHER6
}

# Or what its sockets have to say when they are closed would be sent for minutes.
teardown() { ip addr add $NODE6/64 dev up0 nodad; }

act() {
	ip addr change $NODE6/64 dev up0 valid_lft 2 preferred_lft 1 nodad
	wait_for '! ip -6 -o addr show dev up0 | grep -qF " $NODE6/"' 10 "the lifetime to end"
	if [[ -e $OUT/$NAME.json ]]; then
		wait_for '(( $(grep -c "^{\"type\":\"at_risk\"" "$OUT/$NAME.json") >= 3 ))' 15 "three to be found at risk"
	fi
	tell stays read
	tell at_stays say hello
	wait_for '[[ $(log_count stays got) == 2 ]]' 15 "the others to live"
	fact established "$(ss -tnH state established "src [$NODE6]" | wc -l)"
	fact srv_established "$(socket_count srv established "dst [$NODE6]")"
}
