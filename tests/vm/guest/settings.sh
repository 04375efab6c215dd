# SPDX-License-Identifier: GPL-2.0-only
# Trials: rstblame under one restriction at a time. While it watches, an address flaps under
# two connections, someone empties the table under two others, and three SYNs meet ports where
# nobody listens; then `--check` runs under the same. What became of each is "right", "told"
# (status 3, or a lower confidence with its reason), "SILENT" or "WRONG": settings.jq judges.
# The deed is not restricted. tests/vm/trials prints the table.

trials_setup() {
	network_make
	node_address_add
	snat_fixed 7002
	masquerade nft
	modprobe -a nf_conntrack_netlink nft_reject_ipv4
	trial_servers
	: >"$STATE/unexpected"
	if [[ -x /usr/bin/rstblame ]]; then trial_plain; fi
}

# What nothing refuses is what the others are held against.
trial_plain() {
	: >"$STATE/plain.proven"
	trial plain RRRRR "" env
	jq -r '.probes[] | select(.state == "proven").name' "$STATE/plain.check" | sort >"$STATE/plain.proven"
	[[ -s $STATE/plain.proven ]] || fail "nothing is proven without a restriction"
}

# A deed of its own needs flows of its own: those by 7001 are masqueraded, those by 7002 have
# an address that stays. The servers are the same for all.
trial_servers() {
	local label
	for label in a:7001 b:7002; do
		spawn "${label%:*}_server" ip netns exec srv tcpend listen $SERVER "${label#*:}"
		wait_for "[[ \$(ss -N srv -tlnH 'sport = :${label#*:}') ]]" 10 "the server to listen"
	done
}
trial_flows() { # LABEL
	local label
	for label in a:7001 b:7002; do
		spawn "${1}_${label%:*}" ip netns exec c1 tcpend connect $SERVER "${label#*:}" 2
	done
	for label in a b; do
		wait_for "[[ \$(log_count ${1}_$label connected) == 2 ]]" 10 "2 flows of $1"
	done
}
trial_deed() {
	flap
	tell a_server say hello
	wait_for_rsts 2 60
	conntrack -F 2>/dev/null
	tell b_server say hello
	wait_for_rsts 4 60
	try_ports 3 8001
	wait_for_rsts 7 60
}
# Their sockets first, at once: a FIN would meet a listener in the next trial.
trial_end_flows() { # LABEL
	ip netns exec c1 ss -K -tn '( dport = :7001 or dport = :7002 )' >/dev/null
	end KILL "${1}_a"
	end KILL "${1}_b"
	conntrack -F 2>/dev/null
}

# trial NAME WANTED PATTERN COMMAND...: COMMAND runs what follows it with less than all.
# WANTED has a letter for each of flap, flush, reset, victim, check: Right, Told, or * for
# what depends on the kernel. What is told says PATTERN, the cause with its cure.
# TRIAL_ARGS: arguments of rstblame, of both. TRIAL_MEANWHILE: a command beside the deed.
trial() {
	local name=$1 wanted=$2 pattern=$3 status=0 check=0 pid
	shift 3
	trial_flows "$name"
	count_rsts before
	rm -f "$STATE/begun" "$STATE/over"
	timeout -k 5 300 "$@" rstblame ${TRIAL_ARGS-} -d 240 -f json -w "$STATE/$name.rec" \
		-- /guest/settings-wait "$STATE" >"$STATE/$name.json" 2>"$STATE/$name.err" &
	pid=$!
	wait_for "[[ -e $STATE/begun ]] || ! running $pid" 180 "rstblame to begin"
	${TRIAL_MEANWHILE:-true}
	trial_deed
	: >"$STATE/over"
	wait "$pid" || status=$?
	trial_end_flows "$name"
	timeout -k 5 180 "$@" rstblame ${TRIAL_ARGS-} --check -f json >"$STATE/$name.check" 2>"$STATE/$name.check.err" || check=$?
	trial_judge
}

trial_judge() {
	local seen
	jq -sc --rawfile err "$STATE/$name.err" --rawfile checked "$STATE/$name.check" \
		--rawfile proven "$STATE/plain.proven" --arg pattern "$pattern" \
		--arg wanted "$wanted" --argjson status "$status" --argjson check "$check" \
		-f /guest/settings.jq "$STATE/$name.json" >"$STATE/$name.seen" || echo '{"is_as_wanted": false}' >"$STATE/$name.seen"
	fact "trial_$name" "$(<"$STATE/$name.seen")"
	say "$name: $(<"$STATE/$name.seen")"
	seen=$(jq -r .is_as_wanted "$STATE/$name.seen")
	if [[ $seen != true ]]; then echo "$name" >>"$STATE/unexpected"; fi
	for seen in json err rec check; do cp "$STATE/$name.$seen" "$OUT/$NAME.$name.$seen.log" 2>/dev/null || true; done
}

trials_end() { fact unexpected "$(jq -Rsc 'split("\n") | map(select(. != ""))' "$STATE/unexpected")"; }

# The window that counts for the scenario is that of a node that has all back.
trials_act() {
	trial_flows last
	trial_deed
}
