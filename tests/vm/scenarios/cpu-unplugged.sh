# SPDX-License-Identifier: GPL-2.0-only
# A CPU goes while rstblame watches, and comes back: what happens without it and after it
# is proven as ever.

RUNS=test-kernels
CPU=/sys/devices/system/cpu/cpu1/online

setup() {
	network_make
	node_address_add
	masquerade nft
	flows_start a 3 7001
	flows_start b 2 7002
}

act() {
	if [[ -w $CPU ]]; then echo 0 >$CPU; fi
	fact online "\"$(</sys/devices/system/cpu/online)\""
	conntrack -D -p tcp --dport 7001 >/dev/null 2>&1
	tell a_server say hello
	wait_for_rsts 3 15
	if [[ -w $CPU ]]; then echo 1 >$CPU; fi
	conntrack -F >/dev/null 2>&1
	tell b_server say hello
	wait_for_rsts 5 15
}

teardown() { if [[ -w $CPU ]]; then echo 1 >$CPU; fi; }
