# SPDX-License-Identifier: GPL-2.0-only
# The published port's rule was the last that needs conntrack: a kworker takes conntrack's
# hooks away some moments after `nft flush chain` is done, and connections that are under
# way (2) are reset though their entries are alive. Another process had changed rules just
# before, in a namespace of its own: it is innocent.

. /guest/last-rule.sh

setup() {
	last_rule_network
	nft 'table ip docker {
		chain prerouting { type nat hook prerouting priority -100; }
	}'
	nft "add rule ip docker prerouting ip daddr $NODE tcp dport 8080 dnat to $CLIENT:80"
	last_rule_connections
}

act() {
	ip netns exec srv iptables-nft -N mine
	nft flush chain ip docker prerouting
	last_rule_resets early
	fact established "$(socket_count c1 established 'sport = :80')"
}
