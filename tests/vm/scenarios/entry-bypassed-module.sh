# SPDX-License-Identifier: GPL-2.0-only
# The rules of the NAT table go, which breaks no flow while another rule keeps
# conntrack at work; then the table itself, with its hooks, and all break.

RUNS=test-kernels

setup() {
	network_make
	node_address_add
	save variant "$(iptables_variant)"
	masquerade $variant
	nft add table ip filter
	nft 'add chain ip filter input { type filter hook input priority 0; }'
	nft add rule ip filter input ct state established counter
	flows_start a 3 7001
}

words_arrived() { ss -N c1 -tnH 'dport = :7001' | awk '$2 > 0' | wc -l; }

act() {
	$variant -t nat -F
	tell a_server say hello
	wait_for '[[ $(words_arrived) == 3 ]]' 5 "the words to arrive"
	fact rsts_after_flush "$(node_rsts)"
	if [[ $variant == iptables-legacy ]]; then
		fact comm_remover '"modprobe"'
		modprobe -r iptable_nat
	else
		fact comm_remover '"nft"'
		nft delete table ip nat
	fi
	tell a_server say again
	wait_for_rsts 3 15
	count_flows $NODE flows_after
}
