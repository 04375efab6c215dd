# SPDX-License-Identifier: GPL-2.0-only
# The same with keepalive: the connections' own address is gone, so that no probe can leave,
# and after two of them the kernel gives up (3). The peer and the path are well.

OTHER=10.9.0.5

setup() {
	network_make
	node_address_add
	ip -n srv neigh add $OTHER lladdr 02:00:0a:09:00:01 dev eth0 nud permanent
	spawn server ip netns exec srv tcpend listen $SERVER 7003
	wait_for "[[ \$(ss -N srv -tlnH 'sport = :7003') ]]" 10 "the server to listen"
	spawn own tcpend connect $SERVER 7003 3
	wait_for '[[ $(log_count server accepted) == 3 ]]' 10 "the connections"
}

act() {
	ip addr add $OTHER/24 dev up0
	ip addr del $NODE/24 dev up0
	tell own read
	tell own keepalive
	wait_for '[[ $(log_count own reset) == 3 ]]' 30 "the kernel to give up"
	fact established_at_server "$(socket_count srv established 'sport = :7003')"
}
