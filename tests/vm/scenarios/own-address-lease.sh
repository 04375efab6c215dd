# SPDX-License-Identifier: GPL-2.0-only
# A plain host, no NAT, with networkd: its lease ends, and the next has another address. Three
# connections of its own were bound to the old one: no reset is ever sent, and both ends
# think that they are connected. Beside them: two ports that nobody listens on.

RUNS=test-kernels
WINDOW=120
OTHER=10.9.0.5

setup() {
	network_make
	ip -n srv neigh add $OTHER lladdr 02:00:0a:09:00:01 dev eth0 nud permanent
	dhcp_server_start
	networkd_start
	spawn own_server ip netns exec srv tcpend listen $SERVER 7003
	wait_for '[[ $(ss -N srv -tlnH "sport = :7003") ]]' 10 "the server to listen"
	spawn own tcpend connect $SERVER 7003 3
	wait_for '[[ $(log_count own_server accepted) == 3 ]]' 10 "three connections"
}

node_has_other() { [[ $(ip -4 -o addr show dev up0) == *" $OTHER/"* ]]; }

act() {
	end KILL udhcpd
	wait_for "! node_has_address" 40 "the lease to end"
	sed -i "s/10\.9\.0\.1$/$OTHER/" "$STATE/udhcpd.conf"
	: >"$STATE/udhcpd.leases"
	spawn udhcpd ip netns exec srv udhcpd -f "$STATE/udhcpd.conf"
	wait_for node_has_other 40 "the other address"
	tell own_server say hello
	tell own say hello
	if [[ -e $OUT/$NAME.json ]]; then
		wait_for '(( $(grep -c "^{\"type\":\"at_risk\"" "$OUT/$NAME.json") >= 3 ))' 15 "three to be found at risk"
	fi
	try_ports 2 8001 $OTHER
	wait_for_rsts 2 15
	fact own_established "$(ss -tnH state established 'dport = :7003' | wc -l)"
	fact srv_established "$(socket_count srv established 'sport = :7003')"
}

# Or what its sockets have to say when they are closed would be sent for minutes.
teardown() { ip addr add $NODE/24 dev up0; }
