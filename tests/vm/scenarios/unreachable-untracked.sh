# SPDX-License-Identifier: GPL-2.0-only
# The same as unreachable-socket, of connections that conntrack never saw: the first rule
# that needs it came after them. Nothing was forgotten: two sockets are bound to another
# device, three are in no VRF. Beside them two connections that are really over.

. /guest/unreachable.sh

setup() {
	network_make
	node_address_add
	unreachable_setup
	masquerade nft
	fact entries "$(conntrack -C)"
}

act() { unreachable_act; }
