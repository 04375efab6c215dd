# SPDX-License-Identifier: GPL-2.0-only
# Innocent: connections of the node itself that nothing translates, given up in silence by
# the node's side, so that conntrack still has them open (a server's, 3; a client's, 2). The
# table is emptied, the peers speak and are reset, as they would have been anyway.

setup() {
	network_make
	node_address_add
	masquerade nft
	sysctl -q -w net.ipv4.tcp_retries2=2
	node_server dead 7301
	node_clients peers 3 7301
	flows_far
	mute 7301-7302
	tell dead say anybody
	tell own say anybody
	wait_for '[[ -z $(ss -tnH state connected "sport = :7301 or dport = :7302") ]]' 60 "the node to give up"
	end KILL dead
	end KILL own
	unmute
	fact still_tracked "$(conntrack -L -p tcp --state ESTABLISHED 2>/dev/null | wc -l)"
}

# Of the node to the other host.
flows_far() {
	spawn far ip netns exec srv tcpend listen $SERVER 7302
	wait_for '[[ $(ss -N srv -tlnH "sport = :7302") ]]' 10 "the other host to listen"
	spawn own tcpend connect $SERVER 7302 2
	wait_for '[[ $(log_count far accepted) == 2 ]]' 10 "the connections"
}

act() {
	conntrack -F >/dev/null 2>&1
	tell peers say hello
	tell far say hello
	wait_for_rsts 5 15
}

teardown() { sysctl -q -w net.ipv4.tcp_retries2=15; }
