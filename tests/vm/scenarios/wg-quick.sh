# SPDX-License-Identifier: GPL-2.0-only
# Clients go out through a WireGuard tunnel that is restarted. With the same address: the
# server speaks first, and the node resets it (3). With another: two clients speak first, are
# translated to the new address, and the server resets them.

. /guest/managers.sh
NEEDS=extra
RUNS=test-kernels
WINDOW=90
FAR=10.66.0.1

setup() {
	network_make
	node_address_add
	tunnel_make
	nft 'table ip nat {
		chain postrouting {
			type nat hook postrouting priority 100;
			oifname "wg0" masquerade
		}
	}'
	flows_start a 3 7001 $FAR
	flows_start b 2 7002 $FAR
}

act() {
	tunnel down
	tunnel up
	# The node speaks first, or the peer has no session to send through.
	ping -c 1 -W 3 $FAR >/dev/null || true
	tell a_server say hello
	wait_for_rsts 3 15
	tunnel down
	tunnel_write 10.66.0.3
	tunnel up
	tell b_client read
	tell b_client say hello
	wait_for "[[ \$(log_count b_client reset) == 2 ]]" 15 "two clients to be hung up on"
}

teardown() { tunnel_remove; }
