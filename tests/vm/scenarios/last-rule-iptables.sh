# SPDX-License-Identifier: GPL-2.0-only
# last-rule by `iptables-nft -t nat -F`, and what goes out masqueraded (2). Innocent: an `nft`
# in another namespace, just before.

. /guest/last-rule.sh
RUNS=test-kernels

setup() {
	last_rule_network
	masquerade iptables-nft
	flows_start a 2 7001
}

act() {
	ip netns exec srv nft add table ip mine
	iptables-nft -t nat -F
	last_rule_resets a_server
	fact established "$(socket_count c1 established 'dport = :7001')"
}
