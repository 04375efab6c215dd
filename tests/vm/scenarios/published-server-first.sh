# SPDX-License-Identifier: GPL-2.0-only
# Published ports, the table is emptied: where the container speaks first, its clients reset
# what they do not know (3). Where the clients speak first, they live (2).

. /guest/published.sh

setup() {
	network_make
	node_address_add
	masquerade nft
	published_setup $NODE $CLIENT
}

act() { published_act; }
