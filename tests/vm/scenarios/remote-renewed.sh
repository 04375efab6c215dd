# SPDX-License-Identifier: GPL-2.0-only
# The entry is flushed and the client speaks first: it is translated anew, with
# another port, which the server does not know. The reset comes from the server, and
# the flush is to blame.

RUNS=test-kernels

setup() {
	network_make
	node_address_add
	masquerade_random
	flows_start a 3 7001
}

act() {
	count_flows $NODE flows_before
	flap
	tell a_client read
	tell a_client say hello
	wait_for "[[ \$(log_count a_client reset) == 3 ]]" 5 "the container to be hung up on"
}
