# SPDX-License-Identifier: GPL-2.0-only
# Rules that refuse with tcp-reset: nft, INPUT (2) and FORWARD (3), IPv4 and IPv6, and
# connections that are under way (2).

refuse_setup() {
	network_make
	network_make6
	node_address_add
	masquerade nft
	masquerade6
	flows_start a 2 7001
}

refuse() {
	nft -f - <<-'RULES'
		table inet guard {
			chain input {
				type filter hook input priority 0;
				tcp dport 8100-8199 counter reject with tcp reset
			}
			chain forward {
				type filter hook forward priority 0;
				tcp dport { 8200-8299, 7001 } counter reject with tcp reset
			}
		}
	RULES
}

refusals() {
	nft list table inet guard |
		awk '/counter packets/ { for (i = 1; i < NF; i++) if ($i == "packets") n += $(i + 1) } END { print n }'
}

refused_act() {
	try_ports 2 8101
	try_ports 2 8111 $NODE6
	try_ports 3 8201 $SERVER c1
	try_ports 3 8211 $SERVER6 c1
	tell a_client say hello
	wait_for '[[ $(refusals) == 12 ]]' 5 "the rules to refuse 12 times"
	# Innocent.
	try_ports 2 8001
	wait_for_rsts 2 15
	fact rejects "$(refusals)"
}
