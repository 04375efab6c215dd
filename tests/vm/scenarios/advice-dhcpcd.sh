# SPDX-License-Identifier: GPL-2.0-only
# dhcpcd, as advice-dhclient: `lastleaseextend`, and a restart of dhcpcd.

. /guest/managers.sh
. /guest/exposure.sh
NEEDS=extra
RUNS=test-kernels
WINDOW=180

setup() {
	network_make
	dhcp_server_start
	dhcpcd_start
	masquerade nft
	flows_start a 3 7001
}

act() {
	expose before
	end KILL udhcpd
	wait_for "! node_has_address" 60 "the lease to end"
	dhcp_server_start
	wait_for node_has_address 60 "dhcpcd to have its lease again"
	tell a_server say hello
	wait_for_rsts 3 15

	flows_start b 3 7002
	address_watch
	echo lastleaseextend >>/etc/dhcpcd.conf
	end TERM dhcpcd
	dhcpcd_run
	wait_for address_is_permanent 40 "dhcpcd to keep the address"
	expose cured
	# Longer than the least lease of dhcpcd's, 20 s.
	dhcp_server_pause 25
	flows_serve b 3
	fact_removals $NODE
}

teardown() { rm -f /etc/dhcpcd.conf; }
