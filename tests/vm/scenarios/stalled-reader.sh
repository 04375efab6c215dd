# SPDX-License-Identifier: GPL-2.0-only
# Nobody stops the watching by not reading: three rstblames write to pipes that nobody reads
# while they are flooded. The first ends by its deadline, the second by a signal, the third
# by two signals at once. Their recordings have each reset: nothing waited for the reader.

RUNS=test-kernels
WINDOW=150
STALLED=3000

setup() {
	network_make
	ip addr add $NODE_FIXED/32 dev up0
	ip -n srv neigh add $NODE_FIXED lladdr 02:00:0a:09:00:01 dev eth0 nud permanent
	ip -n srv route add $NODE_FIXED dev eth0
	node_address_add
	if [[ ! -x /usr/bin/rstblame ]]; then return; fi
	stalled deadline -d 8
	judge_end deadline 8
	stalled signal
	kill -TERM "$stalled_pid"
	judge_end signal 0
	stalled twice
	kill -TERM "$stalled_pid"
	sleep 0.5
	kill -INT "$stalled_pid" 2>/dev/null || true
	judge_end twice 0
}

# stalled KEY OPTION...: one that watches, has seen the flood and cannot write of it
stalled() {
	local key=$1
	shift
	mkfifo "$STATE/$key.fifo"
	sleep 1000 <"$STATE/$key.fifo" &
	save "${key}_reader_pid" $!
	rstblame -v -f json "$@" -o "$STATE/$key.fifo" -w "$STATE/$key.jsonl" 2>"$STATE/$key.err" &
	stalled_pid=$!
	wait_for "grep -q '\"start\"' $STATE/$key.jsonl 2>/dev/null" 60 "rstblame to begin"
	stalled_ms=$(now_ms)
	ip netns exec srv scale syns $SERVER $NODE_FIXED 20000 $STALLED 2000 3000
	wait_for "((\$(grep -c '\"reset\"' $STATE/$key.jsonl) >= $STALLED))" 30 "the recording to have the resets"
}

# judge_end KEY SECONDS: 5 s without a byte read, and what the kernel takes to detach
judge_end() {
	local key=$1 status=0
	wait "$stalled_pid" || status=$?
	fact "${key}_status" $status
	fact "${key}_in_time" "$((($(now_ms) - stalled_ms) / 1000 <= $2 + 40))"
	fact "${key}_told" "$(grep -c 'is not read\|ended at once' "$STATE/$key.err" || true)"
	fact "${key}_recorded" "$(grep -c '"reset"' "$STATE/$key.jsonl")"
	cp "$STATE/$key.err" "$OUT/$NAME.$key.log"
}

act() { :; }
