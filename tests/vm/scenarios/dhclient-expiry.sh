# SPDX-License-Identifier: GPL-2.0-only
# dhclient: the DHCP server is away for longer than the lease, and comes back. Debian's script
# has the address removed at the lease's end; three flows are reset. Beside them: two ports
# that nobody listens on, and two flows of another address, which live.

. /guest/managers.sh
NEEDS=extra
WINDOW=90

setup() {
	network_make
	network_b_make
	dhcp_server_start
	dhclient_start
	ip addr add $NODE_B/24 dev up0 label up0:b
	masquerade nft
	flows_start a 3 7001
	flows_start b 2 7002 $SERVER_B
}

act() {
	end KILL udhcpd
	wait_for "! node_has_address" 40 "the lease to end"
	dhcp_server_start
	wait_for node_has_address 60 "dhclient to have its lease again"
	tell b_client read
	tell b_server say hello
	wait_for '[[ $(log_count b_client got) == 2 ]]' 15 "the others to live"
	tell a_server say hello
	wait_for_rsts 3 15
	try_ports 2 8001
	wait_for_rsts 5 15
}
