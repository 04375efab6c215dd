# SPDX-License-Identifier: GPL-2.0-only
# The table is full of flows that have been answered (101), so that a new entry finds none
# to take the place of, and is refused; from 95 % on the collector then drops those that
# will end anyway, in its own time: half-closed ones (3), which have been answered, too,
# and minutes left. Beside them: the full table's own flows, and a closed port (2).

. /guest/collector.sh
RUNS=test-kernels

setup() {
	network_make
	node_address_add
	masquerade nft
	save table_max "$(sysctl -n net.netfilter.nf_conntrack_max)"
	sysctl -q -w net.netfilter.nf_conntrack_tcp_timeout_close_wait=600
	flows_start a 3 7001
	flows_start b 101 7002
}

# By listing them: none has expired.
tracked() { { conntrack -L -p tcp --dport $1 2>/dev/null || true; } | wc -l; }
early_drops() { conntrack -S | grep -oE 'early_drop=[0-9]+' | awk -F= '{ n += $2 } END { print n + 0 }'; }

# Each is refused, and the collector told to make room.
knock() { ip netns exec c1 bash -c "echo >/dev/udp/$SERVER/9"; }

act() {
	local before
	tell a_client shut
	wait_for "[[ \$(socket_count srv close-wait 'sport = :7001') == 3 ]]" 5 "three half-closed flows"
	before=$(early_drops)
	# The kernel reckons in whole hundreds: 95 of these.
	sysctl -q -w net.netfilter.nf_conntrack_max=100
	wait_for 'knock; sleep 1; [[ $(tracked 7001) == 0 ]]' $COLLECTOR_SECONDS "the collector"
	fact answered_left "$(tracked 7002)"
	fact early_drops_on_insert $(($(early_drops) - before))
	sysctl -q -w net.netfilter.nf_conntrack_max=$table_max
	tell a_server say hello
	tell b_server say hello
	wait_for_rsts 3 15
	try_ports 2 8001
	wait_for_rsts 5 15
	wait_for '[[ $(ss -N c1 -tnH "dport = :7002" | awk "\$2 > 0" | wc -l) == 101 ]]' 10 "the others' words to arrive"
}

teardown() {
	sysctl -q -w net.netfilter.nf_conntrack_max=$table_max
	sysctl -q -w net.netfilter.nf_conntrack_tcp_timeout_close_wait=60
}
