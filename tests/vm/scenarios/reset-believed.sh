# SPDX-License-Identifier: GPL-2.0-only
# A firewall drops RSTs in FORWARD, after conntrack has seen them. A forged RST goes by: both
# sockets live on, conntrack takes the connection for closed and forgets it, the server's next
# words are reset (2). Innocent, with the same packets: the client hangs up itself, and the
# same rule keeps that from the server (2).

RUNS=test-kernels

setup() {
	network_make
	node_address_add
	masquerade nft
	sysctl -q -w net.netfilter.nf_conntrack_tcp_timeout_close=2
	nft 'table ip strict {
		chain passing {
			type filter hook forward priority 10;
			tcp flags & rst == rst drop
		}
	}'
	flows_start forged 2 7001
	flows_start over 2 7002
}
teardown() { sysctl -q -w net.netfilter.nf_conntrack_tcp_timeout_close=10; }

# As the server knows them.
client_ports() { ss -N srv -tnH state established "sport = :$1" | awk '{ sub(/.*:/, "", $4); print $4 }'; }
entries_left() { { conntrack -L -p tcp --orig-port-dst $1 2>/dev/null || true; } | wc -l; }

act() {
	local port
	for port in $(client_ports 7001); do stray $SERVER 7001 $NODE $port RA,0,0; done
	tell forged_client say hello
	tell over_client linger
	tell over_client close
	wait_for '[[ $(entries_left 7001) == 0 && $(entries_left 7002) == 0 ]]' 20 "the entries to go"
	tell forged_server say hello
	tell over_server say hello
	wait_for_rsts 4 15
	fact open "$(socket_count c1 established 'dport = :7001')"
}
