# SPDX-License-Identifier: GPL-2.0-only
# `nft flush ruleset` on a busy node: a hundred connections to a published port and a hundred
# out through the masquerade speak within a moment. All 200 are the flush's doing, however
# many wait for conntrack's answer; a port that nobody listens on (2) is not.
WINDOW=90

setup() {
	network_make
	node_address_add
	# Without nf_conntrack_netlink nobody could be asked: this loads it.
	conntrack -L >/dev/null 2>&1
	masquerade nft
	nft "table ip docker {
		chain prerouting {
			type nat hook prerouting priority -100;
			ip daddr $NODE tcp dport 8080 dnat to $CLIENT:80
		}
	}"
	spawn web ip netns exec c1 tcpend listen $CLIENT 80
	wait_for '[[ $(ss -N c1 -tlnH "sport = :80") ]]' 10 "the container to listen"
	spawn in ip netns exec srv tcpend connect $NODE 8080 100
	wait_for '[[ $(log_count web accepted) == 100 ]]' 20 "100 connections in"
	flows_start out 100 7001
}

act() {
	nft flush ruleset
	tell in say hello
	wait_for_rsts 100 20
	tell out_server say hello
	wait_for_rsts 200 20
	try_ports 2 8001
	wait_for_rsts 202 15
}
