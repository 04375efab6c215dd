# SPDX-License-Identifier: GPL-2.0-only
# Sockets of the node that are alive, and that their packets cannot reach: two are bound to
# another device than the one that the packets come in by, three are in no VRF while that
# device is put into one. Beside them two connections that are really over: their sockets
# were destroyed, and the peer does not know.

unreachable_setup() { # [ADDRESS]
	modprobe vrf
	ip link add other0 type dummy
	ip link set other0 up
	node_server bound 7101 "$@"
	node_server free 7102 "$@"
	node_server dead 7103 "$@"
	node_clients at_bound 2 7101 "$@"
	node_clients at_free 3 7102 "$@"
	node_clients at_dead 2 7103 "$@"
}

alive() { ss -tnH state established "sport = :$1" | wc -l; }

unreachable_act() {
	mute 7103
	ss -K -tn 'sport = :7103' >/dev/null
	wait_for_rsts 2 15
	unmute
	tell at_dead say hello
	wait_for_rsts 4 15

	tell bound bind other0
	wait_for "[[ \$(ss -tnH state established 'sport = :7101' | grep -c %other0) == 2 ]]" 5 "two to be bound"
	tell at_bound say hello
	wait_for_rsts 6 15

	ip link add mgmt type vrf table 10
	ip link set mgmt up
	# Or an IPv6 address would go with the interface's change of tables.
	sysctl -q -w net.ipv6.conf.up0.keep_addr_on_down=1
	ip link set up0 master mgmt
	tell at_free say hello
	wait_for_rsts 9 15
	sleep 1 # each is looked up while it is there
	fact bound_alive "$(alive 7101)"
	fact free_alive "$(alive 7102)"
}
