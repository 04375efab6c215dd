# SPDX-License-Identifier: GPL-2.0-only
# The same as listener-reach, in IPv6; that a NAT rule sent a SYN there 5.10 does not tell.

. /guest/reach.sh
RUNS=test-kernels

setup() {
	network_make
	network_make6
	masquerade6
	reach_setup $NODE6 ::1 fd00:88::1 :: 0.0.0.0
}
act() { reach_act $NODE6; }
teardown() { reach_teardown; }
