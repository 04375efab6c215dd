# SPDX-License-Identifier: GPL-2.0-only
# The same as published-server-first, in IPv6.

. /guest/published.sh
RUNS=test-kernels

setup() {
	network_make
	network_make6
	masquerade6
	published_setup $NODE6 $CLIENT6
}

act() { published_act; }
