# SPDX-License-Identifier: GPL-2.0-only
# Somebody deletes the entries of a pod's connections to a service address, in IPv6 (5);
# beside them, two ports of the node that nobody listens on.

. /guest/clusterip.sh
RUNS=test-kernels

setup() {
	service_network6
	ip -n srv addr add fd00:9::5/64 dev eth0 nodad
	clusterip_setup $CLUSTER6 $SERVER6 fd00:9::5
}

act() {
	clusterip_act
	try_ports 2 8001 $NODE6
	wait_for_rsts 2 15
}
