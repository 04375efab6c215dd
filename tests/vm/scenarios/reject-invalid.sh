# SPDX-License-Identifier: GPL-2.0-only
# The firewall resets what is INVALID, or new without a SYN. An address flaps, and the
# server's next words meet that rule (3): it is only the messenger. Beside them: two ports
# that the same chain refuses as it should.

setup() {
	network_make
	node_address_add
	masquerade nft
	sysctl -q -w net.netfilter.nf_conntrack_tcp_loose=0
	nft -f - <<-'RULES'
		table inet guard {
			chain input {
				type filter hook input priority 0;
				ct state established,related accept
				iifname "up0" ct state invalid counter reject with tcp reset
				iifname "up0" meta l4proto tcp counter reject with tcp reset
			}
		}
	RULES
	flows_start a 3 7001
}

refusals() {
	nft list table inet guard |
		awk '/counter packets/ { for (i = 1; i < NF; i++) if ($i == "packets") n += $(i + 1) } END { print n + 0 }'
}

act() {
	flap
	tell a_server say hello
	wait_for '[[ $(refusals) == 3 ]]' 15 "3 refusals"
	try_ports 2 8001
	wait_for '[[ $(refusals) == 5 ]]' 15 "5 refusals"
	fact rejects "$(refusals)"
	fact client_established "$(socket_count c1 established 'dport = :7001')"
}

teardown() { sysctl -q -w net.netfilter.nf_conntrack_tcp_loose=1; }
