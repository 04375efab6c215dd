# SPDX-License-Identifier: GPL-2.0-only
# `networkctl reconfigure` makes networkd drop keepalived's address as foreign, and three flows
# are reset. Then the advice is followed: KeepConfiguration=static, applied by a restart (as
# `systemctl restart` does it, by SIGUSR2), and so is a later change of the file. No flow of the
# second three is reset. Beside them: two ports that nobody listens on.

. /guest/managers.sh
NEEDS=extra
RUNS=test-kernels
WINDOW=120

setup() {
	network_make
	network_b_make
	networkd_static_start
	keepalived_start $NODE_B/24
	masquerade nft
	flows_start a 3 7001 $SERVER_B
}

restart() {
	end USR2 networkd
	networkd_run
	wait_for 'networkctl status up0 2>/dev/null | grep -q "(configured)"' 20 "networkd to configure up0"
}

act() {
	networkd_drops $NODE_B/24
	tell a_server say hello
	wait_for_rsts 3 15

	flows_start b 3 7002 $SERVER_B
	address_watch
	sed -i '/^\[Network\]/a KeepConfiguration=static' $UP0_NETWORK
	restart
	sed -i '/^\[Network\]/a DNS=10.9.0.2' $UP0_NETWORK
	restart
	sleep 2
	flows_serve b 3
	try_ports 2 8001
	wait_for_rsts 5 15
	fact_removals $NODE_B
}

teardown() { rm -f $UP0_NETWORK; }
