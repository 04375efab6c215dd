# SPDX-License-Identifier: GPL-2.0-only
# Somebody deletes the entries of a pod's connections to a service address (5); beside them,
# two ports of the node that nobody listens on.

. /guest/clusterip.sh

setup() {
	service_network
	ip -n srv addr add 10.9.0.5/24 dev eth0
	clusterip_setup $CLUSTER $SERVER 10.9.0.5
}

act() {
	clusterip_act
	try_ports 2 8001
	wait_for_rsts 2 15
}
