# SPDX-License-Identifier: GPL-2.0-only
# A plain host, no NAT: the address that three of its connections are bound to is taken
# away. Nothing that either end sends arrives any more, no reset is ever sent, and both
# ends think that they are connected. Two connections of another address live on; and one
# of a third address, which is back at once.

setup() {
	network_make
	node_address_add
	ip addr add 10.9.0.3/32 dev up0
	ip -n srv neigh add 10.9.0.3 lladdr 02:00:0a:09:00:01 dev eth0 nud permanent
	network_b_make
	ip addr add $NODE_B/24 dev up0
	node_server gone 7201
	node_server stays 7202 10.9.0.3
	node_server back 7203 $NODE_B
	node_clients at_gone 3 7201
	node_clients at_stays 2 7202 10.9.0.3
	node_clients at_back 1 7203 $NODE_B
}

# Or what its sockets have to say when they are closed would be sent for minutes.
teardown() { ip addr add $NODE/24 dev up0; }

act() {
	ip addr del $NODE_B/24 dev up0
	ip addr add $NODE_B/24 dev up0
	ip addr del $NODE/24 dev up0
	if [[ -e $OUT/$NAME.json ]]; then
		wait_for '(( $(grep -c "^{\"type\":\"at_risk\"" "$OUT/$NAME.json") >= 3 ))' 15 "three to be found at risk"
	fi
	sleep 1
	fact established "$(ss -tnH state established "src $NODE" | wc -l)"
	fact srv_established "$(socket_count srv established "dst $NODE")"
}
