# SPDX-License-Identifier: GPL-2.0-only
# A namespace that tracks connections is deleted: its entries (5) go with it, by the
# kernel's own hand. Its addresses are gone too, so that nobody is reset, and nobody
# blamed; nor is that removal for what happens elsewhere: a closed port (2).

setup() {
	network_make
	node_address_add
	ip netns add gone
	ip -n gone link set lo up
	# Loopback is enough to be tracked.
	ip netns exec gone nft 'table ip f { chain i { type filter hook input priority 0; ct state established counter; }; }'
	spawn gone_server ip netns exec gone tcpend listen 127.0.0.1 7001
	wait_for '[[ $(ss -N gone -tlnH "sport = :7001") ]]' 10 "the server to listen"
	spawn gone_client ip netns exec gone tcpend connect 127.0.0.1 7001 5
	wait_for '[[ $(log_count gone_server accepted) == 5 ]]' 10 "five flows"
	# The sockets go, for they would keep the namespace; their RSTs are lost before
	# conntrack sees them.
	ip netns exec gone nft 'table ip lost { chain o { type filter hook output priority -300; tcp flags & rst == rst drop; }; }'
	tell gone_client linger
	tell gone_client close
	tell gone_server linger
	tell gone_server close
	wait_for '[[ -z $(ss -N gone -tnH) ]]' 5 "the sockets to go"
	end KILL gone_client
	end KILL gone_server
}

act() {
	fact entries_before "$(ip netns exec gone conntrack -L -p tcp 2>/dev/null | wc -l)"
	ip netns del gone
	if [[ -e $OUT/$NAME.rec.jsonl ]]; then
		wait_for '(( $(grep -c "\"cause\":\"netns-exit\"" "$OUT/$NAME.rec.jsonl" || true) >= 5 ))' 20 "the namespace to go"
	fi
	try_ports 2 8001
	wait_for_rsts 2 5
}
