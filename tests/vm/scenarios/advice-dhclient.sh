# SPDX-License-Identifier: GPL-2.0-only
# dhclient: the DHCP server is away for longer than the lease, and three flows are reset when
# the address is back. Then the advice is followed, from the text that was just given: the
# hooks, which count from the next renewal on. The same again: no flow of the second three is
# reset. --exposure foretells the one, and nothing of the other.

. /guest/managers.sh
. /guest/exposure.sh
NEEDS=extra
RUNS=test-kernels
WINDOW=150
HOOKS=/etc/dhcp/dhclient-enter-hooks

setup() {
	network_make
	dhcp_server_start
	dhclient_start
	masquerade nft
	flows_start a 3 7001
}

act() {
	expose before
	end KILL udhcpd
	wait_for "! node_has_address" 40 "the lease to end"
	dhcp_server_start
	wait_for node_has_address 60 "dhclient to have its lease again"
	tell a_server say hello
	wait_for_rsts 3 15

	printf '%s\n' 'unset new_dhcp_lease_time' 'case $reason in EXPIRE|FAIL) exit 0;; esac' >$HOOKS
	wait_for address_is_permanent 20 "the next renewal"
	flows_start b 3 7002
	expose cured
	address_watch
	dhcp_server_pause 15
	flows_serve b 3
	fact_removals $NODE
}

teardown() { rm -f $HOOKS; }
