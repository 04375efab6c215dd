# SPDX-License-Identifier: GPL-2.0-only
# Two rstblames watch at the same time, and one ends earlier: both say the same reset, and
# the one that stays goes on.

. /guest/scenarios/flap-ip.sh
RUNS=test-kernels
WINDOW=120
eval "$(declare -f act | sed '1s/^act/flap_and_reset/')"
eval "$(declare -f setup | sed '1s/^setup/stage/')"

setup() {
	stage
	if [[ ! -x /usr/bin/rstblame ]]; then return; fi
	rstblame -f json -o "$STATE/other.json" -w "$STATE/other.rec.jsonl" 2>"$STATE/other.err" &
	save other_pid $!
	wait_for 'grep -q "\"start\"" $STATE/other.rec.jsonl 2>/dev/null' 60 "the other to begin"
}

act() {
	flap_and_reset
	if [[ ! ${other_pid-} ]]; then return; fi
	wait_for '(( $(grep -c "\"type\":\"reset\"" $STATE/other.rec.jsonl) >= 1 ))' 15 "the other to record it"
	kill -TERM $other_pid
	wait_for '! running $other_pid' 30 "the other to end"
	fact other "$(jq -sc '[.[] | select(.type == "reset" and .direction == "sent") | [.verdict, .cause, .confidence]]' "$STATE/other.json")"
	# The one that stays still sees: a closed port.
	try_ports 1 8001
	wait_for_rsts 2 15
}
