# SPDX-License-Identifier: GPL-2.0-only
# The same as ecmp-moved, in IPv6.

. /guest/scenarios/ecmp-moved.sh
RUNS=test-kernels
VIP=fd00:9::100 PEER=$SERVER6 POD=$CLIENT6
node_address_add() { network_make6; }
