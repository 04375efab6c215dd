# SPDX-License-Identifier: GPL-2.0-only
# The same as own-pod, in IPv6.

. /guest/scenarios/own-pod.sh
RUNS=test-kernels
SERVICE=$CLUSTER6 ENDPOINT=$SERVER6
service_network() { service_network6; }
