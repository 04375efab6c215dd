# SPDX-License-Identifier: GPL-2.0-only
# The same as renewed-innocent, in IPv6.

. /guest/scenarios/renewed-innocent.sh
RUNS=test-kernels
SERVICE=$CLUSTER6 ENDPOINT=$SERVER6
service_network() { service_network6; }
