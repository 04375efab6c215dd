# SPDX-License-Identifier: GPL-2.0-only
# NetworkManager: the DHCP server is away for longer than the lease, and comes back. The kernel
# takes the address at the end of the lifetime that NetworkManager gave it; three flows are
# reset. Beside them: two ports that nobody listens on.

. /guest/managers.sh
NEEDS=extra
WINDOW=150

setup() {
	network_make
	dhcp_server_start
	network_manager_start
	masquerade nft
	flows_start a 3 7001
}

act() {
	end KILL udhcpd
	wait_for "! node_has_address" 60 "the lease to end"
	dhcp_server_start
	wait_for node_has_address 90 "NetworkManager to have its lease again"
	tell a_server say hello
	wait_for_rsts 3 15
	try_ports 2 8001
	wait_for_rsts 5 15
}
