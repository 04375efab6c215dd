# SPDX-License-Identifier: GPL-2.0-only
# Read by the test guest's /guest/init as mode-bench: runs the parts that
# run.conf names, each figure beside its baseline, and leaves lines of JSON in
# /out/results.

. /guest/lib.sh
. /guest/network.sh
STATE=/run/bench
mkdir -p $STATE /run/scenario
: >/out/results

result() { printf '%s\n' "$*" >>/out/results; echo "result: $*"; }
# run LABEL COMMAND...: each line that it prints becomes a result with "run"
run() {
	local label=$1 line
	shift
	while read -r line; do result "{\"run\":\"$label\",${line#\{}"; done < <("$@")
}

file_has() { grep -q "$2" "$1" 2>/dev/null; }
wait_until() { # CONDITION
	local i
	for ((i = 0; i < 1200; i++)); do
		if eval "$1"; then return 0; fi
		sleep 0.05
	done
	echo "bench: gave up: $1"
	return 1
}

# Field N of /proc/PID/stat, after the command's closing parenthesis.
cpu_ticks() {
	local stat
	stat=$(<"/proc/$1/stat")
	[[ $stat ]] || return 1
	set -- ${stat##*) }
	echo $((${12} + ${13}))
}
status_kb() { awk -v key="$2:" '$1 == key { print $2 }' "/proc/$1/status"; }

observer_pid= observer_ticks=0 # on the CPU until attached
observe() { # LABEL ARGUMENT...: rstblame in the background, attached
	local label=$1
	shift
	rm -f "$STATE/$label".*
	rstblame -f json -o "$STATE/$label.json" "$@" 2>"$STATE/$label.stderr" &
	observer_pid=$!
	wait_until "file_has $STATE/$label.json '\"start\"'" || cat "$STATE/$label.stderr"
	observer_ticks=$(cpu_ticks $observer_pid)
}

# How it ended, and what it lost, in its own words.
observed() { # LABEL
	local peak ticks summary=$STATE/$1.summary
	peak=$(status_kb $observer_pid VmHWM)
	kill -INT $observer_pid
	# What it still has to read counts, too.
	ticks=$(cpu_ticks $observer_pid)
	while [[ -e /proc/$observer_pid/exe ]]; do
		ticks=$(cpu_ticks $observer_pid 2>/dev/null || echo "$ticks")
		sleep 0.1
	done
	wait $observer_pid
	result "{\"run\":\"$1\",\"status\":$?,\"peak_kb\":$peak,\"cpu_ms\":$(((ticks - observer_ticks) * 10))}"
	tail -n1 "$STATE/$1.json" >"$summary"
	result "{\"run\":\"$1\",\"summary\":$(<"$summary")}"
}

make_network() {
	network_make
	node_address_add
	masquerade nft
	sysctl -q -w net.netfilter.nf_conntrack_max=1200000 net.netfilter.nf_conntrack_buckets=524288
	sysctl -q -w net.ipv4.icmp_ratelimit=0
	conntrack -F 2>/dev/null
}
fact() { :; }

# ---- (b) what one removal, one reset and one new entry cost ----

bench_instructions() {
	local empty
	sysctl -q -w kernel.bpf_stats_enabled=1
	bench-tool empty /usr/lib/bench/vm-empty.bpf.o >$STATE/empty &
	empty=$!
	wait_until "file_has $STATE/empty attached"
	observe instructions
	bench-tool entries $((5 * removals)) >/dev/null # they share what an act costs
	run flush bench-tool flush
	run removal bench-tool stats
	bench-tool entries $((5 * removals)) >/dev/null # they share what an act costs
	run flush bench-tool flush
	run removal-2 bench-tool stats
	# The RSTs themselves would run the probe, too, in this guest.
	ip netns exec srv nft 'add table ip bench; add chain ip bench in { type filter hook prerouting priority raw; }; add rule ip bench in tcp flags rst drop'
	ip netns exec srv bench-tool acks "$removals" >/dev/null
	run acks bench-tool stats
	ip netns exec srv bench-tool syns "$removals" >/dev/null
	run syns bench-tool stats
	observed instructions
	ip netns exec srv nft delete table ip bench
	kill $empty
}

# ---- (a) a flush of the whole table, with and without ----

flush_bare() { # SIZE
	bench-tool entries "$1" >/dev/null
	run "bare-$1" bench-tool flush
}
flush_observed() { # SIZE
	bench-tool entries "$1" >/dev/null
	observe "rstblame-$1"
	run "rstblame-$1" bench-tool flush
	observed "rstblame-$1"
}

bench_flush() {
	local size i
	for size in "${sizes[@]}"; do
		for ((i = 0; i < times; i++)); do
			# Whichever is first may find the slab caches cold.
			if ((i % 2)); then
				flush_bare "$size"
				flush_observed "$size"
			else
				flush_observed "$size"
				flush_bare "$size"
			fi
		done
	done
}

# The same by what else one would use, of the least size.
peer_flush() { # LABEL READY COMMAND...: READY, a condition, says that it listens
	local label=$1 ready=$2 start
	shift 2
	bench-tool entries "$peer_size" >/dev/null
	start=$(now_ms)
	"$@" >"$STATE/$label.out" 2>"$STATE/$label.err" &
	observer_pid=$!
	wait_until "$ready" || cat "$STATE/$label.err"
	result "{\"run\":\"$label\",\"attach_ms\":$(($(now_ms) - start))}"
	run "$label" bench-tool flush
	# Until it has printed all that it will.
	wait_until "size_rests $STATE/$label.out"
	result "{\"run\":\"$label\",\"peak_kb\":$(status_kb $observer_pid VmHWM),\"cpu_ms\":$(($(cpu_ticks $observer_pid) * 10))}"
	end_peer
}
# bpftrace may sleep through a signal: each look sends another.
end_peer() {
	wait_until 'kill -INT $observer_pid; [[ ! -e /proc/$observer_pid/exe ]]' || kill -KILL $observer_pid
	wait $observer_pid
}
size_rests() { # FILE: of the same size a second later
	local before after
	before=$(stat -c %s "$1")
	sleep 1
	after=$(stat -c %s "$1")
	((before == after))
}

bench_peers() {
	local i
	for ((i = 0; i < times; i++)); do
		flush_bare "$peer_size"
		peer_flush bpftrace "file_has $STATE/bpftrace.out attached" \
			bpftrace -e 'BEGIN { printf("attached\n"); } kprobe:nf_ct_delete { printf("removed %s\n", kstack(4)); }'
		result "{\"run\":\"bpftrace\",\"seen\":$(grep -c ^removed $STATE/bpftrace.out)}"
		flush_observed "$peer_size"
	done
	# Last: new entries carry what events need, which costs every removal.
	sysctl -q -w net.netfilter.nf_conntrack_events=1
	for ((i = 0; i < times; i++)); do
		peer_flush conntrack-E 'grep -q " 00000400 " /proc/net/netlink || sleep 1' \
			conntrack -E -e DESTROY
		result "{\"run\":\"conntrack-E\",\"seen\":$(grep -c DESTROY $STATE/conntrack-E.out)}"
	done
}

# ---- (c) short masqueraded connections ----

connect_round() { # LABEL
	run "$1" ip netns exec c1 bench-tool connect "$seconds"
	conntrack -F 2>/dev/null
}

# An entry lives for a second after its end: its removal is in the figure, too. An odd
# number of rounds in between, so that neither has the better half of a drift.
bench_connections() {
	local i server
	sysctl -q -w net.netfilter.nf_conntrack_tcp_timeout_time_wait=1
	ip netns exec c1 sysctl -q -w net.ipv4.tcp_tw_reuse=1 net.ipv4.ip_local_port_range='1024 65001'
	ip netns exec srv bench-tool serve &
	server=$!
	wait_until "[[ \$(ip netns exec srv ss -tlnH | wc -l) == 1 ]]"
	connect_round warm-up
	for ((i = 0; i < rounds; i++)); do
		connect_round connections-bare
		observe connections-rstblame
		connect_round connections-rstblame
		observed connections-rstblame
	done
	connect_round connections-bare
	kill $server
	sysctl -q -w net.netfilter.nf_conntrack_tcp_timeout_time_wait=120
}

# ---- (d) start, rest and end ----

bench_session() {
	local i
	for ((i = 0; i < times; i++)); do
		sleep 2 # what was detached before is given back by then
		run session-least bench-tool session "$seconds" bench-tool empty /usr/lib/bench/vm-least.bpf.o
		sleep 2
		run session bench-tool session "$seconds" rstblame -f json
	done
}

# ---- (e) what the comparisons with the kernel's own counts cost ----

witness_namespaces=50 witness_rounds=4
# The same window with a comparison every 5 s and with none (MINUTE, tests/vm/blindfold.c), on a
# node of many namespaces with a big table.
bench_witnesses() {
	local i minute
	for ((i = 0; i < witness_namespaces; i++)); do
		ip netns add "w$i"
		ip -n "w$i" link set lo up
	done
	bench-tool entries "$peer_size" >/dev/null
	for minute in 3600 5; do
		MINUTE=$minute run "witnesses-$minute" bench-tool session $((5 * witness_rounds)) rstblame-blindfold -f json
	done
	conntrack -F 2>/dev/null
	for ((i = 0; i < witness_namespaces; i++)); do ip netns del "w$i"; done
	result "{\"run\":\"witnesses\",\"rounds\":$witness_rounds,\"namespaces\":$((witness_namespaces + 3))}" # and those of the stage
}

# ---- (f) a flush in a storm of resets ----

flush_in_storm() { # LABEL syns|acks
	local before flooder
	before=$(out_rsts root)
	ip netns exec srv bench-tool "$2-for" "$seconds" >$STATE/flood &
	flooder=$!
	sleep 1
	run "$1" bench-tool flush
	wait $flooder
	run "$1" cat $STATE/flood
	result "{\"run\":\"$1\",\"kernel_resets\":$(($(out_rsts root) - before))}"
}

# Without what an ACK scan left: entries of the same tuples, which refuse ours.
make_storm_entries() {
	bench-tool flush >/dev/null
	bench-tool entries "$storm_size" >/dev/null
}

bench_storm() {
	local i flags
	for ((i = 0; i < times; i++)); do
		for flags in syns acks; do
			make_storm_entries
			flush_in_storm "bare-storm-$flags" $flags
			make_storm_entries
			observe "storm-$flags"
			flush_in_storm "storm-$flags" $flags
			observed "storm-$flags"
		done
	done
}

# ---- the guest's main ----

bench_main() {
	local part
	make_network
	for part in "${parts[@]}"; do
		echo "bench: $part"
		"bench_$part"
	done
	dmesg | grep -iE 'lockup|stall|out of memory' && result '{"run":"kernel","complained":true}'
	modprobe -a -q virtio_pci virtio_blk
	wait_until '[[ -b /dev/vda ]]'
	: >/out/complete
	tar -C /out -cf /dev/vda .
}

bench_main
