# SPDX-License-Identifier: GPL-2.0-only
# Segments out of the window of a translated flow, which lives through it.

invalid_setup() { # 4 | 6
	network_make
	network_make6
	node_address_add
	masquerade nft
	masquerade6
	if [[ $1 == 6 ]]; then
		save server_address $SERVER6
		save node_address $NODE6
	else
		save server_address $SERVER
		save node_address $NODE
	fi
	redis_start redis srv $server_address 6379 60
	subscriber_start $server_address
}

invalid_act() {
	stray $server_address 6379 $node_address $client_port \
		A,500000000,-500000000 A,700000000,-300000000 A,900000000,-800000000
	publish $server_address
	wait_for_rsts 3 15
	# Innocent: a port that nobody listens on. And the flow lives on.
	try_ports 2 8001 $node_address
	wait_for_rsts 5 15
	publish $server_address
	wait_for '[[ $(grep -c hello $STATE/subscriber.log) == 2 ]]' 15 "both messages to arrive"
	count_flows $node_address flows_after
	fact_sockets_after
}
