# SPDX-License-Identifier: GPL-2.0-only
# Innocent: as nested-quiet, but the pod's sockets had all been closed, unheard. The entries
# in the container are still there; at risk is nobody.

. /guest/nested.sh
RUNS=test-kernels

setup() {
	nested_network
	listen one srv $SERVER 7001
	clients a p1 3 $SERVER 7001
	kill_unheard a 7001
}

act() {
	count_flows $NODE flows_before
	flap
	fact inner_entries "$(ip netns exec c1 conntrack -L -p tcp --dport 7001 2>/dev/null | grep -c ESTABLISHED)"
}
