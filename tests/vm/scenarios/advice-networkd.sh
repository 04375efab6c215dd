# SPDX-License-Identifier: GPL-2.0-only
# The founding incident's advice is followed on a live node with a healthy lease: a netplan
# drop-in with KeepConfiguration=dhcp, and networkd restarted as `systemctl restart` does it
# (SIGUSR2, see RestartKillSignal= in its unit). Then the DHCP server goes for longer than the
# lease, and comes back. The address stays, and no flow is reset. Beside them: two ports that
# nobody listens on.

RUNS=test-kernels
WINDOW=90
DROP_IN=/etc/systemd/network/10-netplan-up0.network.d

setup() {
	network_make
	dhcp_server_start
	networkd_start
	# As netplan calls its file, below /run; the drop-in is below /etc.
	mv /run/systemd/network/10-up0.network /run/systemd/network/10-netplan-up0.network
	masquerade nft
	flows_start a 3 7001
}

act() {
	address_watch
	mkdir -p $DROP_IN
	printf '[Network]\nKeepConfiguration=dhcp\n' >$DROP_IN/keep.conf
	end USR2 networkd
	networkd_run
	wait_for address_is_permanent 20 "networkd to keep the address"
	# Longer than the lease of 8 s.
	dhcp_server_pause 12
	flows_serve a 3
	try_ports 2 8001
	wait_for_rsts 2 15
	fact_removals $NODE
}

teardown() { rm -rf $DROP_IN /run/systemd/network/10-netplan-up0.network; }
