# SPDX-License-Identifier: GPL-2.0-only
# no-listener / entry-unknown: flows that were forgotten before anybody watched (2)
# beside ports that nobody listens on (3).

RUNS=test-kernels

setup() {
	network_make
	node_address_add
	masquerade nft
	flows_start a 2 7001
	flap
}

act() {
	try_ports 3 8001
	tell a_server say hello
	wait_for_rsts 5 15
}
