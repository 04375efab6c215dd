# SPDX-License-Identifier: GPL-2.0-only
# As nested-quiet, and the server speaks: the node resets it (3), and the victims are the
# pod's sockets, one translation further in. Of others the pod speaks first, and lives (2).

. /guest/nested.sh

setup() {
	nested_network
	listen one srv $SERVER 7001
	listen two srv $SERVER 7002
	clients a p1 3 $SERVER 7001
	clients b p1 2 $SERVER 7002
	tell two read
}

act() {
	count_flows $NODE flows_before
	flap
	tell b say hello
	wait_for '[[ $(log_count two got) == 2 ]]' 15 "the others to live"
	tell one say hello
	wait_for_rsts 3 15
	fact established_in_pod "$(established_in_pod 7001)"
	fact others_in_pod "$(established_in_pod 7002)"
}
