# SPDX-License-Identifier: GPL-2.0-only
# Innocent: live sockets refuse packets; in IPv4.

. /guest/protocol.sh
setup() { protocol_setup $NODE $SERVER; }
act() { protocol_act; }
teardown() { protocol_teardown; }
