# SPDX-License-Identifier: GPL-2.0-only
# rstblame is killed with -9 while it watches and records: nothing of it stays in the kernel,
# and the recording is read to its last line. Its window afterwards is an innocent's.

RUNS=test-kernels
WINDOW=120
NOTHING="programs 0 maps 0 links 0"

setup() {
	local pid status=0
	network_make
	node_address_add
	masquerade nft
	flows_start a 3 7001
	if [[ ! -x /usr/bin/rstblame ]]; then return; fi
	wait_for '[[ $(bpfstat) == "$NOTHING" ]]' 30 "no program of an earlier scenario"
	rstblame -f json -o "$STATE/hard.json" -w "$STATE/hard.rec.jsonl" 2>"$STATE/hard.err" &
	pid=$!
	wait_for 'grep -q "\"start\"" $STATE/hard.rec.jsonl 2>/dev/null' 60 "rstblame to begin"
	fact is_attached "$([[ $(bpfstat) != "$NOTHING" ]] && echo true || echo false)"
	conntrack -F >/dev/null 2>&1
	tell a_server say hello
	wait_for '(( $(grep -c "\"reset\"" $STATE/hard.rec.jsonl) >= 3 ))' 30 "the recording to have the resets"
	kill -KILL $pid
	wait $pid || true
	wait_for '[[ $(bpfstat) == "$NOTHING" ]]' 30 "nothing to be attached"
	fact enabled_functions "$(grep -c . /sys/kernel/tracing/enabled_functions || true)"
	rstblame -r "$STATE/hard.rec.jsonl" -f json -o "$STATE/again.json" 2>"$STATE/again.err" || status=$?
	cp "$STATE/hard.rec.jsonl" "$OUT/$NAME.hard.log"
	fact again_status $status
	fact again_resets "$(jq -sc '[.[] | select(.type == "reset" and .direction == "sent") | [.verdict, .cause]] | unique' "$STATE/again.json")"
	fact again_count "$(jq -sc '[.[] | select(.type == "reset" and .verdict == "entry-removed")] | length' "$STATE/again.json")"
	fact again_lost "$(jq -sc '.[-1].lost | with_entries(select(.value > 0)) | keys' "$STATE/again.json")"
}

act() { try_ports 1 8001; wait_for_rsts 1 15; }
