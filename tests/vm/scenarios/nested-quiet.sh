# SPDX-License-Identifier: GPL-2.0-only
# The flows of a pod are translated twice on this node, in the container that it is behind
# and by the node, which loses its address for a moment. Nobody speaks. The sockets of the
# pod are at risk (3), though the address that the node knows them by is no socket's; others
# were closed before, unheard (2).

. /guest/nested.sh

setup() {
	nested_network
	listen one srv $SERVER 7001
	listen two srv $SERVER 7002
	clients a p1 3 $SERVER 7001
	clients b p1 2 $SERVER 7002
	kill_unheard b 7002
}

act() {
	count_flows $NODE flows_before
	flap
	wait_for_risks 3
	fact established_in_pod "$(established_in_pod 7001)"
}
