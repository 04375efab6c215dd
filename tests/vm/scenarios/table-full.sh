# SPDX-License-Identifier: GPL-2.0-only
# The table is full while three connections are being opened, whose entries nobody has
# answered yet: the kernel drops those to make room. Then the server's answers come.
# Beside them: a flow that has been answered (ASSURED), which is never dropped so.

VICTIMS=(41001 41002 41003) # the server's ports, which its own TCP is kept from

setup() {
	network_make
	node_address_add
	masquerade nft
	raw_ports_guard
	flows_start a 2 7001
	save htable_size "$(</sys/module/nf_conntrack/parameters/hashsize)"
	save table_max "$(sysctl -n net.netfilter.nf_conntrack_max)"
	# Early drop looks at eight buckets: few of them, or it would find nothing.
	echo 512 >/sys/module/nf_conntrack/parameters/hashsize
}

victims_left() {
	local port left=0
	for port in "${VICTIMS[@]}"; do
		left=$((left + $({ conntrack -L -p tcp --dport $port 2>/dev/null || true; } | wc -l)))
	done
	echo $left
}

# One process, and a new entry for each datagram: none is answered.
crowd() {
	ip netns exec c1 bash -c 'for ((i = 0; i < 400; i++)); do
		exec {fd}<>/dev/udp/'$SERVER'/$((41100 + i)); echo >&$fd; exec {fd}>&-; done' 2>/dev/null
}

act() {
	local port
	for port in "${VICTIMS[@]}"; do
		ip netns exec c1 rawtcp send $CLIENT $port $SERVER $port S,1000,0
	done
	wait_for '[[ $(victims_left) == 3 ]]' 5 "three half-open entries"
	sysctl -q -w net.netfilter.nf_conntrack_max=6
	wait_for 'crowd; [[ $(victims_left) == 0 ]]' 20 "the three to be dropped"
	fact early_drops "$(conntrack -S | grep -oE 'early_drop=[0-9]+' | awk -F= '{ n += $2 } END { print (n >= 3) }')"
	sysctl -q -w net.netfilter.nf_conntrack_max=$table_max
	for port in "${VICTIMS[@]}"; do rawtcp_srv send $SERVER $port $NODE $port SA,5000,1001; done
	tell a_server say hello
	wait_for_rsts 3 5
	fact assured_left "$({ conntrack -L -p tcp --dport 7001 2>/dev/null || true; } | wc -l)"
}

teardown() {
	sysctl -q -w net.netfilter.nf_conntrack_max=$table_max
	echo $htable_size >/sys/module/nf_conntrack/parameters/hashsize
}
