# SPDX-License-Identifier: GPL-2.0-only
# Watching for weeks with a bounded recording, in a minute: the oldest part is written over, no
# part grows past its size, and what is left says the same of the reset that is in it.

. /guest/ends.sh
RUNS=test-kernels
WINDOW=200
LONG=/run/scenario/rotated

setup() {
	network_make
	node_address_add
	masquerade nft
	flows_start a 1 7001
	if [[ ! -x /usr/bin/rstblame ]]; then return; fi
	mkdir $LONG
	spawn rotated rstblame --utc -q -C 4k -W 3 -w $LONG/rec -o $LONG/report
	wait_for 'grep -q "\"type\":\"start\"" $LONG/rec0' 60 "the watch to be ready"
	# Not in the window of the rstblame beside it.
	wait_for '[[ ! $(cat /proc/$rotated_pid/task/*/children) ]]' 20 "its canary to end"
}

act() {
	local i
	# Nothing is masqueraded to these.
	for i in {1..40}; do
		ip addr add 10.9.7.$i/32 dev up0
		ip addr del 10.9.7.$i/32 dev up0
	done
	flap
	tell a_server say hello
	wait_for_rsts 1 15
	if [[ -x /usr/bin/rstblame ]]; then finish_rotated; fi
}

verdict() { sed -n '/^VERDICT/,$p' "$1" | grep -v '^COUNTS\|^LOST\|waited in the rings'; }

finish_rotated() {
	local status=0
	# Written by then: the kernel's ring, and the file's own thread.
	wait_for 'cat $LONG/rec* | grep -q "\"type\":\"reset\".*\"direction\":\"sent\""' 20 "the reset to be recorded"
	kill -TERM $rotated_pid
	wait_for '! running $rotated_pid' 60 "it to end"
	cp $LONG/report "$OUT/$NAME.report.log"
	mkdir "$OUT/$NAME.parts"
	cp $LONG/rec* "$OUT/$NAME.parts"
	fact parts "$(cd $LONG && printf '%s\n' rec* | jq -Rsc 'split("\n") | map(select(. != ""))')"
	# A part ends with the line that fills it.
	fact too_large "$(find $LONG -name 'rec*' -size +6k | wc -l)"
	fact written_over "$(cat $LONG/rec* | grep -c '"10\.9\.7\.1/32"' || true)"
	rstblame --utc -q $(printf ' -r %s' $LONG/rec*) >$STATE/again 2>$STATE/again.err || status=$?
	fact again_status $status
	fact again_said "$(jq -Rsc . $STATE/again.err)"
	fact again_differs "$({ diff <(verdict $LONG/report) <(verdict $STATE/again) || true; } | jq -Rsc 'split("\n") | map(select(. != ""))')"
}
