# SPDX-License-Identifier: GPL-2.0-only
# Read by the test guest's /guest/init as mode-scale: a node with many namespaces and
# sockets, rstblame beside them. Leaves lines of JSON in /out/results, the last line
# of each report among them, and what is wrong with them in /out/failures.

. /guest/lib.sh
. /guest/network.sh
STATE=/run/bench
PORT=7000
mkdir -p $STATE
: >/out/results >/out/failures
fact() { :; }

result() { printf '%s\n' "$*" >>/out/results; echo "result: $*"; }
want() { # WHAT GOT WANTED
	if [[ $2 != "$3" ]]; then echo "$1: $2 instead of $3" | tee -a /out/failures; fi
}
wait_until() { # CONDITION SECONDS
	local deadline=$(($(now_ms) + $2 * 1000))
	until eval "$1"; do
		if (($(now_ms) > deadline)); then echo "gave up after $2 s: $1" | tee -a /out/failures; return 1; fi
		sleep 0.5
	done
}
file_has() { grep -q "$2" "$1" 2>/dev/null; }
lines_said() { grep -c "^{\"type\":\"$1\"" "$STATE/watch.json" || true; }
# Told one by one, and those that were only counted.
resets_sent() {
	awk '/^{"type":"reset",.*"direction":"sent"/ { n++ }
		/^{"type":"resets",/ && match($0, /"count":[0-9]+/) { n += substr($0, RSTART + 8, RLENGTH - 8) }
		END { print n + 0 }' "$STATE/watch.json"
}
in_use() { awk '$1 == "TCP:" { print $3 }' /proc/net/sockstat; }

make_node() {
	local start
	start=$(now_ms)
	scale node "$namespaces" "$sockets" >$STATE/node &
	wait_until 'file_has $STATE/node ready' 600
	want "sockets" "$(cut -d' ' -f2 $STATE/node)" $((sockets / 2 / namespaces * 2 * namespaces))
	result "{\"node\":{\"namespaces\":$namespaces,\"sockets\":$(cut -d' ' -f2 $STATE/node),\"made_in_ms\":$(($(now_ms) - start))}}"
}

# HOLDERS processes hold the flows between them.
make_flows() {
	local i
	holder_pids=()
	ip netns exec srv scale serve $SERVER $PORT $rate &
	server=$!
	wait_until '[[ $(ss -N srv -tlnH "sport = :$PORT") ]]' 10
	for ((i = 0; i < holders; i++)); do
		ip netns exec c1 scale hold $SERVER $PORT $((flows / holders)) >$STATE/hold.$i &
		holder_pids+=($!)
	done
	ip netns exec c1 scale hold $SERVER $PORT "$closed" >$STATE/hold.closed &
	closer=$!
	wait_until '[[ $(cat $STATE/hold.* | grep -c held) == $((holders + 1)) ]]' 120
	# Their FINs are lost: the entries live on when the sockets are closed.
	ip netns exec c1 nft 'add table ip lost; add chain ip lost output { type filter hook output priority 0; };
		add rule ip lost output tcp flags & fin == fin drop'
	kill -KILL $closer
	wait $closer 2>/dev/null
}

watch() { # ARGUMENT...
	rm -f $STATE/watch.*
	local start
	start=$(now_ms)
	scale timed $STATE/watch.time rstblame -f json -o $STATE/watch.json "$@" 2>$STATE/watch.stderr &
	watcher=$!
	wait_until 'file_has $STATE/watch.json "\"start\""' 60 || cat $STATE/watch.stderr
	result "{\"attached_in_ms\":$(($(now_ms) - start))}"
}

watched() { # LABEL
	kill -INT $watcher
	wait $watcher
	result "{\"$1\":$(<$STATE/watch.time),\"summary\":$(tail -n1 $STATE/watch.json | jq -c '{resets, at_risk, victims_unlooked, entries_unasked, drain_worst_ms, status, lost: ([.lost[]] | add)}')}"
}

audit() { # LABEL WANTED
	scale timed $STATE/audit.time rstblame --audit -f json -o $STATE/audit.json
	result "{\"$1\":$(<$STATE/audit.time),\"at_risk\":$(tail -n1 $STATE/audit.json | jq .at_risk)}"
	want "$1: at risk" "$(tail -n1 $STATE/audit.json | jq .at_risk)" "$2"
	want "$1: named" "$(jq -sc 'map(select(.type == "at_risk" and .victim.comm == "scale" and .victim.netns_name == "c1")) | length' $STATE/audit.json)" "$2"
}

# Beside the flows ENTRIES entries that nobody answers, as a scan makes them; 100,000 at most.
fill_table() {
	local i
	sysctl -q -w net.netfilter.nf_conntrack_udp_timeout=1800
	for ((i = 0; i < 2; i++)); do
		ip -n srv addr add 10.9.0.$((20 + i))/24 dev eth0
		ip netns exec c1 scale scan 10.9.0.$((20 + i)) $((entries / 2))
	done
}

# One look at all of it: the flows are masqueraded to an address with a lifetime.
expose_all() {
	ip addr change $NODE/24 dev up0 valid_lft 7200 preferred_lft 7200
	scale timed $STATE/exposure.time rstblame --exposure -f json -o $STATE/exposure.json
	result "{\"exposure\":$(<$STATE/exposure.time),\"looked\":$(jq -c '{entries, sockets, namespaces, spent_ns, not_seen, at_stake: (.findings[0].at_stake | del(.victims))}' $STATE/exposure.json)}"
	want "exposure: flows" "$(jq '.findings[0].at_stake.flows' $STATE/exposure.json)" $((flows + closed))
	want "exposure: sockets" "$(jq '.findings[0].at_stake.sockets' $STATE/exposure.json)" "$flows"
	want "exposure: processes" "$(jq '.findings[0].at_stake.processes' $STATE/exposure.json)" "$holders"
	want "exposure: the entries" "$(($(jq .entries $STATE/exposure.json) >= entries))" 1
	want "exposure: at most 64 MB" "$(($(jq .peak_kb $STATE/exposure.time) <= 65536))" 1
	ip addr change $NODE/24 dev up0 valid_lft forever preferred_lft forever
}

# How long after the flush the last flow at risk was told, and how each was named.
flush_beside() {
	local start
	watch
	start=$(now_ms)
	ip addr del $NODE/24 dev up0
	ip addr add $NODE/24 dev up0
	wait_until '(( $(lines_said at_risk) >= flows ))' 120
	result "{\"all_at_risk_told_after_ms\":$(($(now_ms) - start))}"
	want "entries left" "$(entries_to $NODE tcp)" 0
	want "at risk told" "$(lines_said at_risk)" "$flows"
	want "at risk named" "$(jq -sc 'map(select(.type == "at_risk" and .victim.comm == "scale" and .victim.netns_name == "c1" and .victim.socket_state == "ESTABLISHED")) | length' $STATE/watch.json)" "$flows"
	want "processes at risk" "$(jq -sc 'map(select(.type == "at_risk").victim.pid) | unique | length' $STATE/watch.json)" "$holders"
}

# The server speaks on all, RATE a second: a reset each, with a victim each; and as many
# segments of flows that nobody has in between, a reset each.
storm_with_victims() {
	local before start sent
	before=$(out_rsts root)
	start=$(now_ms)
	ip netns exec srv scale acks $SERVER $NODE 40000 $flows $rate &
	kill -USR1 $server
	wait_until "(( \$(out_rsts root) - $before >= 2 * flows + closed ))" 120
	sent=$(($(out_rsts root) - before))
	result "{\"storm_with_victims_ms\":$(($(now_ms) - start)),\"resets\":$sent}"
	wait_until "(( \$(resets_sent) >= $sent ))" 120
	watched storm_with_victims
	want "events lost" "$(lost)" 0
	want "resets told" "$(resets_sent)" "$sent"
	want "resets blamed" "$(jq -sc 'map(select(.type == "reset" and .verdict == "entry-removed" and .confidence == "proven")) | length' $STATE/watch.json)" "$((flows + closed))"
	result "{\"victims_named\":$(named),\"of\":$flows}"
	want "named or said to be left out" $(($(named) + $(tail -n1 $STATE/watch.json | jq '.victims_unlooked // 0') >= flows)) 1
	want "named wrongly" "$(jq -sc --argjson pids "[$(IFS=,; echo "${holder_pids[*]}")]" 'map(select(.type == "reset" and .victim.pid and (.victim.pid as $p | $pids | index($p) | not))) | length' $STATE/watch.json)" 0
	want "at risk afterwards" "$(tail -n1 $STATE/watch.json | jq .at_risk)" 0
}
lost() { tail -n1 $STATE/watch.json | jq -c '[.lost[]] | add'; }
named() { jq -sc 'map(select(.type == "reset" and .victim.comm == "scale" and .victim.netns_name == "c1")) | length' $STATE/watch.json; }

# As fast as the guest can send: what was lost is said.
flood() {
	local before start sent
	watch
	before=$(out_rsts root)
	start=$(now_ms)
	ip netns exec srv scale acks $SERVER $NODE 42000 "$storm" 0
	result "{\"flood_ms\":$(($(now_ms) - start))}"
	watched flood
	# What the node's queue had no room for was dropped before TCP saw it.
	sent=$(($(out_rsts root) - before))
	result "{\"flood_segments\":$storm,\"resets\":$sent,\"told\":$(resets_sent)}"
	want "resets told or said to be lost" $(($(resets_sent) + $(lost))) "$sent"
}

scale_main() {
	network_make
	node_address_add
	masquerade nft
	sysctl -q -w net.netfilter.nf_conntrack_max=1200000 net.netfilter.nf_conntrack_buckets=524288 \
		net.ipv4.icmp_ratelimit=0 net.core.netdev_max_backlog=100000 fs.file-max=4000000 fs.nr_open=4000000
	for ns in c1 srv; do
		ip netns exec $ns sysctl -q -w net.core.somaxconn=4096
	done
	modprobe dummy
	make_node
	make_flows
	result "{\"tcp_buckets\":\"$(dmesg | grep -o 'TCP established hash table entries: [0-9]*')\",\"memory\":\"$(awk '/MemTotal|MemAvailable/ { print $1 $2 }' /proc/meminfo | paste -sd' ')\"}"
	if ((entries)); then fill_table; fi
	expose_all
	audit audit_before 0
	flush_beside
	audit audit_after "$flows"
	storm_with_victims
	flood
	dmesg | grep -iE 'lockup|stall|out of memory' >>/out/failures
	cp $STATE/watch.stderr /out/ 2>/dev/null
	head -n 400 $STATE/watch.json >/out/watch-head.json
	modprobe -a -q virtio_pci virtio_blk
	wait_until '[[ -b /dev/vda ]]' 10
	: >/out/complete
	tar -C /out -cf /dev/vda .
}

scale_main
