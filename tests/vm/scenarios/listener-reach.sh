# SPDX-License-Identifier: GPL-2.0-only
# Innocent: SYNs to ports whose listeners they do not reach, see reach.sh.

. /guest/reach.sh
RUNS=test-kernels

setup() {
	network_make
	node_address_add
	masquerade nft
	reach_setup $NODE 127.0.0.1 10.88.0.1 0.0.0.0 ::
}
act() { reach_act $NODE; }
teardown() { reach_teardown; }
