# SPDX-License-Identifier: GPL-2.0-only
# Sockets of the node that are alive, and that their packets cannot reach (5), beside
# connections that are really over (2). Conntrack knew all of them from their first packet,
# and has nothing to do with it.

. /guest/unreachable.sh

setup() {
	network_make
	node_address_add
	masquerade nft
	unreachable_setup
}

act() { unreachable_act; }
