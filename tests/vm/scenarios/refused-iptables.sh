# SPDX-License-Identifier: GPL-2.0-only
# A rule refuses with tcp-reset: iptables, INPUT and FORWARD, IPv4 and IPv6.

RUNS=test-kernels

variants() {
	save v4 "$(iptables_variant)"
	save v6 "${v4/ip/ip6}"
}

setup() {
	network_make
	network_make6
	node_address_add
	masquerade nft
	masquerade6
	variants
	local table
	for table in $v4 $v6; do
		$table -A INPUT -p tcp --dport 8100:8199 -j REJECT --reject-with tcp-reset
		$table -A FORWARD -p tcp --dport 8200:8299 -j REJECT --reject-with tcp-reset
	done
}

iptables_rejects() {
	{ $v4 -vxnL; $v6 -vxnL; } | awk '/REJECT/ { n += $1 } END { print n }'
}

act() {
	try_ports 2 8101
	try_ports 3 8111 $NODE6
	try_ports 5 8201 $SERVER c1
	try_ports 7 8211 $SERVER6 c1
	wait_for "[[ \$(iptables_rejects) == 17 ]]" 5 "the rule to refuse 17 times"
	# Innocent.
	try_ports 2 8001
	wait_for_rsts 2 15
	fact rejects "$(iptables_rejects)"
}

teardown() {
	local table
	for table in $v4 $v6; do $table -F; done
	modprobe -q -r iptable_filter ip6table_filter || true
}
