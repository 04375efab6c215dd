# SPDX-License-Identifier: GPL-2.0-only
# nm-expiry's advice is followed: the leased address is added to the profile and reapplied.
# Then the DHCP server goes for longer than the lease, and comes back: as advice-networkd.

. /guest/managers.sh
. /guest/exposure.sh
NEEDS=extra
RUNS=test-kernels
WINDOW=120

setup() {
	network_make
	dhcp_server_start
	network_manager_start
	masquerade nft
	flows_start a 3 7001
}

act() {
	expose before
	address_watch
	nmcli connection modify up0 +ipv4.addresses $NODE/24
	nmcli device reapply up0
	wait_for address_is_permanent 20 "NetworkManager to keep the address"
	expose cured
	dhcp_server_pause 20
	flows_serve a 3
	try_ports 2 8001
	wait_for_rsts 2 15
	fact_removals $NODE
}
