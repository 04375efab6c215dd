# SPDX-License-Identifier: GPL-2.0-only
# A RST answers the first packets of three flows, before anything else did: conntrack
# kills such an entry at once, whoever sent the RST. The server goes on all the same.
# Beside them: two ports that are closed in the ordinary way, after which nobody goes on.

VICTIMS=(41001 41002 41003) # the server's ports, which its own TCP is kept from

setup() {
	network_make
	node_address_add
	masquerade nft
	raw_ports_guard
}

act() {
	local port
	for port in "${VICTIMS[@]}"; do
		ip netns exec c1 rawtcp send $CLIENT $port $SERVER $port S,1000,0
	done
	wait_for "[[ \$(entries_to $NODE tcp) == 3 ]]" 5 "three entries"
	for port in "${VICTIMS[@]}"; do rawtcp_srv send $SERVER $port $NODE $port RA,0,1001; done
	wait_for "[[ \$(entries_to $NODE tcp) == 0 ]]" 5 "conntrack to kill them"
	try_ports 2 8001 $SERVER c1 # refused by the server itself
	for port in "${VICTIMS[@]}"; do rawtcp_srv send $SERVER $port $NODE $port SA,5000,1001; done
	wait_for_rsts 3 5
}
