# SPDX-License-Identifier: GPL-2.0-only
# The same as unreachable-socket, in IPv6.

. /guest/unreachable.sh
RUNS=test-kernels

setup() {
	network_make
	network_make6
	masquerade6
	unreachable_setup $NODE6
}

act() { unreachable_act; }
