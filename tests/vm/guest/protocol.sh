# SPDX-License-Identifier: GPL-2.0-only
# Packets that a live socket of the node refuses. Of each kind a prime number: bad
# ACK while the handshake is on (2), a SYN inside of it (3), bad ACK (2) and bad time
# stamp (3) in answer to the node's own SYN, data for a socket that was closed (2).

protocol_setup() { # NODE-ADDRESS SERVER-ADDRESS
	network_make
	network_make6
	node_address_add
	masquerade nft
	masquerade6
	raw_ports_guard
	save node_address "$1"
	save server_address "$2"
	# Above 60 s the half-closed socket stays whole, instead of a TIME_WAIT's small one.
	sysctl -q -w net.ipv4.tcp_fin_timeout=120
	node_server server 7100 "$1"
	node_clients clients 2 7100 "$1"
}
protocol_teardown() { sysctl -q -w net.ipv4.tcp_fin_timeout=60; }

# The node asks for a connection, and is answered with SEGMENT.
answered_with() { # LABEL PORT SEGMENT
	spawn "answer_$1" ip netns exec srv rawtcp answer $server_address "$2" "$3"
	wait_for "[[ \$(log_count answer_$1 answering) == 1 ]]" 5 "rawtcp to wait"
	spawn "ask_$1" tcpend connect $server_address "$2"
}

half_closed() { ss -tanH state fin-wait-2 'sport = :7100' | wc -l; }

protocol_act() {
	rawtcp_srv open $server_address 41001 $node_address 7100 A,1,200000000
	rawtcp_srv open $server_address 41002 $node_address 7100 A,1,100000000
	wait_for_rsts 2 15
	for port in 41003 41004 41005; do
		rawtcp_srv open $server_address $port $node_address 7100 S,10,0
	done
	wait_for_rsts 5 15
	answered_with ack1 41011 SA,5000,500
	answered_with ack2 41012 SA,5000,1000000
	wait_for_rsts 7 15
	answered_with time1 41013 SA,5000,1,0,12345
	answered_with time2 41014 SA,5000,1,0,54321
	answered_with time3 41015 SA,5000,1,0,1
	wait_for_rsts 10 15
	tell server close
	wait_for "[[ \$(half_closed) == 2 ]]" 5 "two half-closed sockets"
	tell clients say hello
	wait_for_rsts 12 15
}
