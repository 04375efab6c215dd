# SPDX-License-Identifier: GPL-2.0-only
# The same as routed-innocent, in IPv6.

. /guest/scenarios/routed-innocent.sh
RUNS=test-kernels
SERVICE=$CLUSTER6 ENDPOINT=$SERVER6 POD=$CLIENT6
service_network() { service_network6; }
