# SPDX-License-Identifier: GPL-2.0-only
# Innocent: live sockets refuse packets; in IPv6.

. /guest/protocol.sh
RUNS=test-kernels
setup() { protocol_setup $NODE6 $SERVER6; }
act() { protocol_act; }
teardown() { protocol_teardown; }
