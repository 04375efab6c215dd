# SPDX-License-Identifier: GPL-2.0-only
# Addresses replaced. As NetworkManager does it: the new one is added, the old one taken
# away, and later all back, where the kernel promotes what was secondary. By SIOCSIFADDR:
# ifconfig. And innocent: the same address once more.

setup() {
	network_make
	network_b_make
	node_address_add
	ip addr add $NODE_B/24 dev up0 label up0:1
	sysctl -q -w net.ipv4.conf.up0.promote_secondaries=1
	masquerade nft
	flows_start a 3 7001
	flows_start b 2 7002 $SERVER_B
}

act() {
	ip addr replace $NODE/24 dev up0
	ip addr add 10.9.0.7/24 dev up0
	ip addr del $NODE/24 dev up0
	# The address is gone, and with it the alias that ifconfig then wants to set up.
	ifconfig up0:1 0.0.0.0 2>/dev/null || true
	wait_for "[[ \$(entries_to $NODE) == 0 && \$(entries_to $NODE_B) == 0 ]]" 15 "the flush"
	ip addr add $NODE/24 dev up0
	ip addr del 10.9.0.7/24 dev up0
	ip addr add $NODE_B/24 dev up0
	tell a_server say hello
	tell b_server say hello
	wait_for_rsts 5 15
	try_ports 2 8001
	wait_for_rsts 7 15
}
