# SPDX-License-Identifier: GPL-2.0-only
# What the rules, the timeouts, the table and the rest of a node expose it to: each provoked, and its
# cure followed as it is given, after which it is gone.

. /guest/findings.sh
. /guest/backlog.sh
WINDOW=120

setup() {
	network_make
	node_address_add
	masquerade nft
	flows_start a 3 7001
	redis_start redis srv $SERVER 6379 60
	modprobe nf_conntrack_netlink
	modprobe tcp_diag
	invalid
	rejects
	timeouts
	queues
	flushers
	uplinks
	paths
	filling
}

# By nft's chain, by iptables' and by sysctl. A segment out of window is dropped then.
invalid() {
	found invalid invalid-answered
	follow invalid-answered '(?<it>sysctl -w [^:]*be_liberal=1)'
	found invalid_liberal invalid-answered
	sysctl -q -w net.netfilter.nf_conntrack_tcp_be_liberal=0
	nft 'table inet guard { chain input { type filter hook input priority 0; ct state established accept; }; }'
	found invalid_accepts invalid-answered
	follow invalid-answered '(?<it>nft insert rule [^;]*)'
	found invalid_nft invalid-answered
	nft delete table inet guard
	iptables-nft -A INPUT -i lo -j ACCEPT
	found invalid_iptables invalid-answered
	follow invalid-answered '(?<it>iptables -I [^;]*)'
	found invalid_iptables_drops invalid-answered
	iptables-nft -F INPUT
	nft delete table ip filter
	found invalid_none invalid-answered
	follow invalid-answered "(?<it>nft 'add table[^']*')"
	found invalid_own_table invalid-answered
	nft delete table inet invalid
}
iptables() { iptables-nft "$@"; }

# The rule means new connections, and meets a flow once its entry is gone.
rejects() {
	reject_by 'meta l4proto tcp reject with tcp reset'
	found rejecting rejects-with-reset
	reject_by 'meta l4proto tcp reject'
	found rejects_icmp rejects-with-reset
	reject_by 'tcp dport 7002 reject with tcp reset'
	found rejects_others rejects-with-reset
	# As the cure says; and the flows outlive the loss of their entries.
	reject_by 'tcp flags & (fin | syn | rst | ack) == syn reject with tcp reset'
	found rejects_syn rejects-with-reset
	conntrack -F 2>/dev/null
	tell a_server read
	tell a_client say hello
	wait_for '[[ $(log_count a_server got) == 3 ]]' 15 "the flows to be served"
	wait_for "resting c1 'dport = :7001'" 10 "them to rest"
	nft delete table inet guard
}
reject_by() {
	if nft list table inet guard >/dev/null 2>&1; then nft delete table inet guard; fi
	nft "table inet guard { chain forward { type filter hook forward priority 0; ct state established accept; $1; }; }"
}

# Three flows without keepalive, which conntrack has picked up in mid-stream after the flush: it keeps
# them for five minutes, until they have spoken once more. redis-cli's keepalive comes after 15 s.
timeouts() {
	found timeouts_picked_up timeout-shorter
	fact picked_up_status "${found_status-0}"
	tell a_client say hello
	wait_for '[[ $(conntrack -L -p tcp --dport 7001 2>/dev/null | grep -c ASSURED) == 3 ]]' 15 "the flows to be assured"
	wait_for "resting c1 'dport = :7001'" 10 "them to rest"
	found timeouts_default timeout-shorter
	sysctl -q -w net.netfilter.nf_conntrack_tcp_timeout_established=600
	tell a_client say hello
	wait_for '[[ $(log_count a_server got) == 9 ]]' 15 "the flows to be served"
	wait_for "resting c1 'dport = :7001'" 10 "them to rest"
	subscriber_start
	found timeouts timeout-shorter
	follow timeout-shorter '(?<it>sysctl -w [^ ]*timeout_established=[0-9]+)'
	tell a_client say hello
	wait_for '[[ $(log_count a_server got) == 12 ]]' 15 "the flows to be served"
	wait_for "resting c1 'dport = :7001'" 10 "them to rest"
	found timeouts_cured timeout-shorter
}

# Five wait of four, and three of eight.
queues() {
	sysctl -q -w net.core.somaxconn=4
	node_server_stopped slow 7100 $NODE
	sysctl -q -w net.core.somaxconn=8
	node_server_stopped slow2 7101 $NODE
	spawn some ip netns exec c1 tcpend connect $NODE 7101 3
	wait_for "[[ \$(log_count some connected) == 3 ]]" 15 "three connections"
	found queues_none accept-queue
	fill full 7100 $NODE
	found queues accept-queue
	end KILL full
	end KILL some
	end KILL slow
	end KILL slow2
	sysctl -q -w net.core.somaxconn=4096
}

flushers() {
	mkdir -p /etc/cron.d
	echo '*/5 * * * * root conntrack -D -p udp --orig-port-dst 53' >/etc/cron.d/dns
	found flushers_udp who-flushes
	printf '# ours\n*/5 * * * * root conntrack -F\n' >/etc/cron.d/clean
	found flushers who-flushes
	rm /etc/cron.d/{dns,clean}
}

uplinks() {
	ip link add up1 type veth peer name eth1 netns srv
	ip -n srv link set eth1 up
	ip addr add 10.8.0.1/24 dev up1
	ip link set up1 up
	ip route add default via $SERVER dev up0
	found uplinks_one route-may-change
	ip route add default via 10.8.0.2 dev up1 metric 200
	found uplinks_two route-may-change
	ip route del default via 10.8.0.2 dev up1 metric 200
	ip route replace default nexthop via $SERVER dev up0 nexthop via 10.8.0.2 dev up1
	found uplinks_ways route-may-change
	ip route del default
	ip link del up1
}

paths() {
	found paths_none blind
	nft 'table ip raw { chain pre { type filter hook prerouting priority -300; udp dport 53 notrack; }; }'
	found paths_notrack blind
	nft delete table ip raw
	spawn other bpfnamed program sd_fw_egress
	spawn cilium bpfnamed program cil_from_container
	wait_for '[[ $(log_count cilium loaded)$(log_count other loaded) == 11 ]]' 5 "the programs"
	found paths_cilium blind
	if [[ -x /usr/bin/rstblame ]]; then
		rstblame --check -f json -o "$STATE/check" 2>>"$STATE/found.log" || true
		fact check_gaps "$(jq -c '[.gaps[] | select(test("Cilium translates"))] | length' "$STATE/check")"
	fi
	end KILL cilium
	end KILL other
	modprobe ip_vs_rr
	sysctl -q -w net.ipv4.vs.conntrack=1
	ipvsadm -A -t $NODE:7005 -s rr
	found paths_ipvs_conntrack blind
	sysctl -q -w net.ipv4.vs.conntrack=0
	found paths_ipvs blind
	ipvsadm -C
	modprobe -q -r ip_vs_rr ip_vs || true
}

# The table is as large as it is told to be: 80 % of it are full, then all, then less than half.
filling() {
	local count
	ip netns exec c1 bash -c 'echo >/dev/udp/'$SERVER'/9'
	found filling_none table-filling
	count=$(conntrack -C)
	sysctl -q -w net.netfilter.nf_conntrack_max=$((count * 100 / 80))
	found filling table-filling
	fact filling_status "${found_status-0}"
	sysctl -q -w net.netfilter.nf_conntrack_max="$(conntrack -C)"
	found full table-filling
	fact full_status "${found_status-0}"
	follow table-filling '(?<it>sysctl -w [^ ]*nf_conntrack_max=[0-9]+)'
	found filling_cured table-filling
	sysctl -q -w net.netfilter.nf_conntrack_max=262144
}

act() { try_ports 2 8001; wait_for_rsts 2 5; }

teardown() {
	nft flush ruleset
	rm -f /etc/cron.d/{dns,clean}
	sysctl -q -w net.netfilter.nf_conntrack_max=262144 net.netfilter.nf_conntrack_tcp_be_liberal=0 \
		net.netfilter.nf_conntrack_tcp_timeout_established=432000
}
