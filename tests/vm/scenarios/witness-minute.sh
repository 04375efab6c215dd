# SPDX-License-Identifier: GPL-2.0-only
# A probe goes blind in a long window: what it misses is told in the window, at the next comparison
# with the kernel's counts, and once. The window goes on, and its end has the same numbers. Its
# minute is shortened to 3 s (MINUTE, tests/vm/blindfold.c).
RUNS=test-kernels
WINDOW=300

setup() {
	network_make
	modprobe nf_conntrack_netlink
	if [[ ! -x /usr/bin/rstblame ]]; then return; fi
	command -v rstblame-blindfold >/dev/null || fail "no rstblame-blindfold (RSTBLAME_BLINDFOLD)"
	local out=$OUT/$NAME.blind.log status=0
	BLINDFOLD=on_reset_v4 MINUTE=3 PART=blind timeout -k 5 90 rstblame-blindfold -d 80s -f json -o "$out" -- /guest/act 2>>"$STATE/blind.log" || status=$?
	fact blind_status "$status"
	fact blind "$(jq -sc 'map(select(.type == "witness" and .missing) | {of, counted, seen, missing})' "$out")"
	fact blind_early "$(jq -sc '(map(select(.type == "witness" and .missing))[0].mono_ns) < (map(select(.type == "summary"))[0].mono_ns - 2000000000)' "$out")"
}

act() { if [[ ${PART:-} ]]; then act_blind; fi; }

act_blind() {
	(exec 3<>/dev/tcp/127.0.0.1/91) 2>/dev/null || true
	(exec 3<>/dev/tcp/127.0.0.1/92) 2>/dev/null || true
	wait_for 'grep -qs "\"missing\"" $OUT/$NAME.blind.log' 40 "the comparison to tell it"
	sleep 5 # one more comparison, which has nothing new to tell
}
