# SPDX-License-Identifier: GPL-2.0-only
# entry-removed / remote: one flush, after which the server speaks first to some (2)
# and the client to the others (3), which get another port than before.

RUNS=test-kernels

setup() {
	network_make
	node_address_add
	masquerade_random
	flows_start a 2 7001
	flows_start b 3 7002
}

act() {
	count_flows $NODE flows_before
	flap
	tell a_server say hello
	wait_for_rsts 2 15
	tell b_client read
	tell b_client say hello
	wait_for "[[ \$(log_count b_client reset) == 3 ]]" 5 "the container to be hung up on"
}
