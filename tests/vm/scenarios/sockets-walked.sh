# SPDX-License-Identifier: GPL-2.0-only
# All sockets by one walk over the open files, where the kernel has it: held against ss, socket
# by socket, and against an audit that asks one namespace at a time, of the same node. Beside
# plain connections: one bound to a device, one half closed, one with data that nobody read, one
# that a process and its child share, one with keepalive, IPv6 ones and IPv4-mapped ones; and
# such as no process holds: two that wait to be accepted, and one that was closed and still has
# data to send, whose namespaces are asked.

PORT=7001

setup() {
	network_make
	node_address_add
	masquerade nft
	modprobe nf_conntrack_netlink
	flows_start plain 3 $PORT
	flows_start bound 1 7002
	flows_start half 1 7003
	flows_start unread 1 7004
	flows_start probed 1 7005
	spawn shared ip netns exec c1 bash -c "exec 3<>/dev/tcp/$SERVER/$PORT; sleep 1000000 & wait"
	wait_for '[[ $(log_count plain_server accepted) == 4 ]]' 10 "the one that is shared"
	spawn dual ip netns exec srv tcpend listen :: 7006
	wait_for '[[ $(ss -N srv -tlnH "sport = :7006") ]]' 10 "the listener of both families"
	spawn mapped ip netns exec c1 tcpend connect $SERVER 7006
	spawn own6 ip netns exec srv tcpend connect ::1 7006
	wait_for '[[ $(log_count dual accepted) == 2 ]]' 10 "its clients"
	tell bound_client bind eth0
	tell probed_client keepalive
	tell half_client shut
	wait_for '[[ $(socket_count srv close-wait "sport = :7003") == 1 ]]' 10 "the half that is closed"
	unheld
	wait_for "resting c1 'dport = :$PORT'" 10 "them to rest"
	tell unread_server say hello
	wait_for "[[ \$(ss -N c1 -tnH 'dport = :7004' | awk '{ print \$2 }') == 5 ]]" 10 "what nobody reads"
}

# In namespaces of their own: a listener that accepts nothing, and a peer that takes nothing of
# what it is sent before the end.
unheld() {
	local ns
	for ns in waits ends; do
		ip netns add $ns
		ip -n $ns link set lo up
		ip -n $ns addr add 10.77.0.1/32 dev lo
		ip -n $ns link add dummy0 type dummy
		ip -n $ns addr add 10.77.0.2/32 dev dummy0
	done
	spawn slow ip netns exec waits tcpend listen 10.77.0.2 7100
	wait_for '[[ $(ss -N waits -tlnH) ]]' 10 "the one that accepts nothing"
	kill -STOP "$slow_pid"
	spawn waiting ip netns exec waits tcpend connect 10.77.0.2 7100 2
	wait_for '[[ $(ss -N waits -tnH state established | wc -l) == 4 ]]' 10 "two that wait"
	spawn deaf ip netns exec ends tcpend listen 10.77.0.2 7101
	wait_for '[[ $(ss -N ends -tlnH) ]]' 10 "the peer that takes nothing"
	spawn orphan ip netns exec ends tcpend connect 10.77.0.2 7101
	wait_for '[[ $(log_count deaf accepted) == 1 ]]' 10 "its connection"
	ip netns exec ends nft 'add table ip lost; add chain ip lost out { type filter hook output priority 0; };
		add rule ip lost out tcp dport 7101 drop'
	tell orphan say last
	end KILL orphan
	wait_for '[[ $(ss -N ends -tnH state fin-wait-1) ]]' 10 "the orphan"
}

# inode state receive-queue send-queue ports, a line for each socket that a process has
by_ss() {
	local ns
	for ns in root $(ip netns list | awk '{ print $1 }'); do
		if [[ $ns == root ]]; then ss -tanepOH; else ss -N "$ns" -tanepOH; fi
	done | awk -v states="ESTAB 1 SYN-SENT 2 FIN-WAIT-1 4 FIN-WAIT-2 5 CLOSE-WAIT 8 LAST-ACK 9 LISTEN 10 CLOSING 11" '
		BEGIN { n = split(states, s, " "); for (i = 1; i < n; i += 2) number[s[i]] = s[i + 1] }
		function port(end) { sub(/.*:/, "", end); return end == "*" ? 0 : end }
		match($0, / ino:[0-9]+/) {
			inode = substr($0, RSTART + 5, RLENGTH - 5)
			if (inode + 0) print inode, number[$1], $2, $3, port($4), port($5)
		}' | sort
}

by_walk() { SOCKETS=1 rstblame-blindfold >"$STATE/walk"; }

# Each process that the walk names, among those that ss has found in /proc.
named_wrongly() {
	local ns
	for ns in root $(ip netns list | awk '{ print $1 }'); do
		if [[ $ns == root ]]; then ss -tanepOH; else ss -N "$ns" -tanepOH; fi
	done >"$STATE/ss.users"
	awk 'NR == FNR { if (match($0, / ino:[0-9]+/)) users[substr($0, RSTART + 5, RLENGTH - 5)] = $0; next }
		$3 != 7 && !index(users[$1], "\"" $9 "\"," $8 ")")' "$STATE/ss.users" "$STATE/walk" | wc -l
}

# audited KEY PROGRAM: what it finds, without what no two have in common
audited() {
	local status=0
	"$2" --audit -v -f json -o "$STATE/$1.json" 2>"$STATE/$1.log" || status=$?
	cp "$STATE/$1.json" "$OUT/$NAME.$1.log"
	fact "$1_status" $status
	jq -S 'select(.type == "at_risk" or .type == "sockets") | del(.id, .ts, .mono_ns)' "$STATE/$1.json" |
		jq -sc 'sort_by(tostring) | .[]' >"$STATE/$1.found"
	fact "$1_at_risk" "$(jq -sc 'map(select(.type == "at_risk")) | length' "$STATE/$1.json")"
	fact "$1_said" "$(sed -n 's/^rstblame: sockets: //p' "$STATE/$1.log" | jq -Rsc 'split("\n") | map(select(. != ""))')"
}

compare() {
	by_ss >"$STATE/ss"
	by_walk
	fact sockets_many "$(($(wc -l <"$STATE/ss") >= 20))"
	# Closed ones are in no table, so ss has none of them.
	fact differ "$({ diff "$STATE/ss" <(awk '$3 != 7 { print $1, $3, $4, $5, $6, $7 }' "$STATE/walk" | sort) || true; } | jq -Rsc 'split("\n") | map(select(. != ""))')"
	fact wrong_process "$(named_wrongly)"
	fact bound "$(awk '$7 == 7002 { print $10 }' "$STATE/walk" | jq -sc .)"
	fact probed "$(awk '$7 == 7005 { print $11, $12, $13, $14 }' "$STATE/walk" | jq -Rsc 'split("\n")[0]')"
	fact unprobed "$(awk '$7 == 7003 { print $11 }' "$STATE/walk" | jq -sc .)"
	fact unread "$(awk '$7 == 7004 { print $4 }' "$STATE/walk" | jq -sc .)"
	fact shared "$(awk '$7 == 7001 && $9 != "tcpend" { print $9 }' "$STATE/walk" | jq -Rsc 'split("\n")[:-1]')"
	audited walked rstblame
	HIDE=bpf_iter_task_file audited asked rstblame-blindfold
	fact audits_differ "$({ diff "$STATE/walked.found" "$STATE/asked.found" || true; } | jq -Rsc 'split("\n") | map(select(. != ""))')"
}

act() {
	fact flows_before "$(conntrack -C)"
	fact flows_before_tcp "$(($(conntrack -L -f ipv4 -p tcp 2>/dev/null | wc -l) + $(conntrack -L -f ipv6 -p tcp 2>/dev/null | wc -l)))"
	conntrack -F 2>/dev/null
	# Its next probe makes its entry again.
	wait_for '[[ $(conntrack -L -p tcp --dport 7005 2>/dev/null) ]]' 15 "the one with keepalive to be known"
	if [[ -x /usr/bin/rstblame-blindfold ]]; then compare; fi
}

teardown() {
	local ns
	for ns in waits ends; do
		if [[ -e /run/netns/$ns ]]; then ip netns del $ns; fi
	done
}
