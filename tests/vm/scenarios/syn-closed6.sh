# SPDX-License-Identifier: GPL-2.0-only
# Innocent: syn-closed in IPv6.

RUNS=test-kernels

setup() {
	network_make
	network_make6
	node_address_add
	masquerade6
}

act() {
	try_ports 7 8001 $NODE6
	wait_for_rsts 7 15
}
